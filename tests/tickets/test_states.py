"""Which change of a ticket may follow which: every pair."""

from __future__ import annotations

import itertools

import pytest

from loket.tickets import states
from loket.tickets.states import LABELS, IllegalChange

MAY = {
    "open": "claimed closed",
    "claimed": "open waiting_for_parent referred answered closed",
    "waiting_for_parent": "claimed open referred answered closed",
    "referred": "claimed open answered closed",
    "answered": "open claimed waiting_for_parent referred closed",
    "closed": "open claimed referred",
}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(MAY, MAY)))
def test_change(before: str, after: str) -> None:
    if before == after or after in MAY[before].split():
        states.check(before, after)
    else:
        with pytest.raises(IllegalChange):
            states.check(before, after)


def test_every_state_has_a_dutch_label() -> None:
    assert set(LABELS) == set(states.ALLOWED) == set(MAY)


def test_the_error_says_it_in_dutch() -> None:
    with pytest.raises(IllegalChange, match="“afgesloten” is, kan niet “beantwoord” worden"):
        states.check("closed", "answered")


def test_from_every_state_a_ticket_can_be_closed_and_opened_again() -> None:
    assert all(state == "closed" or "closed" in after for state, after in states.ALLOWED.items())
    assert "open" in states.ALLOWED["closed"]
