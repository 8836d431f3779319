"""Which kind of school a few words name: by its name, the group or class, the level, or the child's age."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

SIMILAR = 84
_YOUNGEST, _OLDEST = 1, 23
_COUNT = {
    "een": 1, "twee": 2, "tweeenhalf": 2, "drie": 3, "drieenhalf": 3, "vier": 4, "vijf": 5, "zes": 6, "zeven": 7, "acht": 8, "negen": 9,
    "tien": 10, "elf": 11, "twaalf": 12, "dertien": 13, "veertien": 14, "vijftien": 15, "zestien": 16, "zeventien": 17,
    "achttien": 18, "negentien": 19,
}  # fmt: skip
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(sorted(_COUNT, key=len, reverse=True))})"

# In this order: special secondary education is no secondary education, special primary education is primary.
_NAMES = {
    "po": r"speciaal basisonderwijs|sbo",
    "so": r"speciaal( voortgezet)? onderwijs|voortgezet speciaal|so|vso|speciale school|cluster [1-4]|zmlk|zmok|mytyl\w*|tyltyl\w*|special needs",
    "mbo": r"mbo( ?[1-4])?|roc|aoc|bol|bbl|niveau [1-4]|entree\w*|beroepsopleiding|vakschool|vakcollege mbo|opleiding",
    "vve": r"peuter\w*|voorschool\w*|vve|kinderdagverblijf|kdv|creche|dagopvang|speelzaal",
    "vo": r"middelba\w*|voortgezet( onderwijs)?|vo|brug(klas\w*|ger\w*|pieper\w*)|(vmbo|mavo|havo|vwo|gymnasium|atheneum|gym)( ?\w{1,6})?|"
    r"lyceum|tl|bb|kb|gl|basis ?kader|kader|praktijk(school|onderwijs)|pro|lwoo|scholengemeenschap|[1-6] ?(vmbo|mavo|havo|vwo|gym|tl|ath)\w*|"
    r"[hvmg][1-6]|klas [1-6]|(eerste|tweede|derde|vierde|vijfde|zesde|[1-6]e) klas|(examen|eindexamen)(klas|jaar)|high ?school|secondary",
    "po_": r"basisschool\w*|basisonderwijs|basis|lagere( school)?|primair( onderwijs)?|po|kleuter\w*|"
    rf"(groep|gr|grp|group) ?(?:{_NUMBER})|groepje|onderbouw basis|primary( school)?",
}
_PATTERNS = [(sector.rstrip("_"), re.compile(rf"\b({pattern})\b")) for sector, pattern in _NAMES.items()]
_SPELLED = {
    "basisschool": "po", "basisonderwijs": "po", "kleuterklas": "po", "middelbare": "vo", "voortgezet": "vo", "brugklas": "vo",
    "gymnasium": "vo", "lyceum": "vo", "praktijkschool": "vo", "peuterspeelzaal": "vve", "kinderdagverblijf": "vve",
    "speciaal": "so", "voorschool": "vve",
}  # fmt: skip
_AGE = re.compile(
    rf"^(?:ja )?(?:mijn (?:zoon|dochter|kind|jongen|meisje) )?(?:hij|ze|zij|haar|zijn|het)?\s*(?:is|wordt|word|heeft|werd)?\s*(?:net|nu|pas|nog|maar|al|bijna|"
    rf"ongeveer|in \w+|binnenkort|volgende \w+|over \w+ \w+|\s)*\s*({_NUMBER})(?: en een half| half| enhalf)?\s*(?:jaar|jr|jaren|j|jarig)?(?: oud)?(?: geworden)?$"
)
_TELLS = re.compile(
    r"\b(hij|ze|zij|zit|gaat|is|doet|wordt|naar|op|in|groep|klas|jaar|gr|mijn (zoon|dochter|kind)|volgt|school)\b"
)
_OTHER = re.compile(r"\b(gepest|geschorst|betalen|kost|kosten|vrij|verlof|klacht|ook nog|advies|ziek|toets)\b")


def named(said: str) -> str | None:
    """The sector that a name, group, class or level gives, in plain lower case words; None when there is none."""
    for sector, pattern in _PATTERNS:
        if pattern.search(said):
            return sector
    for word in said.split():
        if len(word) > 5:
            for name, sector in _SPELLED.items():
                if fuzz.ratio(word, name) >= SIMILAR:
                    return sector
    return None


def sector_of(said: str) -> str | None:
    """The sector that a reply names or that goes with the child's age; None when neither does."""
    return named(said) or _of_age(said)


def tells_age(said: str) -> bool:
    return _AGE.match(said) is not None


def only_tells(said: str) -> bool:
    """Whether the words describe a child and a school, and ask nothing else."""
    return bool(_TELLS.search(said)) and not _OTHER.search(said)


def _of_age(said: str) -> str | None:
    """Up to 3 no school yet, 4 to 11 primary, 13 to 15 secondary. At 12, and from 16 on, it may be either of two."""
    found = _AGE.match(said)
    if not found:
        return None
    age = int(found[1]) if found[1].isdecimal() else _COUNT[found[1]]
    if _YOUNGEST <= age <= 3:
        return "vve"
    if 4 <= age <= 11:
        return "po"
    return "vo" if 13 <= age <= 15 else None
