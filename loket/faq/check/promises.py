"""What the service promises about itself is a setting: stated through a placeholder, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from loket.faq.check.rules import Context, Fault
from loket.faq.model import Answer
from loket.faq.placeholders import PLACEHOLDER


@dataclass(frozen=True)
class Promise:
    """Words that promise something, and the placeholders one of which must be in the same sentence (none: never allowed)."""

    what: str
    words: re.Pattern[str]
    placeholders: tuple[str, ...] = ()


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


PROMISES = (
    Promise("telephone", _words(r"\b(?:bel|belt|bellen)\b[^.]{0,20}\b(?:ons|loket|5010)\b|\bons (?:telefoon)?nummer\b"), ("loket_phone",)),
    Promise("opening hours", _words(r"\bonze openingstijden\b|\b(?:wij|we) zijn\b[^.]{0,30}\b(?:open|bereikbaar)\b|\b(?:loket|adviseurs?)\b[^.]{0,25}\b(?:is|zijn) (?:open|bereikbaar)\b"), ("loket_hours",)),
    Promise("mail", _words(r"\bmail(?:t|en)?\b[^.]{0,20}\bons\b|\bons (?:e-?)?mailadres\b|\bper e-?mail\b[^.]{0,30}\b(?:loket|5010|ons)\b"), ("loket_email",)),
    Promise("retention", _words(r"\b(?:wij|we)\b[^.]{0,20}\bbewa(?:ar|ren)\b[^.]{0,60}\b(?:dag|dagen|we(?:ek|ken)|maand|maanden|jaar)\b|\bbewaren (?:wij|we)\b[^.]{0,60}\b(?:dagen|weken|maand|maanden|jaar)\b|\bna \w+ (?:weken|maanden|jaar) (?:verdwijn|wis)"), ("retention_chat",)),
    Promise("erasure", _words(r"\b(?:wij|we) (?:wissen|verwijderen|halen)\b[^.]{0,40}\b(?:gesprek|vraag|gegevens|naam|namen)\b|\b(?:gesprek|vraag|gegevens)\b[^.]{0,40}\b(?:wissen|verwijderen|laten wissen)\b|\b(?:wissen|verwijderen) (?:wij|we)\b"), ("retention_chat",)),
    Promise("a call back", _words(r"\b(?:wij|we|adviseur|medewerker)\b[^.]{0,25}\bbel(?:t|len)? u\b|\bbel(?:t|len) (?:wij|we) u\b|\bterugbellen\b|\bbel(?:t|len) u terug\b|\bu wordt gebeld\b")),
    Promise("an answer in time", _words(r"\b(?:antwoord|reactie|reageren|antwoorden)\b[^.]{0,25}\bbinnen\b[^.]{0,20}\b(?:uur|werkdag|werkdagen|dag|dagen)\b[^.]{0,20}\b(?:van ons|adviseur|loket)\b|\b(?:wij|we|adviseur)\b[^.]{0,40}\bbinnen\b[^.]{0,15}\b(?:uur|werkdag|werkdagen)\b")),
)  # fmt: skip

# Only in answers about the desk itself: elsewhere "uw gegevens laten wissen" is about a school.
_ABOUT_US = {"erasure", "a call back"}
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def faults(answer: Answer, context: Context) -> Iterator[Fault]:
    """A sentence that promises what only a setting can say, without the setting's placeholder."""
    for part in answer.parts():
        for sentence in _SENTENCE.split(part.text):
            named = {found.split(":")[0] for found in PLACEHOLDER.findall(sentence)}
            for promise in PROMISES:
                if promise.what in _ABOUT_US and not context.dialogue:
                    continue
                if promise.words.search(sentence) and not named & set(promise.placeholders):
                    by = " or ".join(f"{{{name}}}" for name in promise.placeholders) or "leave it out"
                    yield part.path, f"promises {promise.what} ({by}): {sentence.strip()[:80]}"
