"""Typing errors: a word that is none, one slip away from a common word, is read as that word.

What a list of Dutch has is a word, however rare, and is never changed, but for a few misspellings that are themselves common: a word of danger
("mesje", "mept") must not become an ordinary one.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import wordfreq

from bot.components import language

# How common a word is (Zipf: the logarithm of how often it occurs in a billion): from here it is a word; each half of a compound that
# no list has ("leerplichtboete"); and what another word may be read as.
_WORD, _HALF, _COMMON = 1.7, 2.8, 3.3
# Two letters changed round and one typed twice are likelier than a letter dropped, by so much.
_LIKELIER = 0.8
_SHORTEST, _SHORTEST_HALF = 4, 4
# A longer one is no word, and every slip in it would take its time.
_LONGEST = 30
# Endings: a word with one more or less is another form of it, and no error.
_ENDINGS = ("t", "te", "ten", "d", "de", "den", "s", "e", "en", "n")
_MISSPELT = {
    "waneer": "wanneer", "aleen": "alleen", "eigelijk": "eigenlijk", "neit": "niet", "nite": "niet", "shool": "school", "scool": "school",
}  # fmt: skip
# Words of school and of danger that the list does not have.
_OURS = frozenset(
    [
        "lwoo",
        "jenaplan",
        "zevens",
        "appt",
        "verhangen",
        "krijst",
        "braakt",
        "mept",
        "mepten",
        "mepte",
        "smoort",
        "molest",
        "vingert",
        "hongert",
        "kotste",
        "sart",
        "pester",
        "stompt",
        "stompte",
        "weeg",
        "aders",
        "kerven",
        "benemen",
        "snij",
        "snijd",
        "krast",
        "uithuwelijken",
        "naaktfoto",
        "loverboy",
        "sexting",
        "nudes",
        "banga",
        "lijnt",
        "crepeer",
        "bloten",
        "bloter",
        "tolt",
        "schuimbekkend",
        "schoppende",
        "huwelijkten",
        "gepesten",
        "wekelijke",
    ]
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=20_000)
def corrected(word: str) -> str:
    """A folded word, or the commonest word that is it but for one letter dropped, one too many or two changed round. The first letter
    is never changed, and no word becomes another form of itself."""
    if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha() or not word.isascii() or word in _OURS:
        return word
    if word in _MISSPELT:
        return _MISSPELT[word]
    commonness = _commonness()
    if word in commonness or _is_compound(word):
        return word
    likely = {near: commonness[near] for near in _dropped(word) if near in commonness and not _same_word(word, near)}
    likely |= {near: commonness[near] + _LIKELIER for near in _slips(word) if near in commonness}
    best = max(likely, key=lambda near: (likely[near], near), default="")
    if commonness.get(best, 0.0) >= _COMMON:
        return best
    return next((near for near in _undoubled(word) if _is_compound(near)), word)


def _slips(word: str) -> Iterator[str]:
    """The word without a letter too many, and with two changed round."""
    yield from _undoubled(word)
    for at in range(1, len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _undoubled(word: str) -> Iterator[str]:
    """The word with one of its double letters single."""
    for at in range(1, len(word)):
        if word[at] == word[at - 1]:
            yield word[:at] + word[at + 1 :]


def _dropped(word: str) -> Iterator[str]:
    """The word without any one letter, and with any one letter more."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
    for at in range(1, len(word) + 1):
        for letter in _LETTERS:
            yield word[:at] + letter + word[at:]


def _same_word(one: str, other: str) -> bool:
    """Whether two words differ in their ending alone."""
    return any(one.removesuffix(ending) == other or other.removesuffix(ending) == one for ending in _ENDINGS)


def _is_compound(word: str) -> bool:
    """Whether it is two words of some length, with or without an s that joins them."""
    return any(
        _is_half(word[:at]) and _commonness().get(word[at:], 0.0) >= _HALF
        for at in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1)
    )


def _is_half(start: str) -> bool:
    commonness, bare = _commonness(), start.removesuffix("s")
    return commonness.get(start, 0.0) >= _HALF or (len(bare) >= _SHORTEST_HALF and commonness.get(bare, 0.0) >= _HALF)


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
