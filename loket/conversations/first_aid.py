"""What is said first where a child or a parent may be in danger, whatever way the message came in: the texts of
data/faq/danger.yml, by kind."""

from __future__ import annotations

import re

from loket.faq import danger
from loket.faq.danger import Ask, Kind

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")

OTHER: Kind = "suicide"
"""The kind whose words are used for a kind that the texts do not know."""


def text(kind: str, *, now_open: bool, language: str = danger.DUTCH) -> str:
    """The help of this kind, as Markdown, and whether somebody of the counter reads along at this hour."""
    return danger.first_aid(_known(kind), language=language, open=now_open)


def numbers(kind: str) -> str:
    """The one thing to do first with this kind of danger, with its numbers, as Markdown."""
    return danger.by_kind(_known(kind)).action.strip()


def repeated(kind: str) -> str:
    """For a message that goes on about what help was given for already."""
    return f"{numbers(kind)}\n\nUw bericht staat bij uw vraag aan de adviseurs."


def ask(kind: str, language: str = danger.DUTCH) -> Ask:
    """The calm line above an ordinary answer, and the label of its button."""
    return danger.ask(_known(kind), language)


def failure_line() -> str:
    """Part of every text that says that something does not work, as Markdown."""
    return danger.failure_line()


def failure_text() -> str:
    """The same without links, for a text that is no page."""
    return _LINK.sub(r"\1", failure_line())


def _known(kind: str) -> Kind:
    return next((known for known in danger.KINDS if known == kind), OTHER)
