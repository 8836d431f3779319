"""Is an answer easy to read?

Limits: mean sentence at most 13 words, no sentence over 24, at most 12 % of the words outside the 10,000 most frequent
Dutch words (wordfreq), a length for each kind of text. School terms in data/faq/terms.yml do not count as difficult.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import wordfreq

from loket import yamlfile
from loket.faq import load
from loket.faq.check.rules import Context, Fault
from loket.faq.model import Answer
from loket.faq.placeholders import PLACEHOLDER

MAX_MEAN_WORDS = 13
MAX_SENTENCE_WORDS = 24
MAX_RARE_SHARE = 0.12
WORDS = {"short": (15, 60), "text": (60, 180), "easier": (40, 90), "child": (30, 90)}
"""Fewest and most words of each text. Replies of the dialogue have no such limits."""
FREQUENT_WORDS = 10_000
IN_OTHER_LANGUAGES = {"andere_taal"}
"""Replies that are not only in Dutch, so that a list of Dutch words says nothing about them."""

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_URL = re.compile(r"https?://\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:nl|com|org|eu|be)\b(?:/\S*)?")
_MARKER = re.compile(r"^\s*(?:[-*+]|\d+\.)\s+", re.MULTILINE)
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:[-'’][A-Za-zÀ-ÿ]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")


@dataclass(frozen=True)
class Reading:
    """The measurements of one text."""

    words: int
    mean_sentence: float
    longest_sentence: str
    rare: tuple[str, ...]

    @property
    def rare_share(self) -> float:
        return len(self.rare) / self.words if self.words else 0.0


def measure(markdown: str) -> Reading:
    """Count words, sentences and rare words of a Markdown text."""
    plain = plain_text(markdown)
    sentences = [found for part in _SENTENCE_END.split(plain) if (found := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    longest = max(sentences, key=len, default=[])
    rare = tuple(word for word in words if not _is_easy(word))
    return Reading(len(words), len(words) / max(len(sentences), 1), " ".join(longest), rare)


def faults(answer: Answer, context: Context) -> Iterator[Fault]:
    """Every text of an answer that is too long, too short, too hard, or has a link that is not https."""
    for part in answer.parts():
        if part.field not in WORDS:
            continue
        for message in problems(part.text, answer.intent):
            yield part.path, message
        least, most = WORDS[part.field]
        words = measure(part.text).words
        if not context.dialogue and not least <= words <= most:
            yield part.path, f"{part.name} has {words} words; it may have {least}-{most}"


def problems(text: str, intent: str) -> Iterator[str]:
    """What makes a text hard to read, in words for its writer."""
    reading = measure(text)
    if reading.mean_sentence > MAX_MEAN_WORDS:
        yield f"sentences of {reading.mean_sentence:.1f} words on average; at most {MAX_MEAN_WORDS}"
    if (longest := len(reading.longest_sentence.split())) > MAX_SENTENCE_WORDS:
        yield f"a sentence of {longest} words (at most {MAX_SENTENCE_WORDS}): {reading.longest_sentence[:60]}…"
    if reading.rare_share > MAX_RARE_SHARE and intent not in IN_OTHER_LANGUAGES:
        yield f"{reading.rare_share:.0%} rare words (at most {MAX_RARE_SHARE:.0%}): {', '.join(reading.rare)}"
    if "http://" in text:
        yield "a link that is not https"


def plain_text(markdown: str) -> str:
    """Markdown without its marks, list items closed by a line end."""
    text = PLACEHOLDER.sub("dat", markdown)
    text = _URL.sub(" ", _LINK.sub(r"\1", text))
    return _MARKER.sub("", text).replace("*", "").replace("_", " ").replace("#", "")


def _is_easy(word: str) -> bool:
    lowered = word.lower().replace("’", "'")
    if lowered in _easy_words() or lowered in _terms():
        return True
    return all(part in _easy_words() or part in _terms() for part in lowered.split("-"))


@cache
def _easy_words() -> frozenset[str]:
    return frozenset(wordfreq.top_n_list("nl", FREQUENT_WORDS))


@cache
def _terms() -> frozenset[str]:
    listed = yamlfile.read(load.FAQ_DIR / "terms.yml").data["terms"]
    return frozenset(part for term in listed for part in str(term).lower().split())
