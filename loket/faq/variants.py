"""The variant of an answer that fits what is known of the child and the school."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from loket.faq.model import Age, Answer, Deadline, Level, Variant

_LEVELS: dict[str, Level] = {"praktijkonderwijs": "pro", "vmbo": "vmbo", "havo": "havo", "vwo": "vwo"}
"""Values of the entity `schooltype` that name one level; "havo/vwo" names two and so none."""
_ADULT, _WORKING_AGE = 18, 16


@dataclass(frozen=True)
class Known:
    """What is known of the case; None is unknown."""

    sector: str | None = None
    school: str | None = None
    age: Age | None = None
    level: Level | None = None


@dataclass(frozen=True)
class Chosen:
    """The texts of an answer for one case; `variant` is None when the general ones apply."""

    short: str
    text: str
    deadline: tuple[Deadline, ...]
    variant: Variant | None = None


def choose(answer: Answer, known: Known) -> Chosen:
    """The most specific variant whose conditions are all known to hold, the first in the file if equal; or the general text."""
    fitting = [variant for variant in answer.variants if _holds(variant, known)]
    if not fitting:
        return Chosen(answer.short, answer.text, answer.deadline)
    best = max(fitting, key=lambda variant: len(variant.case.named()))
    return Chosen(best.short, best.text, answer.deadline if best.deadline is None else best.deadline, best)


def by_sector(answer: Answer) -> frozenset[str]:
    """The sectors for which this answer has its own text."""
    return frozenset(variant.case.sector for variant in answer.variants if variant.case.sector)


def known_from(entities: Iterable[dict[str, Any]], sector: str | None = None) -> Known:
    """What the assistant's entities (leeftijd, schooltype, schoolsoort) and the sector say."""
    found = {str(entity["entity"]): str(entity["value"]) for entity in entities}
    school = found.get("schoolsoort")
    return Known(
        sector=sector,
        school=school if school in ("openbaar", "bijzonder") else None,
        age=age_group(found.get("leeftijd")),
        level=_LEVELS.get(found.get("schooltype", "")),
    )


def age_group(years: str | None) -> Age | None:
    """The group of an age in years ("15"), or None when it is not a number."""
    if years is None or not years.isdigit():
        return None
    if int(years) >= _ADULT:
        return "18_plus"
    return "16_17" if int(years) >= _WORKING_AGE else "onder_16"


def _holds(variant: Variant, known: Known) -> bool:
    return all(getattr(known, key) == value for key, value in variant.case.named().items())
