"""The answers in data/faq: what the assistant says for an intent, per sector where the rule differs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationInfo, field_validator, model_validator

from loket import catalogue, paths, yamlfile
from loket.yamlfile import ContentError, Problem

FAQ_DIR = paths.DATA / "faq"
NOT_ANSWERS = {"terms", "phones"}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """A page that a statement rests on; `law` names the article where it is known."""

    title: str = Field(min_length=3)
    url: str
    law: str = ""

    @field_validator("url")
    @classmethod
    def _https(cls, value: str) -> str:
        HttpUrl(value)
        if not value.startswith("https://"):
            raise ValueError("a source must be an https link")
        return value


class Referral(Strict):
    """Who can help further, and with what (`for` in the file)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: str = Field(min_length=2)
    purpose: str = Field(alias="for", min_length=3)


class Answer(Strict):
    """One answer: Markdown `text`, and a complete text of its own for each sector whose rule differs."""

    intent: str
    title: str = Field(min_length=3, max_length=90)
    text: str = Field(min_length=20)
    by_sector: dict[str, str] = {}
    sources: tuple[Source, ...] = ()
    checked_on: date
    refer_to: tuple[Referral, ...] = ()
    follow_up: tuple[str, ...] = Field(default=(), max_length=3)
    urgent: bool = False
    needs_review: bool = False
    review_reason: str = ""

    @field_validator("by_sector")
    @classmethod
    def _known_sectors(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        unknown = set(value) - set(catalogue.SECTORS)
        if unknown:
            raise ValueError(f"unknown sector {', '.join(sorted(unknown))}; known: {', '.join(catalogue.SECTORS)}")
        return value

    @model_validator(mode="after")
    def _review_has_a_reason(self) -> Answer:
        if self.needs_review != bool(self.review_reason.strip()):
            raise ValueError("needs_review and review_reason go together")
        return self

    def for_sector(self, sector: str | None) -> str:
        """The text for a sector ("po", "vo" …); the general text when the sector is unknown or makes no difference."""
        return self.by_sector.get(sector or "", self.text)

    def texts(self) -> dict[str, str]:
        """Every text of this answer, the general one under ""."""
        return {"": self.text, **self.by_sector}


class AnswerFile(Strict):
    theme: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class LoadedFile:
    """A valid answer file with the document it came from, so that later checks can name the line."""

    document: yamlfile.Document
    content: AnswerFile

    def line_of(self, index: int, field: str = "intent") -> int:
        return self.document.line(("answers", index, field))


def load_file(path: Path) -> LoadedFile:
    """Read and validate one data/faq/<theme>.yml. Raises ContentError naming file and line."""
    document = yamlfile.read(path)
    content = yamlfile.validated(document, AnswerFile)
    problems = list(_against_catalogue(document, content))
    if problems:
        raise ContentError(problems)
    return LoadedFile(document, content)


def load_files(folder: Path = FAQ_DIR) -> list[LoadedFile]:
    """Every answer file of a folder. Raises ContentError with all problems of all files together."""
    loaded, problems = [], []
    for path in sorted(folder.glob("*.yml")):
        if path.stem in NOT_ANSWERS:
            continue
        try:
            loaded.append(load_file(path))
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    return loaded


def load(folder: Path = FAQ_DIR) -> dict[str, Answer]:
    """All answers by intent. Raises ContentError."""
    return {answer.intent: answer for file in load_files(folder) for answer in file.content.answers}


def cached() -> dict[str, Answer]:
    """All answers by intent, read again when a file has changed; the last good ones when a change is faulty."""
    stamp = tuple((path.name, path.stat().st_mtime_ns) for path in sorted(FAQ_DIR.glob("*.yml")))
    if _cache.get("stamp") != stamp:
        try:
            _cache["answers"] = load()
        except ContentError:
            if "answers" not in _cache:
                raise
            logging.getLogger(__name__).exception("data/faq has errors; the answers read before stay in use")
        _cache["stamp"] = stamp
    return _cache["answers"]  # type: ignore[no-any-return]


_cache: dict[str, Any] = {}


def _against_catalogue(document: yamlfile.Document, content: AnswerFile) -> list[Problem]:
    known = catalogue.load()
    problems = []
    if content.theme not in known.themes:
        problems.append(document.problem(("theme",), f"unknown theme {content.theme!r}"))
    seen: set[str] = set()
    for index, answer in enumerate(content.answers):
        at = ("answers", index, "intent")
        intent = known.intents.get(answer.intent)
        if intent is None:
            problems.append(document.problem(at, f"unknown intent {answer.intent!r}"))
            continue
        if intent.theme != content.theme:
            problems.append(document.problem(at, f"{answer.intent} belongs to theme {intent.theme}"))
        if answer.intent in seen:
            problems.append(document.problem(at, f"a second answer for {answer.intent}"))
        seen.add(answer.intent)
        if answer.urgent != intent.urgent:
            problems.append(
                document.problem(("answers", index, "urgent"), f"urgent must be {str(intent.urgent).lower()}")
            )
        if not answer.sources and (intent.is_faq or intent.urgent):
            problems.append(document.problem(at, f"{answer.intent} has no source"))
        for other in answer.follow_up:
            if other not in known.intents:
                problems.append(document.problem(("answers", index, "follow_up"), f"unknown intent {other!r}"))
    return problems
