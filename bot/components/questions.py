"""Where the questions of a message are: its sentences, its numbered points, and two questions joined by "en"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.components.text import is_question

# From this many words a message is a mail that tells a story: its questions are looked for.
LONG = 120
# Of a message with more sentences, this many are read.
MOST_SENTENCES = 12
# Of a long mail the last sentences are read too, whatever their form: that is where it says what is wanted.
LAST = 2
# From this many words a message without a question tells something; a shorter one names its subject.
TELLING = 9
_SHORTEST_CLAUSE = 3

_NUMBER = re.compile(r"(?:(?<=\s)|^)(\d{1,2})[.)]\s+(?=[^\W\d_])")
_JOINED = re.compile(
    r",?\s+en\s+(?=(?:mag|mogen|moet|moeten|kan|kunnen|krijgt|krijg|krijgen|wie|wat|waar|wanneer|waarom|hoe|hoeveel|welke?|"
    r"heeft|heb|hebben|geldt|betaal|betaalt|betalen|bestaat|wordt)\b)",
    re.IGNORECASE,
)
_INDIRECT = re.compile(
    r"\b(mijn vra(ag|gen) (is|zijn)|(wil|wilde|zou)( ik)?( dus| ook| nu)? (heel )?graag weten|ik (wil|wilde) (dus |ook |nu )?weten|"
    r"vraag (ik )?(me|mij) af|kunt u (mij|me|ons) (zeggen|vertellen|uitleggen|helpen)|weet u of|ik hoor graag|graag (hoor|verneem) ik|"
    r"benieuwd of|klopt het dat)\b",
    re.IGNORECASE,
)

# What asks in the middle of a text without signs, and what asks for something in so many words. Rather one too many: then the parent reads
# the other sentence.
_ASKS_SOMEWHERE = re.compile(
    r"\?|\b(?:wat|hoe|wie|waar|wanneer|waarom|hoeveel|welke?)\b[^.!?]{0,40}\b(?:moet|moeten|kan|kunnen|mag|mogen|doe|doen|is|zijn|zit|werkt|krijg|krijgen|regel)\b|"
    r"\b(?:mag|mogen|moet|moeten|kan|kunnen|kun|weten|weet|heeft|hebben) (?:dat|ik|je|u|jullie|wij|we|hij|zij|ze|de school|school|iemand)\b|"
    r"\b(?:vertel|leg|help|uitleggen|ik wil (?:graag |een |dat )|ik zoek|graag)\b",
    re.IGNORECASE,
)


def points(text: str) -> list[str]:
    """The text in its numbered points ("1. … 2. …"), with what stands before them; else as it is."""
    found = list(_NUMBER.finditer(text))
    if [int(match[1]) for match in found[:2]] != [1, 2]:
        return [text]
    starts = [match.end() for match in found]
    ends = [match.start() for match in found[1:]] + [len(text)]
    parts = [text[: found[0].start()], *(text[start:end] for start, end in zip(starts, ends, strict=True))]
    return [part.strip() for part in parts if part.strip()]


def clauses(sentence: str) -> list[str]:
    """A sentence in the questions that "en" joins; else as it is."""
    parts = _JOINED.split(sentence)
    if len(parts) < 2 or any(len(part.split()) < _SHORTEST_CLAUSE for part in parts):
        return [sentence]
    ends = "?" if sentence.rstrip().endswith("?") else ""
    asked = [part.rstrip(" ?") + ends for part in parts]
    # "Hij is ziek en moet thuisblijven" does not join two questions.
    return asked if ends or is_question(sentence) else [sentence]


def asks(sentence: str) -> bool:
    """Whether a sentence asks something, by its form or in so many words."""
    return is_question(sentence) or bool(_INDIRECT.search(sentence))


def tells(sentences: Sequence[str]) -> bool:
    """Whether a message of some length tells what happened and asks nothing, not even in the middle of a sentence."""
    together = " ".join(sentences)
    return len(together.split()) >= TELLING and not any(map(asks, sentences)) and not _ASKS_SOMEWHERE.search(together)


def is_long(text: str) -> bool:
    return len(text.split()) > LONG


def apart(sentences: Sequence[str], long: bool) -> list[str]:
    """The sentences to read separately, at most MOST_SENTENCES: of a long mail its questions and its end, else both ends."""
    if long:
        wanted = [number for number, sentence in enumerate(sentences) if asks(sentence)]
        wanted = sorted({*wanted[-(MOST_SENTENCES - LAST) :], *range(max(len(sentences) - LAST, 0), len(sentences))})
        return [sentences[number] for number in wanted]
    if len(sentences) > MOST_SENTENCES:
        return [*sentences[: MOST_SENTENCES // 2], *sentences[-MOST_SENTENCES // 2 :]]
    return list(sentences)
