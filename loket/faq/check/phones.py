"""Phone numbers in texts, and the list of those that an answer may name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from loket import yamlfile
from loket.faq import load

OWN = {"08005010"}
"""This desk's own number is a setting, {loket_phone}: whether it is in use differs per installation."""

_PHONE = re.compile(r"(?<![\w-])(?:0[89]00[\s-]?[\d\s-]{4,10}\d|0\d{1,3}[\s-]\d[\d\s]{5,8}\d|11[23]\b)(?!\w)")


def in_text(text: str) -> list[str]:
    """The phone numbers in a text, digits only."""
    return [re.sub(r"\D", "", found) for found in _PHONE.findall(text)]


def without(text: str) -> str:
    """The text without its phone numbers."""
    return _PHONE.sub("", text)


def allowed() -> frozenset[str]:
    """The numbers of data/faq/phones.yml, digits only."""
    return _digits(_listed()) - OWN


def day_and_night() -> frozenset[str]:
    """Those that are answered at every hour, digits only."""
    return _digits(entry for entry in _listed() if entry.get("day_and_night"))


def _digits(entries: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(re.sub(r"\D", "", str(entry["number"])) for entry in entries)


def _listed() -> list[dict[str, Any]]:
    path = load.FAQ_DIR / "phones.yml"
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> list[dict[str, Any]]:
    return list(yamlfile.read(path).data["phones"])
