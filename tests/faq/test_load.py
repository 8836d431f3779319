"""Answer files: each wrong field is named with its line, and the old format is refused with the way to the new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from loket.faq import load
from loket.yamlfile import ContentError
from tests.support.faq import GOOD, line_of, write


def problems(folder: Path, text: str) -> list[tuple[int, str]]:
    path = write(folder, text)
    with pytest.raises(ContentError) as error:
        load.load_file(path)
    assert {problem.file for problem in error.value.problems} == {str(path)}
    return [(problem.line, problem.message) for problem in error.value.problems]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    answer = load.load(tmp_path)["ouderbijdrage_vrijwillig"]
    assert answer.live
    assert answer.law[0].article == "40"
    assert answer.referrals[0].purpose == "hulp bij schoolkosten"
    assert answer.variants[0].case.named() == {"sector": "vo"}


@pytest.mark.parametrize(
    ("old", "new", "at", "problem"),
    [
        ("theme: kosten", "theme: weg", "theme:", "unknown theme 'weg'"),
        ("theme: kosten", "theme: veiligheid", "intent:", "belongs to theme kosten"),
        ("intent: ouderbijdrage_vrijwillig", "intent: weg", "intent:", "unknown intent 'weg'"),
        ("title: Moet ik de ouderbijdrage betalen?", "title: X", "title:", "at least 3"),
        ("title: Moet ik de ouderbijdrage betalen?", f"title: {'lang ' * 20}", "title:", "at most 90"),
        ("state: live", "state: concept", "state:", "withheld"),
        ("state: live", "state: withheld", "intent:", "go together"),
        ("state: live", "withheld_reason: nog navragen", "intent:", "go together"),
        ("  text: |\n    De school moet in de schoolgids schrijven dat u niet hoeft te betalen.\n", "", "intent:", "needs both"),
        ("{sector: vo}", "{sector: hbo}", "sector: hbo", "'mbo'"),
        ("{sector: vo}", "{}", "for: {}", "at least one of"),
        ("{sector: vo}", "{geloof: vo}", "geloof", "Extra inputs"),
        ("    when: binnen 6 weken na de brief\n", "", "what:", "required"),
        ("act: WPO", "act: Schoolwet", "act: Schoolwet", "unknown act 'Schoolwet'"),
        ('article: "40"', 'article: "40 lid 2"', "lid 2", "one article number"),
        ("https://www.rijksoverheid.nl", "http://www.rijksoverheid.nl", "url: http:", "https"),
        ("https://www.rijksoverheid.nl/ouderbijdrage", "geen link", "geen link", "URL"),
        ("for: hulp bij schoolkosten", "voor: hulp", "name: Stichting", "for: Field required"),
        ("by: law", "by: iemand", "by: iemand", "'editor'"),
        ("on: 2026-11-25", "on: gisteren", "on: gisteren", "date"),
        ("on: 2026-11-25", "on: 2026-02-30", "on: 2026-02-30", "not valid YAML"),
        ('["WPO art. 40 (2026-08-01)"]', "[]", "against: []", "at least 1"),
        ("owner: redactie geld en regelingen", "owner: Piet", "owner: Piet", "redactie"),
        ("  urgent: false", "  valid_until: 2027-08-01", "intent:", "valid_until and volatile go together"),
        ("[uitsluiting_niet_betaald]", "[weg]", "follow_up", "unknown intent 'weg'"),
        ("[uitsluiting_niet_betaald]", "[a, b, c, d]", "follow_up", "at most 3"),
        ("urgent: false", "urgent: true", "urgent: true", "urgent must be false"),
        ("  urgent: false", "  dringend: false", "dringend", "Extra inputs"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_its_line(tmp_path: Path, old: str, new: str, at: str, problem: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    found = problems(tmp_path, text)
    assert any(line == line_of(text, at) and problem in message for line, message in found), found


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("  checked_on: 2026-11-23", "checked_on"),
        ("  needs_review: false", "needs_review"),
        ('  review_reason: ""', "review_reason"),
        ("  by_sector: {po: Nee.}", "by_sector"),
        ("  refer_to: []", "refer_to"),
    ],
)
def test_the_old_format_is_refused_with_the_way_to_the_new_one(tmp_path: Path, line: str, field: str) -> None:
    text = GOOD.replace("  urgent: false", line)
    ((number, message),) = problems(tmp_path, text)
    assert number == line_of(text, field)
    assert f"`{field}` is of the old format; now: " in message


def test_the_article_of_a_source_is_of_the_old_format(tmp_path: Path) -> None:
    text = GOOD.replace("  - title: Rijksoverheid\n", "  - title: Rijksoverheid\n    law: WPO art. 40\n")
    ((number, message),) = problems(tmp_path, text)
    assert (number, "old format" in message) == (line_of(text, "law: WPO"), True)


def test_an_urgent_answer_is_never_withheld(tmp_path: Path) -> None:
    text = GOOD.replace("state: live", "state: withheld\n  withheld_reason: nog nakijken").replace(
        "urgent: false", "urgent: true"
    )
    assert any("urgent answer is never withheld" in message for _, message in problems(tmp_path, text))


def test_a_second_answer_for_an_intent_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD + GOOD.partition("answers:\n")[2])
    assert any("a second answer for" in message for _, message in found)


def test_the_problems_of_all_files_come_together(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("theme: kosten", "theme: weg"))
    write(tmp_path, "theme: [", "veiligheid.yml")
    with pytest.raises(ContentError) as error:
        load.load(tmp_path)
    assert {Path(problem.file).name for problem in error.value.problems} == {"kosten.yml", "veiligheid.yml"}


def test_lists_of_terms_and_phones_are_no_answers(tmp_path: Path) -> None:
    write(tmp_path, "terms: []\n", "terms.yml")
    assert load.load(tmp_path) == {}


@pytest.mark.parametrize("age", ["16_17", '"16_17"'])
def test_an_age_with_or_without_quotes_is_the_same(tmp_path: Path, age: str) -> None:
    write(tmp_path, GOOD.replace("{sector: vo}", f"{{age: {age}}}"))
    assert load.load(tmp_path)["ouderbijdrage_vrijwillig"].variants[0].case.age == "16_17"
