"""The table of all answers and the work list of the editors."""

from __future__ import annotations

from datetime import date

from loket.faq import overview
from tests.support.faq import TODAY, answer

WITHHELD = {"state": "withheld", "withheld_reason": "niet te vinden"}
ANSWERS = [
    answer(law=[{"act": "WPO", "article": n, "version": "2026-08-01"} for n in ("40", "63")]),
    answer(intent="schoolboeken", valid_until="2027-01-01", volatile="bedrag"),
    answer(intent="laptop_tablet", reviewed=None),
    answer(intent="kosten_mbo", **WITHHELD),
    answer(intent="bedankt", law=[], sources=[], reviewed=None),
]


def test_each_answer_has_a_row_with_state_articles_version_and_next_date() -> None:
    lines = overview.table(ANSWERS).splitlines()
    assert lines[2] == "| ouderbijdrage_vrijwillig | compared with the law | WPO 40, 63 | 2026-08-01 | 2027-11-25 |"
    assert lines[4] == "| laptop_tablet | not checked | WPO 40 | 2026-08-01 | now |"
    assert lines[5].startswith("| kosten_mbo | withheld |")


def test_the_totals_count_questions_about_school_by_state() -> None:
    table = overview.table(ANSWERS)
    for row in (
        "| reviewed by an editor | 0 | 0% |",
        "| compared with the law | 2 | 50% |",
        "| not checked | 1 | 25% |",
        "| withheld | 1 | 25% |",
        "| **given to parents** | 3 | 75% |",
        "| **all** | 4 | |",
    ):
        assert row in table


def test_the_work_list_is_sorted_by_date_and_says_why() -> None:
    tasks = overview.work_list(ANSWERS, TODAY)
    assert [(task.intent, task.due) for task in tasks] == [
        ("kosten_mbo", None),
        ("laptop_tablet", None),
        ("schoolboeken", date(2027, 1, 1)),
        ("ouderbijdrage_vrijwillig", date(2027, 11, 25)),
    ]
    assert [task.why for task in tasks] == [
        "withheld: niet te vinden",
        "compared with nothing yet",
        "no editor has looked at it; ends: bedrag",
        "no editor has looked at it",
    ]


def test_an_answer_past_its_date_says_so_in_the_work_list() -> None:
    (task,) = overview.work_list([ANSWERS[1]], date(2027, 1, 2))
    assert task.why == "past its date: bedrag"
    assert task.as_dict()["due"] == "2027-01-01"
