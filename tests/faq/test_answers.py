"""Answer files: each wrong field is named with its line, and a faulty change never reaches a parent."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from loket.faq import answers
from loket.yamlfile import ContentError

GOOD = """theme: kosten
answers:
- intent: ouderbijdrage_vrijwillig
  title: Moet ik de ouderbijdrage betalen?
  text: |
    Nee, de ouderbijdrage is vrijwillig. De school mag u vragen om te betalen.
  by_sector:
    po: |
      Nee, op de basisschool is de ouderbijdrage vrijwillig.
  sources:
  - title: Rijksoverheid
    url: https://www.rijksoverheid.nl/ouderbijdrage
  checked_on: 2026-11-23
  refer_to:
  - name: Ouders & Onderwijs
    for: advies
  follow_up: [uitsluiting_niet_betaald]
  urgent: false
  needs_review: false
  review_reason: ""
"""


def write(folder: Path, text: str, name: str = "kosten.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    answer = answers.load(tmp_path)["ouderbijdrage_vrijwillig"]
    assert answer.sources[0].url == "https://www.rijksoverheid.nl/ouderbijdrage"
    assert answer.refer_to[0].purpose == "advies"


def test_each_sector_has_its_own_text_and_the_rest_the_general_one(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    answer = answers.load(tmp_path)["ouderbijdrage_vrijwillig"]
    assert "basisschool" in answer.for_sector("po")
    assert answer.for_sector("vo") == answer.for_sector(None) == answer.text
    assert set(answer.texts()) == {"", "po"}


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("theme: kosten", "theme: weg", 1, "unknown theme 'weg'"),
        ("theme: kosten", "theme: veiligheid", 3, "belongs to theme kosten"),
        ("intent: ouderbijdrage_vrijwillig", "intent: weg", 3, "unknown intent 'weg'"),
        ("title: Moet ik de ouderbijdrage betalen?", "title: X", 4, "at least 3"),
        ("title: Moet ik de ouderbijdrage betalen?", f"title: {'lang ' * 20}", 4, "at most 90"),
        (
            "  text: |\n    Nee, de ouderbijdrage is vrijwillig. De school mag u vragen om te betalen.\n",
            "",
            3,
            "required",
        ),
        ("    po: |", "    xx: |", 7, "unknown sector xx"),
        ("https://www.rijksoverheid.nl", "http://www.rijksoverheid.nl", 12, "https"),
        ("https://www.rijksoverheid.nl/ouderbijdrage", "geen link", 12, "url"),
        (
            "  sources:\n  - title: Rijksoverheid\n    url: https://www.rijksoverheid.nl/ouderbijdrage\n",
            "",
            3,
            "no source",
        ),
        ("checked_on: 2026-11-23", "checked_on: gisteren", 13, "date"),
        ("checked_on: 2026-11-23", "checked_on: 2026-02-30", 13, "not valid YAML"),
        ("for: advies", "voor: advies", 15, "for"),
        ("[uitsluiting_niet_betaald]", "[weg]", 17, "unknown intent 'weg'"),
        ("[uitsluiting_niet_betaald]", "[a, b, c, d]", 17, "at most 3"),
        ("urgent: false", "urgent: true", 18, "urgent must be false"),
        ("needs_review: false", "needs_review: true", 3, "go together"),
        ('review_reason: ""', "review_reason: nog navragen", 3, "go together"),
        ("  urgent: false", "  dringend: false", 18, "Extra inputs"),
    ],
)
def test_a_wrong_field_is_named_with_file_and_line(tmp_path: Path, old: str, new: str, line: int, problem: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new, 1))
    assert path.read_text(encoding="utf-8") != GOOD
    with pytest.raises(ContentError) as error:
        answers.load(tmp_path)
    found = error.value.problems[0]
    assert problem in found.message
    assert (found.file, found.line) == (str(path), line)


def test_a_second_answer_for_an_intent_is_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD + GOOD.partition("answers:\n")[2])
    with pytest.raises(ContentError, match="a second answer for"):
        answers.load(tmp_path)


def test_the_problems_of_all_files_come_together(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("theme: kosten", "theme: weg"))
    write(tmp_path, "theme: [", "veiligheid.yml")
    with pytest.raises(ContentError) as error:
        answers.load(tmp_path)
    assert {Path(problem.file).name for problem in error.value.problems} == {"kosten.yml", "veiligheid.yml"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of answers that the service reads, instead of data/faq."""
    monkeypatch.setattr(answers, "FAQ_DIR", tmp_path)
    monkeypatch.setattr(answers, "_cache", {})
    monkeypatch.setattr(answers.load, "__defaults__", (tmp_path,))
    monkeypatch.setattr(answers.load_files, "__defaults__", (tmp_path,))
    write(tmp_path, GOOD)
    return tmp_path


def change(folder: Path, text: str) -> None:
    """Write the file anew, with another time of change however quick the test is."""
    path = write(folder, text)
    moment = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(moment, moment))


def said() -> str:
    return answers.cached()["ouderbijdrage_vrijwillig"].text


def test_what_did_not_change_is_not_read_again(folder: Path) -> None:
    assert answers.cached() is answers.cached()


def test_a_changed_file_is_read_again(folder: Path) -> None:
    assert "vrijwillig" in said()
    change(folder, GOOD.replace("de ouderbijdrage is vrijwillig.", "dat hoeft niet."))
    assert "dat hoeft niet." in said()


@pytest.mark.parametrize("fault", ["theme: [", GOOD.replace("title:", "titel:"), GOOD.replace("11-23", "02-30"), ""])
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
    assert "echt vrijwillig" in said()


def test_without_any_good_answers_the_service_does_not_start(folder: Path) -> None:
    change(folder, "theme: [")
    with pytest.raises(ContentError):
        answers.cached()
