"""What is said first where a child or a parent may be in danger, however the message came in: the texts of
data/faq/danger.yml, by kind."""

from __future__ import annotations

from loket.faq import danger
from loket.faq.danger import Ask, Kind

OTHER: Kind = "suicide"
"""The kind whose words are used for a kind that has no texts."""


def text(kind: str, *, now_open: bool, language: str = danger.DUTCH) -> str:
    """The help of this kind, as Markdown, and whether somebody at the counter reads along at this hour."""
    return danger.first_aid(_known(kind), language=language, open=now_open)


def numbers(kind: str) -> str:
    """The one thing to do first with this kind of danger, with its numbers, as Markdown."""
    return danger.by_kind(_known(kind)).action.strip()


def repeated(kind: str) -> str:
    """For a message that continues about what help was already given for."""
    return f"{numbers(kind)}\n\nUw bericht staat bij uw vraag aan de adviseurs."


def ask(kind: str, language: str = danger.DUTCH) -> Ask:
    """The calm line above an ordinary answer, and the label of its button."""
    return danger.ask(_known(kind), language)


def failure_line() -> str:
    """Is in every text that says that the assistant does not answer."""
    return danger.failure_line()


def _known(kind: str) -> Kind:
    return next((known for known in danger.KINDS if known == kind), OTHER)
