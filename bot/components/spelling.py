"""Typing errors: a word that is none, one slip away from a common word, is read as that word."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import wordfreq

from bot.components import language

# How common a word is (Zipf: the logarithm of how often it occurs in a billion): from here it is a word; each half of a compound that
# no list has ("leerplichtboete"); and what another word may be read as. So many times (a logarithm too) a word must be more common
# than a rare one to be what was meant: the list has common misspellings.
_WORD, _HALF, _COMMON, _RARE, _FAR = 2.3, 2.8, 3.3, 3.6, 2.3
# Two letters changed round and one typed twice are likelier than a letter dropped, by so much; and each half of a compound that is
# read in place of what was typed is so common.
_LIKELIER, _COMMON_HALF = 0.8, 3.4
_SHORTEST, _SHORTEST_HALF = 4, 4
# Words of school and of danger that the list has too seldom.
_OURS = frozenset(
    [
        "lwoo",
        "jenaplan",
        "zevens",
        "babys",
        "themas",
        "appt",
        "verhangen",
        "krijst",
        "braakt",
        "klampt",
        "huilden",
        "pester",
        "stompt",
        "stompte",
        "dolden",
        "niest",
        "gaapt",
        "hikt",
        "zalf",
        "verdwaald",
        "verdwaal",
    ]
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=20_000)
def corrected(word: str) -> str:
    """A folded word, or the commonest word that is it but for one letter dropped, one too many or two changed round. The first letter
    is never changed."""
    if len(word) < _SHORTEST or not word.isalpha() or not word.isascii() or word in _OURS:
        return word
    commonness = _commonness()
    own = commonness.get(word, 0.0)
    if own >= _RARE or (not own and _is_compound(word, _HALF)):
        return word
    likely = {near: commonness.get(near, 0.0) for near in _dropped(word)}
    likely |= {near: commonness[near] + _LIKELIER for near in _slips(word) if near in commonness}
    best = max(likely, key=lambda near: (likely[near], near))
    if commonness.get(best, 0.0) >= max(_COMMON, own + _FAR if own else 0.0):
        return best
    return word if own else next((near for near in _slips(word) if _is_compound(near, _COMMON_HALF)), word)


def _slips(word: str) -> Iterator[str]:
    """The word without a letter too many, and with two changed round."""
    for at in range(1, len(word)):
        if word[at] == word[at - 1]:
            yield word[:at] + word[at + 1 :]
    for at in range(1, len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _dropped(word: str) -> Iterator[str]:
    """The word without any one letter, and with any one letter more."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
    for at in range(1, len(word) + 1):
        for letter in _LETTERS:
            yield word[:at] + letter + word[at:]


def _is_compound(word: str, common: float) -> bool:
    """Whether it is two words that are at least so common, with or without an s that joins them."""
    commonness = _commonness()
    return any(
        max(commonness.get(word[:at], 0.0), commonness.get(word[:at].removesuffix("s"), 0.0)) >= common
        and commonness.get(word[at:], 0.0) >= common
        for at in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1)
    )


@cache
def _commonness() -> dict[str, float]:
    """Every Dutch word without its accents, and how common it is."""
    found: dict[str, float] = {}
    for word, share in wordfreq.get_frequency_dict(language.DUTCH, "best").items():
        zipf = math.log10(share) + 9
        if zipf >= _WORD:
            bare = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
            found[bare] = max(zipf, found.get(bare, 0.0))
    return found
