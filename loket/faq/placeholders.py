"""Placeholders in answers: {loket_phone}, {vakantie:mei:2026-2027:zuid}, {tabel:bedragen:schoolkosten_vso}.

What has no value is left out with the sentence or list item around it, so that nothing is promised that the service does
not have, and no brace is ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from loket import settings, working_time
from loket.faq import tables, vacations
from loket.settings import Settings

PLACEHOLDER = re.compile(r"\{([a-z_]+(?::[^{}\s:]+)*)\}")
_BRACE = re.compile(r"[{}]")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+\.)\s")
_HEADING = re.compile(r"^\s*\*\*[^*]+\*\*\s*$")
# A sentence ends before a capital, a quote, bold or a link; not before a placeholder, so that "bijv. {loket_phone}" is one.
_SENTENCE = re.compile(r"""(?<=[.!?])\s+(?=["'(]?[A-ZÀ-Ý*\[])|(?<=[.!?]\*\*)\s+""")

Values = Callable[[str], str | None]
"""The value of a placeholder by what is between the braces; None when there is none."""

FROM_SETTINGS: dict[str, Callable[[Settings], str]] = {
    "loket_phone": lambda configured: configured.contact_phone,
    "loket_email": lambda configured: configured.contact_email,
    "loket_hours": lambda configured: working_time.in_words(configured.opening_hours),
    # Nothing is erased automatically yet, so no term can be named.
    "retention_chat": lambda configured: "",
}


def values(configured: Settings, today: date) -> Values:
    """What the settings and the tables fill in on a day."""

    def value(name: str) -> str | None:
        first, *rest = name.split(":")
        if first in FROM_SETTINGS and not rest:
            return FROM_SETTINGS[first](configured) or None
        if first == "vakantie" and len(rest) == 3:
            return vacations.dates(rest[0], rest[1], rest[2], today)
        if first == "tabel" and len(rest) == 2:
            return tables.value(rest[0], rest[1], today)
        return None

    return value


def current(today: date) -> Values:
    """The values of this process's own settings."""
    return values(settings.load(), today)


def known(name: str) -> bool:
    """Is this a placeholder that can have a value: a setting, or a row in the tables?"""
    return name in FROM_SETTINGS or values(settings.Settings.model_construct(), date.min)(name) is not None


def fill(text: str, value: Values) -> str:
    """The text with its placeholders filled; sentences and list items without a value are left out."""
    if not _BRACE.search(text):
        return text
    lines = [filled for line in text.splitlines() if (filled := _line(line, value)) is not None]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_without_empty_sections(lines))).strip()


def _line(line: str, value: Values) -> str | None:
    """A line with its placeholders filled; None when nothing of it is left."""
    if not _BRACE.search(line):
        return line
    if item := _ITEM.match(line):
        body = _sentence(line[item.end() :], value)
        return None if body is None else line[: item.end()] + body
    kept = [filled for sentence in _SENTENCE.split(line) if (filled := _sentence(sentence, value)) is not None]
    return " ".join(kept) or None


def _sentence(sentence: str, value: Values) -> str | None:
    missing = False

    def replace(found: re.Match[str]) -> str:
        nonlocal missing
        filled = value(found[1])
        missing = missing or not filled
        return filled or ""

    filled = PLACEHOLDER.sub(replace, sentence)
    return None if missing or _BRACE.search(filled) else filled


def _without_empty_sections(lines: list[str]) -> Iterator[str]:
    """The lines without headings that no longer have anything under them."""
    for index, line in enumerate(lines):
        following = next((other for other in lines[index + 1 :] if other.strip()), None)
        if _HEADING.match(line) and (following is None or _HEADING.match(following)):
            continue
        yield line
