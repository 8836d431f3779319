"""Where a question goes, and that a faulty table is refused with file and line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket import catalogue
from loket.routing import rules
from loket.routing.rules import Facts
from loket.yamlfile import ContentError

GOOD = """version: 1
teams:
  algemeen: Algemeen
  zorg: Zorg
rules:
- when: {theme: kosten, channel: [web, mail]}
  team: zorg
  promise_hours: 4
  because: het over geld gaat
- when: {}
  team: algemeen
  promise_hours: 16
  because: geen andere regel past
"""


@pytest.mark.parametrize(
    ("theme", "sector", "urgent", "team", "hours"),
    [
        ("kosten", "po", True, "veiligheid", 2),
        ("veiligheid", "po", True, "veiligheid", 2),
        ("veiligheid", "so", False, "veiligheid", 8),
        ("schorsing", None, False, "veiligheid", 8),
        ("passend_onderwijs", "vo", False, "ondersteuning", 16),
        ("kosten", "so", False, "ondersteuning", 16),
        ("kosten", "po", False, "algemeen", 16),
        (None, None, False, "algemeen", 16),
    ],
)
def test_route(theme: str | None, sector: str | None, urgent: bool, team: str, hours: int) -> None:
    found = rules.route(Facts(theme, sector, urgent, "web"))
    assert (found.team, found.promise) == (team, timedelta(hours=hours))


@given(
    st.sampled_from([None, "weg", *catalogue.load().themes]),
    st.sampled_from([None, "weg", *catalogue.SECTORS]),
    st.booleans(),
    st.sampled_from(["web", "mail", "telefoon", "iets nieuws"]),
)
def test_there_always_is_a_route(theme: str | None, sector: str | None, urgent: bool, channel: str) -> None:
    found = rules.route(Facts(theme, sector, urgent, channel))
    assert found.team in rules.load().teams
    assert found.promise > timedelta()
    assert not urgent or found.promise <= timedelta(hours=2)


def test_every_rule_of_the_real_table_decides_something() -> None:
    table = rules.load()
    facts = [
        Facts(theme, sector, urgent, "web", denomination, None, language)
        for theme in (None, *catalogue.load().themes)
        for sector in (None, *catalogue.SECTORS)
        for urgent in (True, False)
        for denomination in (None, *table.words.denomination)
        for language in (None, *table.languages)
    ]
    used = {next(i for i, rule in enumerate(table.rules) if rule.when.fit(fact)) for fact in facts}
    assert used == set(range(len(table.rules)))


def test_the_route_is_explained() -> None:
    assert rules.route(Facts("veiligheid", None, False, "web")).explanation == (
        "naar team Veiligheid en schorsing omdat het gaat over veiligheid of straf"
    )


def test_a_list_and_a_single_value_both_fit(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert rules.route(Facts("kosten", None, False, "mail"), path).team == "zorg"
    assert rules.route(Facts("kosten", None, False, "telefoon"), path).team == "algemeen"


def test_a_team_is_a_name_or_a_name_that_is_closed(tmp_path: Path) -> None:
    table = rules.load(write(tmp_path, GOOD.replace("zorg: Zorg", "zorg: {name: Zorg, closed: true}")))
    assert table.teams == {"algemeen": "Algemeen", "zorg": "Zorg"}
    assert table.closed_teams == {"zorg"}
    assert rules.load().closed_teams == set()


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("team: zorg", "team: weg", 7, "unknown team 'weg'"),
        ("theme: kosten", "theme: weg", 6, "unknown theme 'weg'"),
        ("theme: kosten", "sector: weg", 6, "unknown sector 'weg'"),
        ("theme: kosten", "thema: kosten", 6, "Extra inputs"),
        ("promise_hours: 4", "promise_hours: 0", 8, "greater than 0"),
        ("promise_hours: 4", "promise_hours: snel", 8, "valid integer"),
        ("because: het over geld gaat", "because: ''", 9, "at least 3"),
        ("when: {}", "when: {urgent: false}", 10, "the last rule must fit always"),
        ("  team: zorg\n", "", 6, "Field required"),
        ("team: zorg", "team: zorg\n  partner: weg", 8, "unknown partner 'weg'"),
        ("theme: kosten", "denomination: weg", 6, "unknown denomination 'weg'"),
        ("theme: kosten", "region: weg", 6, "unknown region 'weg'"),
        ("theme: kosten", "language: weg", 6, "unknown language 'weg'"),
        ("zorg: Zorg", "zorg: {name: Zorg, close: true}", 4, "Extra inputs"),
        ("zorg: Zorg", "zorg: {closed: true}", 4, "Field required"),
        ("zorg: Zorg", "zorg: {name: Zorg, closed: soms}", 4, "valid boolean"),
        ("version: 1", "version: [", 1, "not valid YAML"),
    ],
)
def test_a_faulty_table_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, problem: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ContentError) as error:
        rules.load(path)
    found = error.value.problems[0]
    assert problem in found.message
    if problem != "not valid YAML":
        assert (found.file, found.line) == (str(path), line)


def write(folder: Path, text: str) -> Path:
    path = folder / "routing.yml"
    path.write_text(text)
    return path
