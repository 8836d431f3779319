"""A telephone number, mail address or reference that a parent types. Pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from loket.conversations.contact import contact
from loket.exceptions import Refused

MOST_WORDS = 8
"""Up to this many words next to the number, a message is about nothing but the number."""

_REFERENCE = re.compile(r"\b5010[\s-]?((?=[A-Z\d]*\d|[A-Z]{6}\b)[A-Z\d]{6})\b", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w@.-])(?:\+|00|0)\d?[\d\s().-]{7,18}\d(?!\w)")
_TOLD = re.compile(r"\b(wat|hoe|wanneer|waarom|mag|moet|wie|waar|welke)\b", re.IGNORECASE)
_STATUS = re.compile(r"\b(hoe|waar|wanneer|status|staat|nummer)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Typed:
    """What was found, and whether the message is about nothing else."""

    phone: str | None = None
    email: str | None = None
    reference: str | None = None
    alone: bool = True


def find(text: str) -> Typed | None:
    """The numbers and addresses in a text; None when there are none that could be used."""
    reference = _REFERENCE.search(text)
    rest = _REFERENCE.sub(" ", text)
    email = _good(email=found[0].rstrip(".")) if (found := _EMAIL.search(rest)) else None
    rest = _EMAIL.sub(" ", rest)
    phone = _good(phone=found[0].strip()) if (found := _PHONE.search(rest)) else None
    if not (reference or email or phone):
        return None
    words = re.findall(r"[^\W\d_]+", _PHONE.sub(" ", rest))
    asked = _TOLD.search(" ".join(words)) and not (reference and _STATUS.search(" ".join(words)))
    alone = len(words) <= MOST_WORDS and not asked
    return Typed(phone, email, f"5010-{reference[1].upper()}" if reference else None, alone)


def _good(email: str | None = None, phone: str | None = None) -> str | None:
    try:
        checked = contact(email, phone, None)
    except Refused:
        return None
    return checked.email or checked.phone
