"""What a question says about denomination, region and language, by its words."""

from __future__ import annotations

import re
from functools import cache

from loket.routing import rules

OTHER_LANGUAGE = "andere_taal"
"""The intent of a parent who writes in a language other than Dutch."""

_SCRIPTS = (("ar", re.compile(r"[\u0600-\u06ff]{3}")), ("uk", re.compile(r"[\u0400-\u04ff]{3}")))
_COMMON = {
    "nl": "de het een en van ik mijn is niet op dat te voor met naar we zijn hij zij kan mag moet wat hoe school kind",
    "en": "the and my is not to of for with we he she can what how are this child at in our they was have",
    "tr": "bir ve bu için çocuğum okul ne nasıl ben benim değil mi var yok çok ama okula oğlum kızım",
    "pl": "i w na nie się to jest moje dziecko do jak czy mam mój moja szkoła szkole dla mogę co",
    "de": "der die das und ich mein meine ist nicht ein eine zu kind schule wie kann wir mit auf",
    "fr": "le la les et je mon ma est pas un une de à pour avec enfant école comment que nous",
    "es": "el la los y mi es no un una de para con hijo hija escuela cómo que puedo en",
}
_LEAST_WORDS = 4


def found(text: str, intent: str | None = None) -> tuple[str | None, str | None, str | None]:
    """Denomination, region and language (None for Dutch) of a question, each as its id in data/routing.yml."""
    words = rules.load().words
    lowered = text.lower()
    return (
        _named(lowered, tuple((name, tuple(of)) for name, of in words.denomination.items())),
        _named(lowered, tuple((name, tuple(of)) for name, of in words.region.items())),
        _language(lowered) or ("anders" if intent == OTHER_LANGUAGE else None),
    )


def _named(text: str, table: tuple[tuple[str, tuple[str, ...]], ...]) -> str | None:
    """The one thing that the text names; None when it names none or several."""
    names = {name for name, pattern in _patterns(table) if pattern.search(text)}
    return names.pop() if len(names) == 1 else None


@cache
def _patterns(table: tuple[tuple[str, tuple[str, ...]], ...]) -> list[tuple[str, re.Pattern[str]]]:
    return [(name, re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, of))})(?![\w-])")) for name, of in table]


def _language(text: str) -> str | None:
    for language, script in _SCRIPTS:
        if script.search(text):
            return language
    words = re.findall(r"[^\W\d_]+", text)
    if len(words) < _LEAST_WORDS:
        return None
    counts = {name: sum(word in of.split() for word in words) for name, of in _COMMON.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if best != "nl" and counts[best] >= 2 and counts[best] > 2 * counts["nl"] else None
