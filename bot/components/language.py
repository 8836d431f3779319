"""The language in which a text is written, as its two letters of ISO 639-1; Dutch in doubt.

The service finds languages the same way in loket/routing/words.py: the two share no code, as each has an environment of its own
(docs/decisions/0001), but tests/languages.yml holds for both.
"""

from __future__ import annotations

import re
from functools import cache
from threading import Lock

import wordfreq
from py3langid.langid import MODEL_FILE, LanguageIdentifier

DUTCH = "nl"
# What parents in the Netherlands write, as far as the detector knows it. Of others it says the nearest of these.
KNOWN = (
    DUTCH, "en", "de", "fr", "es", "pt", "it", "tr", "ar", "pl", "uk", "ru", "ro", "bg", "so", "fa", "ur", "ku", "am", "el", "zh",
)  # fmt: skip
# In our own alphabet a shorter text, or one of which the detector is less sure, is taken for Dutch.
FEWEST_WORDS = 4
SURE = 0.9

_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
# Languages by their own name, and "Dutch" in them: who names one asks which language may be spoken, not only in which.
_NAMED = re.compile(
    r"\b(?:english|dutch|engels|nederlands|t[uü]rk[cç]e|hollandaca|felemenk|deutsch|niederl[aä]nd|fran[cç]ais|n[eé]erlandais|"
    r"espa[nñ]ol|castellano|holand[eé]s|neerland[eé]s|portugu[eê]s|polsku?|polski|holendersk|niderlandz|italiano|olandese|"
    r"rom[aâ]n[aă]|olandez|soomaali|somali|tigrinya|darija|tarifit|kurd[iî]|translat|interpret|terc[uü]m|[cç]evir)|"
    "العربية|الهولندية|بالعربي|ترجم|україн|нідерланд|голланд|русск|нидерланд|فارسی|ትግርኛ|አማርኛ",
    re.IGNORECASE,
)


def of(text: str) -> str:
    """The language of the text, one of KNOWN."""
    letters = _LETTER.findall(text)
    latin = sum(bool(_LATIN.match(letter)) for letter in letters)
    own_alphabet = 2 * latin >= len(letters)
    words = re.findall(r"[^\W\d_]+", text.lower())
    if not letters or (own_alphabet and len(words) < FEWEST_WORDS):
        return DUTCH
    with _LOCK:
        found, chance = _identifier().classify(text.lower())
    language = str(found)
    return DUTCH if own_alphabet and (chance < SURE or _is_dutch(words, language)) else language


def names_a_language(text: str) -> bool:
    """Whether a text speaks of a language ("do you speak English?")."""
    return _NAMED.search(text) is not None


def _is_dutch(words: list[str], instead_of: str) -> bool:
    """Whether the words are as common in Dutch: names of schools and exams look like other languages to the identifier."""
    if instead_of not in _COUNTED:
        return False
    dutch, other = (sum(wordfreq.zipf_frequency(word, language) for word in words) for language in (DUTCH, instead_of))
    return dutch >= other


_COUNTED = frozenset(wordfreq.available_languages())
# The identifier counts in arrays of its own.
_LOCK = Lock()


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
    identifier.set_languages([language for language in KNOWN if language in identifier.nb_classes])
    return identifier
