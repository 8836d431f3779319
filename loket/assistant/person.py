"""A parent who asks for a person, and says what about. Pure functions."""

from __future__ import annotations

import re

from loket.assistant.replies import plain

_WHO = r"(een |de )?(adviseur|medewerker|iemand|mens|persoon|echt (mens|persoon|iemand)|echte? (mens|persoon)|collega)( van (jullie|u|het loket))?"
_WANTS = re.compile(
    rf"\b((wil|willen|wou|zou|kan|kunnen|mag|graag|liever|moet)( (ik|wij|we|graag|gewoon|nu|dus|eens|even|liever|toch|echt|met|willen|ook|meteen))* {_WHO}"
    rf"( \w+){{0,2}} (spreken|praten|bellen|overleggen)|"
    rf"(met )?{_WHO} (spreken|praten|aan de lijn|te spreken)|(spreken|praten|bellen) met {_WHO}|"
    rf"(kan|kunt|kunnen|wil|willen)( (u|jullie|iemand|er|een adviseur|een medewerker))+ (mij|me|ons)( \w+){{0,3}} (terug)?(bellen|helpen bellen)|"
    r"(kan|kunnen|wil|willen) (iemand|er iemand|een adviseur|jullie|u) (mij|me|ons) (terug)?bellen|"
    r"bel(len)? (mij|me|ons) (terug|even|alstublieft|aub|op|over)|(wil|graag) (teruggebeld|gebeld) worden|word(t)? (ik )?(graag )?(terug)?gebeld|"
    r"(wil|graag|liever|geef mij|geef me) (een |echt )?(adviseur|medewerker|mens)\b|ik wil (gewoon )?(iemand|een mens) spreken)"
)
_ABOUT = re.compile(
    r"\b(over|omdat|want|betreft|betreffende|vanwege|in verband met|aangaande|voor mijn|met betrekking tot)\b(.+)"
)
_EMPTY = frozenset(
    [
        "ik",
        "wij",
        "we",
        "u",
        "jullie",
        "een",
        "de",
        "het",
        "dit",
        "dat",
        "deze",
        "iets",
        "iemand",
        "adviseur",
        "medewerker",
        "mens",
        "persoon",
        "echt",
        "echte",
        "spreken",
        "praten",
        "bellen",
        "terug",
        "graag",
        "wil",
        "willen",
        "kan",
        "kunt",
        "kunnen",
        "mag",
        "met",
        "over",
        "mij",
        "me",
        "ons",
        "mijn",
        "onze",
        "gewoon",
        "nu",
        "dus",
        "even",
        "eens",
        "liever",
        "toch",
        "aub",
        "alstublieft",
        "alsjeblieft",
        "en",
        "site",
        "website",
        "werkt",
        "niet",
        "computer",
        "robot",
        "chatbot",
        "jullie",
        "deze",
        "snel",
        "direct",
        "vandaag",
        "morgen",
        "telefonisch",
        "telefoon",
        "kind",
        "vraag",
        "vragen",
        "hier",
        "niks",
        "niets",
        "aan",
        "om",
        "te",
        "wou",
        "zou",
        "moet",
        "ook",
        "er",
        "is",
        "als",
        "voor",
        "van",
        "bel",
        "op",
        "want",
        "omdat",
        "hierover",
        "daarover",
        "probleem",
        "helpen",
        "hulp",
        "lijn",
    ]
)


def is_wanted(text: str) -> bool:
    """Whether the text asks for a person of this counter."""
    return bool(_WANTS.search(plain(text)))


def has_subject(text: str) -> bool:
    """Whether a request for a person says what it is about."""
    said = plain(text)
    about = _ABOUT.search(said)
    words = (about[2] if about else said).split()
    naming = [word for word in words if word not in _EMPTY and not word.isdecimal() and len(word) > 2]
    return len(naming) >= (1 if about else 2)
