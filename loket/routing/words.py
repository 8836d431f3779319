"""What a question says about denomination, region and language, by its words.

The assistant finds languages the same way in bot/components/language.py: the two share no code, as each has an environment of
its own (docs/decisions/0001), but tests/languages.yml holds for both.
"""

from __future__ import annotations

import re
from functools import cache
from threading import Lock

import wordfreq
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from loket.routing import rules

OTHER_LANGUAGE = "andere_taal"
"""The intent of a parent who writes in a language other than Dutch."""

DUTCH = "nl"
_LANGUAGES = (
    DUTCH, "en", "de", "fr", "es", "pt", "it", "tr", "ar", "pl", "uk", "ru", "ro", "bg", "so", "fa", "ur", "ku", "am", "el", "zh",
)  # fmt: skip
_READ_AS = {"ru": "uk"}
"""Languages that the same adviser reads."""
_LEAST_WORDS = 4
_SURE = 0.95
_PLAIN_SCRIPT = re.compile(r"[a-z\u00df-\u024f\u1e00-\u1eff]")


def found(text: str, intent: str | None = None) -> tuple[str | None, str | None, str | None]:
    """Denomination, region and language (None for Dutch) of a question, each as its id in data/routing.yml."""
    words = rules.load().words
    lowered = text.lower()
    return (
        _named(lowered, tuple((name, tuple(of)) for name, of in words.denomination.items())),
        _named(lowered, tuple((name, tuple(of)) for name, of in words.region.items())),
        language(lowered) or ("anders" if intent == OTHER_LANGUAGE else None),
    )


def _named(text: str, table: tuple[tuple[str, tuple[str, ...]], ...]) -> str | None:
    """The one thing that the text names; None when it names none or several."""
    names = {name for name, pattern in _patterns(table) if pattern.search(text)}
    return names.pop() if len(names) == 1 else None


@cache
def _patterns(table: tuple[tuple[str, tuple[str, ...]], ...]) -> list[tuple[str, re.Pattern[str]]]:
    return [(name, re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, of))})(?![\w-])")) for name, of in table]


def language(text: str) -> str | None:
    """The language other than Dutch, as an id of data/routing.yml; None for Dutch, in doubt too."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    plain = sum(bool(_PLAIN_SCRIPT.match(word)) for word in words) * 2 >= len(words)
    if not words or (plain and len(words) < _LEAST_WORDS):
        return None
    with _LOCK:
        found, chance = _identifier().classify(text.lower())
    if found == DUTCH or (plain and (chance < _SURE or _is_dutch(words, found))):
        return None
    read_as = _READ_AS.get(found, found)
    return read_as if read_as in rules.load().languages else "anders"


def _is_dutch(words: list[str], instead_of: str) -> bool:
    """Whether the words are as common in Dutch: names of schools and exams look like other languages to the identifier."""
    if instead_of not in _COUNTED:
        return False
    dutch, other = (sum(wordfreq.zipf_frequency(word, language) for word in words) for language in (DUTCH, instead_of))
    return bool(dutch >= other)


_COUNTED = frozenset(wordfreq.available_languages())
_LOCK = Lock()
"""The identifier counts in arrays of its own."""


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([language for language in _LANGUAGES if language in identifier.labels])
    return identifier
