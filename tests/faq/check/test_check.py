"""The check over whole files: file, line, what is missing, what is withheld."""

from __future__ import annotations

from pathlib import Path

import pytest

from loket.faq import check
from tests.support.faq import GOOD, TODAY, line_of, use, write


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    use(tmp_path, monkeypatch)
    return tmp_path


def found(folder: Path, text: str) -> list[tuple[int, str]]:
    path = write(folder, text)
    problems = [problem for problem in check.check("kosten", TODAY) if "no answer for" not in problem.message]
    assert {problem.file for problem in problems} <= {str(path)}
    return [(problem.line, problem.message) for problem in problems]


def test_a_problem_has_the_line_of_its_field(folder: Path) -> None:
    text = GOOD.replace("De school moet dit in de schoolgids schrijven.", "Dat kost waarschijnlijk € 100.")
    problems = found(folder, text)
    line = [number for number, row in enumerate(text.splitlines(), 1) if row.strip() == "text: |"][1]
    assert {(line, True)} <= {(number, "waarschijnlijk" in message) for number, message in problems}
    assert any(number == line and "valid_until" in message for number, message in problems)


def test_a_problem_names_the_intent(folder: Path) -> None:
    problems = found(folder, GOOD.replace("www.rijksoverheid.nl", "www.kekmama.nl"))
    number, message = next(problem for problem in problems if "listed site" in problem[1])
    assert message.startswith("ouderbijdrage_vrijwillig: ")
    assert number == line_of(GOOD, "url: https://www.rijksoverheid.nl")


def test_what_is_withheld_is_not_held_against_the_rules(folder: Path) -> None:
    bad = GOOD.replace("www.rijksoverheid.nl", "www.kekmama.nl")
    assert found(folder, bad) != []
    assert found(folder, bad.replace("state: live", "state: withheld\n  withheld_reason: bron")) == []


def test_an_intent_without_an_answer_is_named(folder: Path) -> None:
    write(folder, GOOD)
    missing = {problem.message for problem in check.check("kosten", TODAY)}
    assert "no answer for schoolboeken" in missing
    assert "no answer for ouderbijdrage_vrijwillig" not in missing


def test_a_malformed_file_is_the_only_problem_told(folder: Path) -> None:
    problems = found(folder, GOOD.replace("owner: redactie geld en regelingen", "owner: Piet"))
    assert [line for line, _ in problems] == [line_of(GOOD, "owner:")]


def test_a_theme_without_a_file_says_so(folder: Path) -> None:
    (problem,) = check.check("weg", TODAY)
    assert problem.message == "this file is missing"


def test_too_few_official_pages_over_all_are_refused(folder: Path) -> None:
    other = "  - {title: Een organisatie, url: https://www.eenorganisatie.nl/}\n"
    write(folder, GOOD.replace("  referrals:", f"{other}{other}  referrals:"))
    messages = [problem.message for problem in check.check(None, TODAY)]
    assert "33% of all sources are official pages; at least 50%" in messages
    write(folder, GOOD.replace("  referrals:", f"{other}  referrals:"))
    assert not any("official pages; at least" in problem.message for problem in check.check(None, TODAY))


def test_an_older_version_of_an_act_is_a_warning_with_its_line(folder: Path) -> None:
    text = GOOD.replace('article: "63", version: 2026-08-01', 'article: "63", version: 2025-08-01')
    assert not any("held against" in message for _, message in found(folder, text))
    (warning,) = check.warnings("kosten", TODAY)
    assert (warning.line, "check art. 63 again" in warning.message) == (line_of(text, "2025-08-01"), True)


def test_there_are_no_warnings_about_files_that_cannot_be_read(folder: Path) -> None:
    write(folder, "theme: [")
    assert check.warnings("kosten", TODAY) == []
