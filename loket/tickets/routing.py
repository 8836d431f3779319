"""Where a question goes: the first rule of data/routing.yml that fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from loket import catalogue, yamlfile
from loket.yamlfile import ContentError

ROUTING_FILE = catalogue.DATA / "routing.yml"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Conditions(Strict):
    theme: list[str] | str | None = None
    sector: list[str] | str | None = None
    channel: list[str] | str | None = None
    urgent: bool | None = None

    def fit(self, facts: Facts) -> bool:
        return all(_fits(wanted, getattr(facts, name)) for name, wanted in self if wanted is not None)


class Rule(Strict):
    when: Conditions
    team: str
    promise_hours: int = Field(gt=0, le=200)
    because: str = Field(min_length=3)


class Routing(Strict):
    version: int
    teams: dict[str, str]
    rules: list[Rule] = Field(min_length=1)


@dataclass(frozen=True)
class Facts:
    """What routing may look at."""

    theme: str | None
    sector: str | None
    urgent: bool
    channel: str


@dataclass(frozen=True)
class Route:
    team: str
    team_label: str
    promise: timedelta
    because: str

    @property
    def explanation(self) -> str:
        """As the ticket says it: "naar team Algemeen omdat …"."""
        return f"naar team {self.team_label} omdat {self.because}"


def route(facts: Facts, path: Path = ROUTING_FILE) -> Route:
    """The route of a question; there always is one, because the file's last rule fits everything."""
    table = load(path)
    rule = next(rule for rule in table.rules if rule.when.fit(facts))
    return Route(rule.team, table.teams[rule.team], timedelta(hours=rule.promise_hours), rule.because)


@cache
def load(path: Path = ROUTING_FILE) -> Routing:
    """The validated routing table. Raises ContentError with file and line."""
    document = yamlfile.read(path)
    table = yamlfile.validated(document, Routing)
    themes, sectors = catalogue.load().themes, catalogue.SECTORS
    problems = []
    for index, rule in enumerate(table.rules):
        at: yamlfile.Loc = ("rules", index)
        if rule.team not in table.teams:
            problems.append(document.problem((*at, "team"), f"unknown team {rule.team!r}"))
        for name, known in (("theme", themes), ("sector", sectors)):
            for value in _as_list(getattr(rule.when, name)):
                if value not in known:
                    problems.append(document.problem((*at, "when", name), f"unknown {name} {value!r}"))
    if table.rules[-1].when != Conditions():
        last = ("rules", len(table.rules) - 1)
        problems.append(document.problem(last, "the last rule must fit always: `when: {}`"))
    if problems:
        raise ContentError(problems)
    return table


def _fits(wanted: Any, value: Any) -> bool:
    return bool(value in wanted if isinstance(wanted, list) else value == wanted)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
