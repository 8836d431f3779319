"""What every rule of the check gets to see, and what it returns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from loket import catalogue
from loket.faq.model import Answer

Fault = tuple[tuple[str | int, ...], str]
"""Where in the answer (a path of fields and indexes) and what is wrong there, in words for its writer."""


@dataclass(frozen=True)
class Context:
    """The theme of the file and the day on which it is checked."""

    theme: str
    today: date

    @property
    def dialogue(self) -> bool:
        """Small talk, which states no rules."""
        return self.theme == catalogue.DIALOGUE


Rule = Callable[[Answer, Context], Iterator[Fault]]

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKER = re.compile(r"^\s*(?:[-*+]|\d+\.)\s+", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")


def sentences(markdown: str) -> list[str]:
    """The sentences and list items of a Markdown text, without marks."""
    plain = _MARKER.sub("", _LINK.sub(r"\1", markdown)).replace("*", "")
    return [sentence.strip() for sentence in _SENTENCE_END.split(plain) if sentence.strip()]
