"""First aid: what is shown at once when a message says that a child or a parent may be in danger. Read from data/faq/danger.yml."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar, get_args

from pydantic import Field, field_validator, model_validator

from loket import yamlfile
from loket.faq import load
from loket.faq.model import LawArticle, Review, Source, Strict, joined

Kind = Literal[
    "suicide", "self_harm", "abuse_home", "abuse_school", "sexual_peer", "threat_weapon", "missing_runaway",
    "eating_disorder", "forced_marriage_honour", "exploitation", "parent_crisis",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
Writer = Literal["parent", "child", "either"]
Foreign = Literal["en", "tr", "ar", "pl", "uk"]
FOREIGN: tuple[Foreign, ...] = get_args(Foreign)
DUTCH = "nl"
OTHERWISE: Foreign = "en"
"""Shown to those who write in a language that has no texts."""
RIGHT_TO_LEFT = frozenset({"ar"})

Text = TypeVar("Text")
_ADDRESSED_AS_U = re.compile(r"\b(?:u|uw)\b", re.IGNORECASE)
_PHONE_LINK = re.compile(r"\[([^\]]+)\]\((tel:[^)]*)\)")


class Reads(Strict):
    """Who reads along, during the advisers' hours and outside them."""

    day: str = Field(min_length=20)
    night: str = Field(min_length=20)


class Ask(Strict):
    """The calm line of level `ask` and the label of its button."""

    line: str = Field(min_length=15)
    button: str = Field(min_length=5, max_length=40)


class FirstAid(Strict):
    """The texts of one kind. `action` is the one thing to do first; `child_action` replaces it where "u" would be said to a child."""

    kind: Kind
    title: str = Field(min_length=5, max_length=60)
    action: str = Field(min_length=20)
    child_action: str = ""
    parent: str = Field(min_length=50)
    child: str = Field(min_length=50)
    parent_in_danger: str = ""
    quick_exit: bool
    day: str = Field(min_length=20)
    night: str = Field(min_length=20)
    ask_line: str = Field(min_length=20)
    ask_button: str = Field(min_length=5, max_length=40)
    law: tuple[LawArticle, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)
    reviewed: Review
    languages: dict[Foreign, str]

    @field_validator("languages")
    @classmethod
    def _every_language(cls, value: dict[Foreign, str]) -> dict[Foreign, str]:
        return complete(value)

    @model_validator(mode="after")
    def _an_action_for_a_child(self) -> FirstAid:
        if _ADDRESSED_AS_U.search(self.action) and not self.child_action.strip():
            raise ValueError("an action that says u needs a child_action")
        return self

    def action_for(self, writer: Writer) -> str:
        return self.child_action if writer == "child" and self.child_action else self.action

    def text_for(self, writer: Writer) -> str:
        """What follows the action; a parent also reads what to do when in danger, and somebody who may be either reads both."""
        for_parent = joined(self.parent, self.parent_in_danger)
        if writer == "either":
            return joined(f"**{FOR_CHILD}**", self.child, f"**{FOR_PARENT}**", for_parent)
        return self.child if writer == "child" else for_parent


class DangerFile(Strict):
    """data/faq/danger.yml. `failure` has Dutch and the other languages; the Dutch of `reads` and `ask` is in each kind."""

    failure: dict[str, str]
    reads: dict[Foreign, Reads]
    ask: dict[Foreign, Ask]
    kinds: tuple[FirstAid, ...]

    @field_validator("reads", "ask")
    @classmethod
    def _in_every_language(cls, value: dict[Foreign, Text]) -> dict[Foreign, Text]:
        return complete(value)

    @model_validator(mode="after")
    def _whole(self) -> DangerFile:
        named = [one.kind for one in self.kinds]
        if sorted(named) != sorted(KINDS):
            raise ValueError(f"every kind once; missing or double: {sorted(set(KINDS) ^ set(named)) or named}")
        if set(self.failure) != {DUTCH, *FOREIGN}:
            raise ValueError(f"failure has exactly {DUTCH}, {', '.join(FOREIGN)}")
        return self


FOR_CHILD, FOR_PARENT = "Gaat dit over jou, en ben je jonger dan 18?", "Gaat dit over uw kind, of bent u ouder?"
"""Above the two texts, for somebody who may be either."""


def quick_exit(kind: str) -> bool:
    """Whether somebody may be looking along with who reads about this kind of danger."""
    return any(one.kind == kind and one.quick_exit for one in _file().kinds)


def complete(texts: dict[Foreign, Text]) -> dict[Foreign, Text]:
    """The same when no language is missing. Raises ValueError."""
    if missing := [language for language in FOREIGN if language not in texts]:
        raise ValueError(f"missing languages: {', '.join(missing)}")
    return texts


def first_aid(kind: Kind, *, writer: Writer = "parent", language: str = DUTCH, open: bool) -> str:
    """The Markdown to show for a kind of danger: the action, what to do, who reads along.

    `language` is what was written in; without texts in it English is given. `open` is whether advisers are there now.
    Put `direction(language)` and the language itself on the element around it.
    """
    found = by_kind(kind)
    if language == DUTCH:
        return joined(found.action_for(writer), found.text_for(writer), found.day if open else found.night)
    known = spoken(language)
    return joined(_whole_numbers(found.languages[known], known), reads_along(language, open=open))


def action(kind: Kind, language: str = DUTCH) -> str:
    """The one thing to do first, with its numbers, as Markdown."""
    found = by_kind(kind)
    if language == DUTCH:
        return found.action.strip()
    known = spoken(language)
    return _whole_numbers(found.languages[known].strip().partition("\n\n")[0], known)


def reads_along(language: str, *, open: bool) -> str:
    """Who reads along at this hour, in a language other than Dutch."""
    reads = _file().reads[spoken(language)]
    return (reads.day if open else reads.night).strip()


def failure_line(language: str = DUTCH) -> str:
    """The line with numbers for every text that says something does not work, as Markdown."""
    known = DUTCH if language == DUTCH else spoken(language)
    return _whole_numbers(_file().failure[known].strip(), known)


def ask(kind: Kind, language: str = DUTCH) -> Ask:
    """The line and button above an ordinary answer; by kind in Dutch, one for all kinds in other languages."""
    if language == DUTCH:
        found = by_kind(kind)
        return Ask(line=found.ask_line, button=found.ask_button)
    return _file().ask[spoken(language)]


def by_kind(kind: Kind) -> FirstAid:
    """The texts of a kind, with its title and `quick_exit`."""
    return next(one for one in _file().kinds if one.kind == kind)


def spoken(language: str) -> Foreign:
    """The language of the texts for somebody who writes in `language`, other than Dutch."""
    return next((known for known in FOREIGN if known == language), OTHERWISE)


def direction(language: str) -> Literal["ltr", "rtl"]:
    """The `dir` attribute for a text in this language."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def path() -> Path:
    return load.FAQ_DIR / "danger.yml"


def read() -> DangerFile:
    """The file as it is now. Raises ContentError with file and line."""
    return yamlfile.validated(yamlfile.read(path()), DangerFile)


def _whole_numbers(markdown: str, language: str) -> str:
    """Phone numbers isolated in right-to-left text, where 0800-2000 would otherwise be shown as 2000-0800."""
    if direction(language) == "ltr":
        return markdown
    return _PHONE_LINK.sub("[\u2066\\1\u2069](\\2)", markdown)


def _file() -> DangerFile:
    return _cached(path(), path().stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _cached(path: Path, changed: int) -> DangerFile:
    return read()
