"""What the service may give, and a faulty change that never reaches a parent."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import pytest

from loket.faq import answers
from loket.faq.model import Answer
from loket.yamlfile import ContentError
from tests.support.faq import GOOD, TODAY, change, use, write

INTENT = "ouderbijdrage_vrijwillig"
EXPIRING = GOOD.replace("  urgent: false", "  valid_until: 2026-12-31\n  volatile: bedrag\n  urgent: false")
LAST_DAY, DAY_AFTER = date(2026, 12, 31), date(2027, 1, 1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    use(tmp_path, monkeypatch)
    write(tmp_path, GOOD)
    return tmp_path


def test_a_live_answer_is_given(folder: Path) -> None:
    given = answers.given(INTENT, TODAY)
    assert given is not None
    assert given.intent == INTENT


def test_an_intent_without_an_answer_goes_to_a_person(folder: Path) -> None:
    assert answers.given("weg", TODAY) is None


def test_a_withheld_answer_is_never_given(folder: Path) -> None:
    change(folder, GOOD.replace("state: live", "state: withheld\n  withheld_reason: nog nakijken"))
    assert answers.given(INTENT, TODAY) is None


def test_an_answer_holds_on_its_last_day(folder: Path) -> None:
    change(folder, EXPIRING)
    assert answers.given(INTENT, LAST_DAY, "withhold") is not None


def test_past_its_date_an_answer_is_given_or_not_by_setting(folder: Path) -> None:
    change(folder, EXPIRING)
    assert answers.given(INTENT, DAY_AFTER, "say") is not None
    assert answers.given(INTENT, DAY_AFTER, "withhold") is None


def test_an_urgent_answer_is_given_whatever_its_date(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(folder, EXPIRING)
    urgent = answers.cached()[INTENT].model_copy(update={"urgent": True})
    monkeypatch.setattr(answers, "cached", lambda: {INTENT: urgent})
    assert answers.given(INTENT, DAY_AFTER, "withhold") is urgent


def said() -> Answer:
    return answers.cached()[INTENT]


def test_what_did_not_change_is_not_read_again(folder: Path) -> None:
    assert answers.cached() is answers.cached()


def test_a_changed_file_is_read_again(folder: Path) -> None:
    assert "vrijwillig" in said().short
    change(folder, GOOD.replace("de ouderbijdrage is vrijwillig.", "dat hoeft niet."))
    assert "dat hoeft niet." in said().short


@pytest.mark.parametrize("fault", ["theme: [", GOOD.replace("title:", "titel:"), GOOD.replace("11-25", "02-30"), ""])
def test_a_faulty_change_keeps_the_old_answers_and_is_logged_once(
    folder: Path, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = said()
    change(folder, fault)
    with caplog.at_level(logging.ERROR):
        assert said() == said() == before
    assert len(caplog.records) == 1


def test_a_repaired_file_is_used_again(folder: Path) -> None:
    said()
    change(folder, "theme: [")
    said()
    change(folder, GOOD.replace("is vrijwillig.", "is echt vrijwillig."))
    assert "echt vrijwillig" in said().short


def test_without_any_good_answers_the_service_does_not_start(folder: Path) -> None:
    change(folder, "theme: [")
    with pytest.raises(ContentError):
        answers.cached()
