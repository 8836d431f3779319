"""Find answers by their words, where no model has read the question."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

from loket import catalogue
from loket.faq import answers
from loket.faq.model import Answer

_WORD = re.compile(r"[^\W\d_]{3,}")
_TITLE_WEIGHT = 3


def best(text: str, limit: int = 5) -> list[Answer]:
    """The answers whose words fit the text best, best first; rare words count most. Small talk is not an answer."""
    words = set(_words(text))
    known = answers.cached()
    index, rarity = _kept_index(known)
    scores = {
        intent: sum(rarity[word] * math.log1p(counts[word]) for word in words if word in counts)
        for intent, counts in index.items()
    }
    found = sorted((intent for intent in scores if scores[intent] > 0), key=lambda intent: -scores[intent])
    return [known[intent] for intent in found[:limit]]


Index = tuple[dict[str, Counter[str]], dict[str, float]]
"""The words of each answer with their counts, and how rare each word is."""

_kept: dict[str, Any] = {}


def _kept_index(known: dict[str, Answer]) -> Index:
    # answers.cached() gives the same dict until a file changes.
    if _kept.get("known") is not known:
        _kept.update(known=known, index=_index(known))
    return _kept["index"]  # type: ignore[no-any-return]


def _index(known: dict[str, Answer]) -> Index:
    faq = catalogue.load().intents
    index = {}
    for intent, answer in known.items():
        if intent in faq and faq[intent].is_faq:
            titles = f"{answer.title} {faq[intent].question} " * _TITLE_WEIGHT
            index[intent] = Counter(_words(titles + " ".join(part.text for part in answer.parts())))
    spread = Counter(word for counts in index.values() for word in counts)
    return index, {word: math.log(len(index) / count) for word, count in spread.items()}


def _words(text: str) -> list[str]:
    # Six letters tell Dutch words apart and forget most endings.
    return [word[:6] for word in _WORD.findall(text.lower())]
