"""The life of a ticket: which change may follow which. Pages ask; this module decides."""

from __future__ import annotations

from loket.exceptions import Collision
from loket.tickets.models import ANSWERED, CLAIMED, CLOSED, OPEN, REFERRED, WAITING

ALLOWED = {
    OPEN: {CLAIMED, CLOSED},
    CLAIMED: {OPEN, WAITING, REFERRED, ANSWERED, CLOSED},
    WAITING: {CLAIMED, OPEN, REFERRED, ANSWERED, CLOSED},
    REFERRED: {CLAIMED, OPEN, ANSWERED, CLOSED},
    ANSWERED: {OPEN, CLAIMED, WAITING, REFERRED, CLOSED},
    CLOSED: {OPEN, CLAIMED, REFERRED},
}

LABELS = {
    OPEN: "wacht op een adviseur",
    CLAIMED: "een adviseur is bezig",
    WAITING: "wacht op uw antwoord",
    REFERRED: "doorverwezen naar een partner",
    ANSWERED: "beantwoord",
    CLOSED: "afgesloten",
}


OURS = (OPEN, CLAIMED, REFERRED)
"""The states in which the parent waits for us."""


class IllegalChange(Collision):
    """A ticket in this state cannot make this change."""

    code = "illegal_change"

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"Een vraag die “{LABELS[before]}” is, kan niet “{LABELS[after]}” worden.")
        self.before, self.after = before, after


def check(before: str, after: str) -> None:
    """Raises IllegalChange unless a ticket may go from `before` to `after`. Staying is always allowed."""
    if after != before and after not in ALLOWED[before]:
        raise IllegalChange(before, after)
