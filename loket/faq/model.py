"""What an answer consists of. docs/content.md explains each field to its writers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, field_validator, model_validator

Sector = Literal["po", "vo", "so", "mbo", "vve"]
School = Literal["openbaar", "bijzonder"]
Age = Literal["onder_16", "16_17", "18_plus"]
Level = Literal["pro", "vmbo", "havo", "vwo"]
Owner = Literal[
    "redactie onderwijsrecht", "redactie zorg en veiligheid", "redactie geld en regelingen", "redactie gesprek"
]
"""An office that keeps the answer true; never a person."""

_ARTICLE = re.compile(r"[0-9IVX][0-9A-Za-z.:]*")


class Strict(BaseModel):
    """A part of an answer file: no unknown fields, and never changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Deadline(Strict):
    """What a parent must have done, by when, and the article or page that says so."""

    what: str = Field(min_length=3)
    when: str = Field(min_length=3)
    law: str = ""


class LawArticle(Strict):
    """An article that the rule rests on, and the version of the act that the text was compared with."""

    act: str
    article: str
    version: date

    @field_validator("article")
    @classmethod
    def _one_article(cls, value: str) -> str:
        if not _ARTICLE.fullmatch(value):
            raise ValueError("one article number, such as 8.14 or 6:7, without lid and in quotes")
        return value


class Source(Strict):
    """A page that a statement rests on."""

    title: str = Field(min_length=3)
    url: str

    @field_validator("url")
    @classmethod
    def _https(cls, value: str) -> str:
        return https(value)


class Referral(Strict):
    """Who can help further, and with what (`for` in the file). `hours` says when `phone` is answered."""

    name: str = Field(min_length=2)
    purpose: str = Field(alias="for", min_length=3)
    url: str = ""
    phone: str = ""
    hours: str = ""

    @field_validator("url")
    @classmethod
    def _https(cls, value: str) -> str:
        return https(value) if value else value


class Review(Strict):
    """Who compared the answer with what, and when. Only `editor` means that a person at the desk has looked at it."""

    by: Literal["law", "editor"]
    on: date
    against: tuple[str, ...] = Field(min_length=1)


class Case(Strict):
    """The case that a variant is for; everything named must be true."""

    sector: Sector | None = None
    school: School | None = None
    age: Age | None = None
    level: Level | None = None

    @field_validator("age", mode="before")
    @classmethod
    def _not_a_number(cls, value: object) -> object:
        # YAML 1.1 reads an unquoted 16_17 as the number 1617.
        return "16_17" if value == 1617 else value

    @model_validator(mode="after")
    def _names_something(self) -> Case:
        if not self.named():
            raise ValueError("a variant names at least one of sector, school, age, level")
        return self

    def named(self) -> dict[str, str]:
        """What the case asks for: {"sector": "mbo", "age": "16_17"}."""
        return {key: value for key, value in self if value is not None}


class Variant(Strict):
    """A complete answer for one case; `deadline` is None where the general deadlines apply."""

    case: Case = Field(alias="for")
    short: str = Field(min_length=10)
    text: str = Field(min_length=20)
    deadline: tuple[Deadline, ...] | None = None


@dataclass(frozen=True)
class Part:
    """One text of an answer: its name for a writer, where it is in the file, and what it says."""

    name: str
    path: tuple[str | int, ...]
    text: str

    @property
    def field(self) -> str:
        """The field that it fills: short, text, easier, child, what or when."""
        return str(self.path[-1])


class Answer(Strict):
    """One answer. `short` answers by itself, `text` is for reading on; each variant replaces both for its case."""

    intent: str
    title: str = Field(min_length=3, max_length=90)
    state: Literal["live", "withheld"] = "live"
    withheld_reason: str = ""
    short: str = ""
    deadline: tuple[Deadline, ...] = ()
    text: str = ""
    variants: tuple[Variant, ...] = ()
    law: tuple[LawArticle, ...] = ()
    sources: tuple[Source, ...] = ()
    referrals: tuple[Referral, ...] = ()
    reviewed: Review | None = None
    owner: Owner
    valid_until: date | None = None
    volatile: str = ""
    open_in_law: tuple[str, ...] = ()
    easier: str = ""
    child: str = ""
    follow_up: tuple[str, ...] = Field(default=(), max_length=3)
    urgent: bool = False

    @model_validator(mode="after")
    def _fields_agree(self) -> Answer:
        if (self.state == "withheld") != bool(self.withheld_reason.strip()):
            raise ValueError("state: withheld and withheld_reason go together")
        if (self.valid_until is None) != (not self.volatile.strip()):
            raise ValueError("valid_until and volatile go together")
        if not (self.short.strip() or self.text.strip()):
            raise ValueError("an answer has a short text")
        if self.urgent and self.state == "withheld":
            raise ValueError("an urgent answer is never withheld")
        return self

    @property
    def live(self) -> bool:
        return self.state == "live"

    @property
    def whole(self) -> str:
        """`short` and `text` as one Markdown text."""
        return joined(self.short, self.text)

    def parts(self) -> Iterator[Part]:
        """Every text that a parent may see, deadlines included."""
        for name in ("short", "text", "easier", "child"):
            if text := getattr(self, name):
                yield Part(name, (name,), text)
        yield from _deadlines(self.deadline, "deadline", ())
        for index, variant in enumerate(self.variants):
            path, case = ("variants", index), f"for {' '.join(variant.case.named().values())}"
            yield Part(f"short {case}", (*path, "short"), variant.short)
            yield Part(f"text {case}", (*path, "text"), variant.text)
            yield from _deadlines(variant.deadline or (), f"deadline {case}", path)

    def all_deadlines(self) -> tuple[Deadline, ...]:
        """The general deadlines and those of every variant."""
        return self.deadline + tuple(one for variant in self.variants for one in variant.deadline or ())


class AnswerFile(Strict):
    """One data/faq/<theme>.yml."""

    theme: str
    answers: tuple[Answer, ...]


def joined(*texts: str) -> str:
    """Markdown texts one after the other."""
    return "\n\n".join(text.strip() for text in texts if text.strip())


def https(value: str) -> str:
    """`value` when it is an https link. Raises ValueError."""
    HttpUrl(value)
    if not value.startswith("https://"):
        raise ValueError("must be an https link")
    return value


def _deadlines(deadlines: tuple[Deadline, ...], name: str, path: tuple[str | int, ...]) -> Iterator[Part]:
    for index, deadline in enumerate(deadlines):
        yield Part(name, (*path, "deadline", index, "what"), deadline.what)
        yield Part(name, (*path, "deadline", index, "when"), deadline.when)
