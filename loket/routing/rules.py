"""Where a question goes: the first rule of data/routing.yml that fits."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from loket import catalogue, paths, yamlfile
from loket.yamlfile import ContentError, Problem

ROUTING_FILE = paths.DATA / "routing.yml"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Conditions(Strict):
    theme: list[str] | str | None = None
    sector: list[str] | str | None = None
    channel: list[str] | str | None = None
    denomination: list[str] | str | None = None
    region: list[str] | str | None = None
    language: list[str] | str | None = None
    urgent: bool | None = None

    def fit(self, facts: Facts) -> bool:
        return all(_fits(wanted, getattr(facts, name)) for name, wanted in self if wanted is not None)


class Rule(Strict):
    when: Conditions
    team: str
    partner: str | None = None
    promise_hours: int = Field(gt=0, le=200)
    because: str = Field(min_length=3)


class Partner(Strict):
    """A partner organisation of the counter, and what it knows about."""

    name: str
    knows: str


class Team(Strict):
    """A team at the counter. What comes to a closed team is read only by its own people (loket.tickets.access)."""

    name: str = Field(min_length=1)
    closed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class Words(Strict):
    """What in a parent's text indicates a denomination or a region: id to the words that stand for it."""

    denomination: dict[str, list[str]] = {}
    region: dict[str, list[str]] = {}


class Routing(Strict):
    version: int
    team_table: dict[str, Team] = Field(alias="teams", min_length=1)
    partners: dict[str, Partner] = {}
    languages: dict[str, str] = {}
    words: Words = Words()
    rules: list[Rule] = Field(min_length=1)

    @cached_property
    def teams(self) -> dict[str, str]:
        """The teams' names."""
        return {key: team.name for key, team in self.team_table.items()}

    @cached_property
    def closed_teams(self) -> frozenset[str]:
        return frozenset(key for key, team in self.team_table.items() if team.closed)


@dataclass(frozen=True)
class Facts:
    """What routing may look at."""

    theme: str | None
    sector: str | None
    urgent: bool
    channel: str
    denomination: str | None = None
    region: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Route:
    team: str
    team_label: str
    promise: timedelta
    because: str
    partner: str | None = None
    """The partner organisation that the rule proposes. A person decides, with the parent's consent."""
    line: int = 0
    """Where the rule is in the file."""

    @property
    def explanation(self) -> str:
        """As the ticket says it: "naar team Algemeen omdat …"."""
        return f"naar team {self.team_label} omdat {self.because}"


def route(facts: Facts, path: Path = ROUTING_FILE) -> Route:
    """The route of a question; there always is one, because the file's last rule fits everything."""
    table, lines = _loaded(path)
    number, rule = next((number, rule) for number, rule in enumerate(table.rules) if rule.when.fit(facts))
    promise = timedelta(hours=rule.promise_hours)
    return Route(rule.team, table.teams[rule.team], promise, rule.because, rule.partner, lines[number])


def load(path: Path = ROUTING_FILE) -> Routing:
    """The validated routing table. Raises ContentError with file and line."""
    return _loaded(path)[0]


@cache
def _loaded(path: Path) -> tuple[Routing, list[int]]:
    """The table, and the line on which each rule begins."""
    document = yamlfile.read(path)
    table = yamlfile.validated(document, Routing)
    problems = [problem for index, rule in enumerate(table.rules) for problem in _wrong(document, table, index, rule)]
    if table.rules[-1].when != Conditions():
        last = ("rules", len(table.rules) - 1)
        problems.append(document.problem(last, "the last rule must fit always: `when: {}`"))
    if problems:
        raise ContentError(problems)
    return table, [document.line(("rules", index)) for index in range(len(table.rules))]


def _wrong(document: yamlfile.Document, table: Routing, index: int, rule: Rule) -> Iterator[Problem]:
    at: yamlfile.Loc = ("rules", index)
    if rule.team not in table.teams:
        yield document.problem((*at, "team"), f"unknown team {rule.team!r}")
    if rule.partner is not None and rule.partner not in table.partners:
        yield document.problem((*at, "partner"), f"unknown partner {rule.partner!r}")
    known: dict[str, Collection[str]] = {
        "theme": catalogue.load().themes,
        "sector": catalogue.SECTORS,
        "denomination": table.words.denomination,
        "region": table.words.region,
        "language": table.languages,
    }
    for name, values in known.items():
        for value in _as_list(getattr(rule.when, name)):
            if value not in values:
                yield document.problem((*at, "when", name), f"unknown {name} {value!r}")


def _fits(wanted: Any, value: Any) -> bool:
    return bool(value in wanted if isinstance(wanted, list) else value == wanted)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
