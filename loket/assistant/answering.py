"""An answer as the assistant gives it: for what is known of this child, filled in, with all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from loket.faq import placeholders, shown, vacations, variants
from loket.faq.model import Answer, joined
from loket.faq.shown import Shown
from loket.faq.variants import Known
from loket.routing import words

HOLIDAYS = "schoolvakanties"
"""The intent whose answer begins with the dates that were asked for."""
PUBLIC, PRIVATE = "openbaar", "bijzonder"


@dataclass(frozen=True)
class Asked:
    """A message as far as it matters for an answer: its text, what Rasa found in it, and what was known before."""

    text: str
    sector: str | None = None
    entities: Sequence[dict[str, Any]] = ()
    earlier: dict[str, Any] = field(default_factory=dict)
    """Facts of the message that led to this one: {"age": "16_17", "level": "havo", "school": "openbaar"}."""

    @property
    def known(self) -> Known:
        """The case: what this message says, completed by what an earlier one said."""
        here = variants.known_from(self.entities, self.sector)
        return Known(
            sector=self.sector,
            school=_school(self.text) or self.earlier.get("school"),
            age=here.age or self.earlier.get("age"),
            level=here.level or self.earlier.get("level"),
        )

    def to_remember(self) -> dict[str, Any]:
        """What must not be lost when we ask something first; the sector has its own place."""
        return {key: value for key, value in vars(self.known).items() if value is not None and key != "sector"}


def shown_for(answer: Answer, asked: Asked, today: date) -> Shown:
    """The answer to what was asked, on a day. One about holidays begins with the dates."""
    one = shown.show(answer, asked.known, placeholders.current(today), today)
    if answer.intent != HOLIDAYS:
        return one
    place = next((str(entity["value"]) for entity in asked.entities if entity["entity"] == "regio"), "")
    dates = vacations.sentence(asked.text, today, place)
    return replace(one, short=joined(dates or "", one.short))


def shown_by_school(answer: Answer, asked: Asked, sectors: Mapping[str, str], today: date) -> Shown:
    """The answer to what was asked, for each of these kinds of school (id to name), while it is not known which one it is."""
    return shown.show_by_school(answer, asked.known, sectors, placeholders.current(today), today)


def _school(text: str) -> str | None:
    """Public or private, when the text names the denomination of a school."""
    denomination = words.found(text)[0]
    if denomination is None:
        return None
    return PUBLIC if denomination == PUBLIC else PRIVATE
