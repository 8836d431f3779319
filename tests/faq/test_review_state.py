"""What is said of the checking is never more than was done."""

from __future__ import annotations

from datetime import date

import pytest

from loket.faq import review_state
from loket.faq.model import Answer
from loket.faq.review_state import State
from tests.support.faq import TODAY, answer

EDITOR = {"by": "editor", "on": "2026-12-01", "against": ["WPO art. 40"]}
ENDS = {"valid_until": "2027-08-01", "volatile": "schooljaar"}


def said(one: Answer, today: date = TODAY) -> str:
    return review_state.in_words(one, today)


def test_compared_with_the_law_says_of_which_date_and_that_nobody_has_looked_yet() -> None:
    law = [
        {"act": "WPO", "article": "40", "version": "2026-08-01"},
        {"act": "Awb", "article": "6:7", "version": "2026-07-01"},
    ]
    assert said(answer(law=law)) == (
        "Wij hebben dit vergeleken met de wet zoals die geldt op 1 augustus 2026. Een medewerker kijkt dit nog na."
    )


def test_compared_with_pages_alone_does_not_speak_of_the_law() -> None:
    assert said(answer(law=[])) == (
        "Wij hebben dit op 25 november 2026 vergeleken met de bronnen die erbij staan. Een medewerker kijkt dit nog na."
    )


def test_an_editor_is_named_by_office_and_day() -> None:
    assert said(answer(reviewed=EDITOR)) == "Nagekeken door de redactie geld en regelingen op 1 december 2026."


def test_what_nobody_compared_says_so() -> None:
    assert (
        said(answer(reviewed=None)) == "Wij hebben dit nog niet met de wet vergeleken. Een medewerker kijkt dit nog na."
    )


def test_small_talk_has_no_line() -> None:
    assert said(answer(reviewed=None, law=[], sources=[])) == ""


@pytest.mark.parametrize("changes", [{}, {"law": []}, {"reviewed": None}, ENDS])
def test_without_an_editor_nothing_is_called_nagekeken(changes: dict[str, object]) -> None:
    for today in (TODAY, date(2030, 1, 1)):
        assert "nagekeken" not in said(answer(**changes), today).lower()


def test_past_its_date_an_answer_says_so() -> None:
    one = answer(**ENDS)
    assert not said(one, date(2027, 8, 1)).startswith("Let op")
    assert said(one, date(2027, 8, 2)).startswith("Let op: dit antwoord gold tot en met 1 augustus 2027.")


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, State.LAW),
        ({"reviewed": EDITOR}, State.EDITOR),
        ({"reviewed": None}, State.UNCHECKED),
        ({"state": "withheld", "withheld_reason": "nog navragen"}, State.WITHHELD),
    ],
)
def test_an_answer_has_one_state(changes: dict[str, object], state: State) -> None:
    assert review_state.state(answer(**changes)) == state


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, date(2027, 11, 25)),
        (ENDS, date(2027, 8, 1)),
        ({"valid_until": "2030-01-01", "volatile": "wet"}, date(2027, 11, 25)),
        ({"reviewed": None}, None),
        ({"state": "withheld", "withheld_reason": "nog navragen"}, None),
    ],
)
def test_the_next_look_is_at_the_end_of_its_time_or_within_a_year(changes: dict[str, object], due: date | None) -> None:
    assert review_state.next_date(answer(**changes)) == due
