"""What is said first where a child or a parent may be in danger, however the message came in: the texts of
data/faq/danger.yml, by kind."""

from __future__ import annotations

import logging
import re

from loket.faq import danger
from loket.faq.danger import Ask, Kind
from loket.yamlfile import ContentError

logger = logging.getLogger(__name__)

_FAILURE_LINE = (
    "Bij direct gevaar: bel [112](tel:112). Gedachten aan zelfdoding? Bel [113](tel:113) of [0800-0113](tel:08000113)."
)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")

_CHILD = re.compile(
    r"\b(?:(?:m'?n|mijn|me) (?:ouders|moeder|vader|mama|papa|pa|ma|stiefvader|stiefmoeder|pleegouders|mentor|klas|klasgenoten)\b|"
    r"ik (?:ben|word|ben nu|ben pas) (?:1[0-7]|tien|elf|twaalf|dertien|veertien|vijftien|zestien|zeventien)\b(?! (?:weken|maanden))|"
    r"ik zit (?:in|op) (?:groep|de brugklas|klas|de \w+ klas|school|vmbo|de vmbo|havo|de havo|vwo|het vwo|mavo|het mbo))",
    re.IGNORECASE,
)
_PARENT = re.compile(
    r"\b(?:(?:m'?n|mijn|me|onze?|ons) (?:\w+ )?(?:kind(?:eren)?|zoon(?:tje)?|dochter(?:tje)?|jongens?|meiden|meisje|leerlingen?|kleinkind|"
    r"kleinzoon|kleindochter|neef(?:je)?|nicht(?:je)?|buurjongen|buurmeisje|baby|man|vrouw|ex|partner)|de kinderen|als (?:moeder|vader|ouder|oma|opa))\b",
    re.IGNORECASE,
)

_ONESELF = re.compile(r"\b(?:ik|mij|mezelf|mijzelf|mijn leven)\b", re.IGNORECASE)
_SOMEBODY_ELSE = re.compile(r"\b(?:hij|hem|zij|ze|haar|hun|hen|die|kind(?:eren)?|kids?|gezin)\b", re.IGNORECASE)

OTHER: Kind = "suicide"
"""The kind whose words are used for a kind that has no texts."""


def text(kind: str, wrote: str, *, now_open: bool, language: str = danger.DUTCH) -> str:
    """The help of this kind for who wrote `wrote`, as Markdown, and whether somebody of the counter reads along at this hour."""
    return danger.first_aid(_known(kind), writer=writer(wrote), language=language, open=now_open)


def writer(wrote: str) -> danger.Writer:
    """Whether a child writes about itself: it speaks of its parents, its class or its age, and of no child of its own.

    Who only speaks of "ik" may be a child or a parent.
    """
    if _PARENT.search(wrote):
        return "parent"
    if _CHILD.search(wrote):
        return "child"
    return "either" if _ONESELF.search(wrote) and not _SOMEBODY_ELSE.search(wrote) else "parent"


def numbers(kind: str, language: str = danger.DUTCH) -> str:
    """The one thing to do first with this kind of danger, with its numbers, as Markdown."""
    return danger.action(_known(kind), language)


def repeated(kind: str, *, now_open: bool, language: str = danger.DUTCH) -> str:
    """For a message that goes on about what help was given for already."""
    if language == danger.DUTCH:
        return f"{numbers(kind)}\n\nUw bericht staat bij uw vraag aan de adviseurs."
    return f"{numbers(kind, language)}\n\n{danger.reads_along(language, open=now_open)}"


def ask(kind: str, language: str = danger.DUTCH) -> Ask:
    """The calm line above an ordinary answer, and the label of its button."""
    return danger.ask(_known(kind), language)


def shown_in(language: str) -> dict[str, str]:
    """For the `extra` of a message whose text is in `language`, or in what is read instead of it; nothing for Dutch."""
    return {} if language == danger.DUTCH else {"language": danger.spoken(language)}


def failure_line() -> str:
    """Part of every text that says that something does not work, as Markdown; there even when the file of texts is not."""
    try:
        return danger.failure_line()
    except (OSError, ContentError):
        logger.exception("the texts of first aid cannot be read")
        return _FAILURE_LINE


def failure_text() -> str:
    """The same without links, for a text that is no page."""
    return _LINK.sub(r"\1", failure_line())


def _known(kind: str) -> Kind:
    return next((known for known in danger.KINDS if known == kind), OTHER)
