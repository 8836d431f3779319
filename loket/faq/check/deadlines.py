"""A time limit that a parent must keep is in `deadline`, not only in the running text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loket.faq.check.rules import Context, Fault, sentences
from loket.faq.model import Answer, Deadline, Part

_NUMBERS = {
    "één": "1", "een": "1", "twee": "2", "drie": "3", "vier": "4", "vijf": "5", "zes": "6", "zeven": "7", "acht": "8",
    "negen": "9", "tien": "10", "elf": "11", "twaalf": "12", "dertien": "13",
}  # fmt: skip
_MONTHS = "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
_TERM = re.compile(
    rf"\b(?:binnen|uiterlijk|hebt|heeft|na)\b[^.]{{0,25}}?\b(\d+|{'|'.join(_NUMBERS)})\s+(werkdag|schooldag|dag|week|weken|maand|jaar)(?:en)?\b",
    re.I,
)
_DAY = re.compile(rf"\b(?:vóór|voor|uiterlijk|tot(?: en met)?)\s+(?:op\s+)?(\d{{1,2}}\s+(?:{_MONTHS}))\b", re.I)
_ANY_TERM = re.compile(rf"\b(\d+|{'|'.join(_NUMBERS)})\s+(werkdag|schooldag|dag|week|weken|maand|jaar)(?:en)?\b", re.I)
_ANY_DAY = re.compile(rf"\b(\d{{1,2}}\s+(?:{_MONTHS}))\b", re.I)
_DUTY = re.compile(
    r"bezwaar|in beroep|beroepschrift|aanvra|vraag\b.*\baan\b|indien|dien\b.*\bin\b|meld|klacht|reageer|verzoek", re.I
)
_OTHERS = r"school|bestuur|schoolbestuur|directeur|commissie|geschillencommissie|klachtencommissie|inspectie|gemeente|samenwerkingsverband|rechter|duo|minister|mr|instelling|leerplichtambtenaar"
_OF_OTHERS = re.compile(
    rf"\b(?:de|het|een|uw)\s+(?:[a-z]+\s)?(?:{_OTHERS})\b(?:\s+\w+){{0,3}}?\s+(?:beslist|besluit|heeft|moet|mag|reageert|antwoordt|meldt|geeft|neemt|hoort|stuurt|krijgt|zoekt)"
    r"|\b(?:beslist|besluit|moet|mag|reageert|meldt|hoort|heeft)\s+(?:de|het)\s+(?:[a-z]+\s)?(?:" + _OTHERS + r")\b"
    r"|^(?:zij|hij|het)\s+(?:beslist|besluit|moet|mag|heeft|reageert|meldt)\b",
    re.I,
)


def faults(answer: Answer, context: Context) -> Iterator[Fault]:
    """A sentence about bezwaar, aanvragen, indienen or melden with a time limit that is in no deadline of the answer."""
    for part in answer.parts():
        if part.field not in ("short", "text", "easier", "child"):
            continue
        kept = {
            term for deadline in _deadlines_for(answer, part) for term in _terms(f"{deadline.what} {deadline.when}")
        }
        for sentence in sentences(part.text):
            if not _DUTY.search(sentence) or _OF_OTHERS.search(sentence):
                continue
            for term in _stated(sentence) - kept:
                yield part.path, f"the term {term!r} is not in `deadline`: {sentence[:80]}"


def _deadlines_for(answer: Answer, part: Part) -> tuple[Deadline, ...]:
    """The deadlines shown with this text; for the easier and child's texts any of the answer's."""
    if part.path[0] == "variants":
        own = answer.variants[int(part.path[1])].deadline
        return answer.deadline if own is None else own
    return answer.deadline if part.field in ("short", "text") else answer.all_deadlines()


def _stated(sentence: str) -> set[str]:
    return {_normal(*found) for found in _TERM.findall(sentence)} | {found.lower() for found in _DAY.findall(sentence)}


def _terms(text: str) -> set[str]:
    return {_normal(*found) for found in _ANY_TERM.findall(text)} | {found.lower() for found in _ANY_DAY.findall(text)}


def _normal(number: str, unit: str) -> str:
    unit = {"weken": "week"}.get(unit.lower(), unit.lower())
    return f"{_NUMBERS.get(number.lower(), number)} {unit}"
