"""What a parent types in reply to a question from the assistant itself. Pure functions: text in, meaning out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from loket.assistant import school

SECTOR, CHOICE, HELPED, PERSON, DANGER = "sector", "choice", "help_offer", "person_offer", "safety_line"
"""What was asked: the kind of school, which question is meant, did it help, may a person help, is there danger."""

OPTIONS, UNKNOWN, YES, NO, NEW_QUESTION = "options", "unknown", "yes", "no", "new_question"

ADVISER_WORDS = re.compile(
    r"\b(adviseur|advizeur|medewerker|mens|persoon|iemand anders)\b|^(nee |ik bedoel )*iets anders( graag)?$"
)
SHORT = 9
"""Longest reply, in words; a longer text is read as a question itself."""
SIMILAR = 84
"""Similarity (0 to 100) from which a word counts as another with a typing error."""


@dataclass(frozen=True)
class Meaning:
    """What a reply means. `options` are counted from one, in the order in which they were shown."""

    kind: str
    options: tuple[int, ...] = ()
    sector: str | None = None


def read(text: str, asked: str, options: Sequence[str] = ()) -> Meaning:
    """The meaning of `text` as a reply to what was `asked`, with these labels shown."""
    said = plain(text)
    if not said:
        return Meaning(YES) if "👍" in text else Meaning(UNKNOWN)
    if asked == SECTOR:
        return _kind_of_school(said, text, options)
    if asked == CHOICE:
        return _choice(said, text, options)
    return _agreement(said, text, options, asked)


def plain(text: str) -> str:
    """Lower case words with single spaces: no accents, punctuation, emoji or drawn-out letters."""
    # Before the accents go: "tweeënhalf" has no drawn-out e.
    short = re.sub(r"([^\W\d_])\1{2,}", r"\1", unicodedata.normalize("NFKC", text).lower())
    bare = unicodedata.normalize("NFD", short)
    return " ".join(
        "".join(c if c.isalnum() or c.isspace() else " " for c in bare if not unicodedata.combining(c)).split()
    )


_UNKNOWN = re.compile(
    r"\b(weet (ik )?(het )?(nog |echt |ook )?niet|weet( ik)? nog niet|geen (flauw )?idee|kweenie|weenie|weetnie|weet ik veel|"
    r"zou het niet weten|wee(t)? k nie(t)?|misschien|twijfel|maakt (dat|het) (niet )?uit|hoop (het )?van niet|een beetje|"
    r"zeg ik liever niet|geen antwoord|nog niet bekend|onbekend|niet zeker|idk|dont know|bilmiyorum|nie wiem|"
    r"zit (hij|zij|ze)? ?thuis|geen school)\b"
)
_YES = re.compile(
    r"^(ja+|jawel|jazeker|jep|jup|joa|jo|yes|yep|yeah|evet|tak|oui|si|klopt|inderdaad|precies|graag|gra(a)?g|ok|oke|okay|okee|prima|"
    r"zeker|tuurlijk|natuurlijk|is goed|goed|doe (dat )?(maar|mar)|das goe|da s goe|fijn|top|top dank|helemaal|akkoord|"
    r"ik denk( het)? (van )?wel|ik ben bang van wel|dat (zegt|klopt|is|zei|heeft|doet)|alsjeblieft|alstublieft|helpt)\b"
)
_NO = re.compile(
    r"^(nee+|neen|neuh|nein|nope|no|nah|nie|niet|hayir|geen|liever niet|hoeft niet|hoeft nie|laat maar|gelukkig niet|nu (even )?niet|"
    r"dat (hoeft|is) niet|dat bedoel ik niet|absoluut niet|zeker niet|helemaal niet|niks van|zo erg is het niet|"
    r"ik (zeg|stel|vraag) het (wel )?(zelf |even )?anders)\b"
)
_LONGEST_NO = 6
_NOT_YES = re.compile(r"^(dat (is|klopt|zegt|doet) (hij |ze |zij )?niet|zeker niet|helemaal niet|goed vraag)")
_NONE = re.compile(
    r"\b(geen (van|een)|geeneen|geen enkele|staa[tn] er niet (tussen|bij)|niet bij|niets? van( dit| dat| alles)?|"
    r"(geen|niet) (die|deze|dat)( van)?|niet erbij)\b"
)
_ALL = re.compile(
    r"\b(allebei|alle bei|alletwee|alletwei|beide|beiden|bei|alle (twee|drie|vier|2|3|4)|alledrie|alles|allemaal|"
    r"de ene (en|dan) de andere|both|all)\b"
)
_ORDINALS = {
    "eerste": 1, "eerst": 1, "1e": 1, "1ste": 1, "bovenste": 1, "first": 1, "tweede": 2, "2e": 2, "2de": 2, "second": 2,
    "derde": 3, "3e": 3, "3de": 3, "third": 3, "vierde": 4, "4e": 4, "4de": 4, "vijfde": 5, "5e": 5,
}  # fmt: skip
_NUMBERS = {"een": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "two": 2, "three": 3}
_LAST, _MIDDLE = {"laatste", "onderste", "last"}, {"middelste", "middenste"}
_FILLERS = frozenset(
    [
        "de",
        "het",
        "die",
        "dat",
        "den",
        "d",
        "da",
        "en",
        "of",
        "optie",
        "nummer",
        "nr",
        "graag",
        "aub",
        "alstublieft",
        "alsjeblieft",
        "bedoel",
        "ik",
        "ja",
        "nee",
        "dan",
        "eigenlijk",
        "gewoon",
        "van",
        "over",
        "met",
        "is",
        "keuze",
        "vraag",
        "antwoord",
        "svp",
        "pls",
        "please",
        "doe",
        "maar",
        "mar",
        "neem",
        "kies",
        "wil",
        "one",
        "the",
        "t",
        "m",
        "hem",
        "hij",
        "om",
        "gaat",
        "te",
        "weten",
    ]
)
_ASKING = re.compile(
    r"^(nee |ja |ok |oke |laat maar )?(maar )?(en )?(wat|wie|waar|wanneer|waarom|hoe|hoeveel|welke?|mag|mogen|moet|moeten|kan|kunnen|krijgt|krijg|"
    r"krijgen|heeft|heb ik|is er|zijn er|geldt|wordt|betaal|betaalt)\b"
)
_MEANT = re.compile(r"\b(ik bedoel|het gaat (om|over)|ik wil (graag )?weten|mijn vraag)\b")


def asks(text: str) -> bool:
    """Whether a text has the form of a question."""
    return text.rstrip().endswith("?") or bool(_ASKING.match(plain(text)))


def _agreement(said: str, text: str, options: Sequence[str], asked: str) -> Meaning:
    words = said.split()
    numbers = _numbers(said, len(options))
    if numbers and len(options) > 1:
        return Meaning(YES if numbers[0] == 1 else NO)
    if _is_question(said, text):
        return Meaning(NEW_QUESTION)
    if _UNKNOWN.search(said) and len(words) <= SHORT:
        return Meaning(UNKNOWN)
    if len(words) > SHORT and not (_YES.match(said) or _NO.match(said)):
        return Meaning(NEW_QUESTION)
    if _NO.match(said) or _NOT_YES.match(said):
        # "Nee geen vakantie, hij is ziek" says no and goes on with what is meant.
        return Meaning(NEW_QUESTION if asked != DANGER and len(words) > _LONGEST_NO else NO)
    if _YES.match(said) or (asked == PERSON and ADVISER_WORDS.search(said)):
        return Meaning(YES)
    if words[-1] in ("ja", "wel", "graag"):
        return Meaning(YES)
    return Meaning(NEW_QUESTION)


def _choice(said: str, text: str, options: Sequence[str]) -> Meaning:
    words = said.split()
    real = [number for number, label in enumerate(options, 1) if not ADVISER_WORDS.search(plain(label))]
    if found := _numbers(said, len(options)):
        return Meaning(OPTIONS, found)
    if len(words) <= SHORT and _ALL.search(said) and not _NO.match(said):
        return Meaning(OPTIONS, tuple(real))
    if _NONE.search(said) or (_NO.match(said) and _ALL.search(said)):
        return Meaning(NO)
    if said == "laat maar":
        return Meaning(NO)
    if _UNKNOWN.search(said) and len(words) <= SHORT:
        return Meaning(UNKNOWN)
    if _NO.match(said) and not _starts_with_label(said, options):
        rest = said.split(maxsplit=1)[1] if len(words) > 1 else ""
        meant = _MEANT.search(rest) or _ASKING.match(rest)
        return Meaning(NEW_QUESTION) if meant else Meaning(NO)
    if ADVISER_WORDS.search(said) and len(real) < len(options) and len(words) <= SHORT:
        return Meaning(OPTIONS, (len(options),))
    named = _named(said, options, real)
    if named and len(words) <= SHORT:
        return Meaning(OPTIONS, (named,))
    if _is_question(said, text):
        return Meaning(NEW_QUESTION)
    if _YES.match(said) and len(words) <= SHORT:
        return Meaning(OPTIONS, (real[0],)) if len(real) == 1 else Meaning(YES)
    if len(real) == 1 and said in ("die", "dat", "dat is m", "dat is hem", "die ja", "dat is het"):
        return Meaning(OPTIONS, (real[0],))
    return Meaning(NEW_QUESTION)


def _kind_of_school(said: str, text: str, options: Sequence[str]) -> Meaning:
    words = said.split()
    if len(words) <= SHORT and _UNKNOWN.search(said) and not school.named(said):
        return Meaning(UNKNOWN)
    if _is_question(said, text) and len(words) > 3:
        return Meaning(UNKNOWN) if _UNKNOWN.search(said) else Meaning(NEW_QUESTION)
    if len(words) > SHORT or (len(words) > 5 and not school.only_tells(said)):
        return Meaning(NEW_QUESTION)
    sector = school.sector_of(said)
    if sector is not None:
        return Meaning(SECTOR, sector=sector)
    found = _numbers(said, len(options))
    if found and any(word in _ORDINALS or word in ("optie", "nummer", "nr") for word in words):
        sector = school.sector_of(plain(options[found[0] - 1]))
        return Meaning(SECTOR, sector=sector) if sector else Meaning(UNKNOWN)
    if school.tells_age(said) or _UNKNOWN.search(said) or _NO.match(said) or _YES.match(said) or len(words) <= 2:
        return Meaning(UNKNOWN)
    return Meaning(NEW_QUESTION)


def _numbers(said: str, most: int) -> tuple[int, ...]:
    """The options that a reply names by position, when it says nothing else."""
    found: list[int] = []
    words = said.split()
    for place, word in enumerate(words):
        number = _ORDINALS.get(word)
        if number is None and word.isdecimal():
            number = int(word)
        if (
            number is None
            and word in _NUMBERS
            and (word != "een" or len(words) == 1 or words[place - 1] in ("optie", "nummer", "nr"))
        ):
            number = _NUMBERS[word]
        if word in _LAST:
            number = most
        if word in _MIDDLE:
            number = (most + 1) // 2 if most % 2 else most // 2
        if number is None and len(word) > 4:
            number = next(
                (value for name, value in _ORDINALS.items() if len(name) > 4 and fuzz.ratio(word, name) >= SIMILAR),
                None,
            )
        if number is None:
            if word not in _FILLERS:
                return ()
        elif 1 <= number <= most:
            found.append(number)
        else:
            return ()
    return tuple(dict.fromkeys(found))


_SAME = {
    "ruzie": "conflict", "juf": "leerkracht", "meester": "leerkracht", "leraar": "leerkracht", "docent": "leerkracht",
    "geld": "betalen", "kosten": "betalen", "corona": "ziek", "mobiel": "telefoon", "gsm": "telefoon", "pester": "pest",
    "vrij": "verlof", "spullen": "schade", "klagen": "klacht", "geschorst": "schorsing", "schorsen": "schorsing",
}  # fmt: skip
_EMPTY = _FILLERS | frozenset(
    [
        "mijn",
        "kind",
        "school",
        "ik",
        "wij",
        "we",
        "wat",
        "kan",
        "kunnen",
        "doen",
        "mag",
        "moet",
        "hoe",
        "een",
        "er",
        "zijn",
        "haar",
        "in",
        "op",
        "aan",
        "als",
        "uw",
        "u",
        "gewoon",
        "niet",
        "nu",
        "voor",
        "heeft",
        "hem",
        "wie",
        "welke",
        "wordt",
    ]
)


def _named(said: str, options: Sequence[str], real: Sequence[int]) -> int | None:
    """The one option whose words the reply has; None when there is none, or more than one fits equally well."""
    labels = {number: plain(options[number - 1]) for number in real}
    whole = [number for number, label in labels.items() if len(said.split()) > 1 and said in label]
    if len(whole) == 1:
        return whole[0]
    words = [word for word in said.split() if word not in _EMPTY]
    if "niet eens" in said:
        words.append("eens")
    scores = {}
    for number, label in labels.items():
        others = " ".join(other for place, other in labels.items() if place != number)
        scores[number] = sum(_has(label, word) and not _has(others, word) for word in words)
    best = max(scores, key=scores.__getitem__, default=None)
    if best is None or not scores[best] or list(scores.values()).count(scores[best]) > 1:
        return None
    # A text with more words of its own than of the label is itself a question.
    return best if scores[best] * 3 >= len(words) else None


def _has(label: str, word: str) -> bool:
    for other in label.split():
        for one in {word, _SAME.get(word, word)}:
            if one == other or (len(one) >= 4 and (one in other or (len(other) >= 5 and other in one))):
                return True
            if len(one) >= 5 and fuzz.ratio(one, other) >= SIMILAR:
                return True
            if len(one) >= 6 and one[:6] in other:
                return True
    return False


def _starts_with_label(said: str, options: Sequence[str]) -> bool:
    first_two = " ".join(said.split()[:2])
    return (
        len(first_two.split()) == 2
        and any(first_two in plain(label) for label in options)
        and not said.startswith("nee")
    )


def _is_question(said: str, text: str) -> bool:
    """Whether a reply is a question: by its first word, or by what it says it wants to know."""
    return bool(_ASKING.match(said) or _MEANT.search(said)) and len(said.split()) >= 4
