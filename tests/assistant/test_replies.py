"""Typed replies to the assistant's own questions, as a table."""

from __future__ import annotations

import pytest

from loket.assistant import replies
from loket.assistant.replies import CHOICE, DANGER, HELPED, NEW_QUESTION, NO, PERSON, SECTOR, UNKNOWN, YES, Meaning

SCHOOLS = ["Basisschool", "Middelbare school", "Speciaal onderwijs", "Mbo", "Dat weet ik niet"]
LEAVE = [
    "Krijgt mijn kind vrij voor een bruiloft, begrafenis of verhuizing?",
    "Mag mijn kind buiten de schoolvakantie op vakantie?",
    "Wat doet de leerplichtambtenaar?",
    "Iets anders: vraag het een adviseur",
]
COSTS = [
    "Ben ik verplicht de ouderbijdrage te betalen?",
    "Moet ik zelf schoolboeken betalen?",
    "Iets anders: vraag het een adviseur",
]
ONE = ["Mijn kind heeft (misschien) dyslexie. Welke hulp is er?", "Iets anders: vraag het een adviseur"]
OFFER = ["Ja, vraag het een adviseur", "Nee, ik stel mijn vraag anders"]


def sector(value: str) -> Meaning:
    return Meaning(SECTOR, sector=value)


def chosen(*numbers: int) -> Meaning:
    return Meaning(replies.OPTIONS, numbers)


KIND_OF_SCHOOL = {
    "basisschool": sector("po"), "de basisschool": sector("po"), "Basis": sector("po"), "basischool": sector("po"), "lagere school": sector("po"),
    "hij zit in groep 6": sector("po"), "groep vijf": sector("po"), "gr 8": sector("po"), "groep3": sector("po"), "kleuterklas": sector("po"),
    "sbo": sector("po"), "ze is 7": sector("po"), "8 jaar": sector("po"), "elf": sector("po"), "hij wordt 5": sector("po"), "6": sector("po"),
    "mijn dochter is 10 jaar oud": sector("po"), "bijna 9": sector("po"), "middelbare school": sector("vo"), "de middelbaare": sector("vo"),
    "MIDDELBARE": sector("vo"), "midelbare school": sector("vo"), "voortgezet onderwijs": sector("vo"), "brugklas": sector("vo"),
    "vmbo": sector("vo"), "vmbo basis": sector("vo"), "4 havo": sector("vo"), "havo 4": sector("vo"), "v5": sector("vo"),
    "tweede klas vwo": sector("vo"), "klas 3": sector("vo"), "ze zit op het gymnasium": sector("vo"), "praktijkonderwijs": sector("vo"),
    "hij is veertien": sector("vo"), "13 jr": sector("vo"), "15": sector("vo"), "speciaal onderwijs": sector("so"), "het speciaal": sector("so"),
    "cluster 4": sector("so"), "vso": sector("so"), "mbo": sector("mbo"), "niveau 2": sector("mbo"), "het roc in de stad": sector("mbo"),
    "peuterspeelzaal": sector("vve"), "nog maar 2 jaar": sector("vve"), "hij is drie": sector("vve"), "de eerste": sector("po"),
    "de tweede": sector("vo"), "optie 4": sector("mbo"), "weet ik niet": Meaning(UNKNOWN), "geen idee": Meaning(UNKNOWN), "geen idee eigenlijk": Meaning(UNKNOWN),
    "weet nie": Meaning(UNKNOWN), "hij is 16": Meaning(UNKNOWN), "ze is 17 jaar": Meaning(UNKNOWN), "12": Meaning(UNKNOWN), "misschien": Meaning(UNKNOWN),
    "dat weet ik nog niet": Meaning(UNKNOWN), "doet dat ertoe": Meaning(NEW_QUESTION), "?": Meaning(UNKNOWN), "ja": Meaning(UNKNOWN),
    "hoe vraag ik kinderopvangtoeslag aan": Meaning(NEW_QUESTION), "wanneer is de kerstvakantie dit jaar": Meaning(NEW_QUESTION),
    "mijn dochter is op school van de trap gevallen en de bril is stuk": Meaning(NEW_QUESTION),
}  # fmt: skip
WHICH_QUESTION = {
    "1": chosen(1), "2.": chosen(2), "3)": chosen(3), "drie": chosen(3), "een": chosen(1), "de eerste": chosen(1), "eerste graag": chosen(1),
    "het tweede": chosen(2), "tweede": chosen(2), "tweedde": chosen(2), "de 3e": chosen(3), "nummer 2": chosen(2), "optie twee": chosen(2),
    "de bovenste": chosen(1), "de laatste": chosen(4), "1 en 3": chosen(1, 3), "de eerste en de tweede": chosen(1, 2), "alle drie": chosen(1, 2, 3),
    "allemaal": chosen(1, 2, 3), "die over vakantie": chosen(2), "vakansie": chosen(2), "de bruiloft": chosen(1), "begravenis": chosen(1),
    "leerplichtambtenaar": chosen(3), "die ambtenaar bedoel ik": chosen(3), "iets anders": chosen(4), "een adviseur graag": chosen(4),
    "ja": Meaning(YES), "inderdaad": Meaning(YES), "nee": Meaning(NO), "geen van die": Meaning(NO), "geen een": Meaning(NO), "nee geen van alle": Meaning(NO),
    "staat er niet tussen": Meaning(NO), "nee dat bedoel ik niet": Meaning(NO), "weet ik niet": Meaning(UNKNOWN), "ik heb geen idee": Meaning(UNKNOWN),
    "ik bedoel hoe lang een schorsing mag duren": Meaning(NEW_QUESTION), "nee ik bedoel een schorsing": Meaning(NEW_QUESTION),
    "hoe meld ik hem aan voor de brugklas": Meaning(NEW_QUESTION), "mijn zoon is geschorst": Meaning(NEW_QUESTION), "TWEE": chosen(2), "2️⃣": chosen(2),
}  # fmt: skip
WHICH_COST = {
    "allebei": chosen(1, 2), "beide": chosen(1, 2), "beiden alstublieft": chosen(1, 2), "de boeken": chosen(2), "schoolboeken": chosen(2),
    "ouderbijdraage": chosen(1), "die van de bijdrage": chosen(1), "geen van beide": Meaning(NO), "alletwee": chosen(1, 2), "de onderste": chosen(3),
}  # fmt: skip
WHETHER_IT = {
    "ja": chosen(1),
    "klopt": chosen(1),
    "ja dat is hem": chosen(1),
    "nee": Meaning(NO),
    "dyslexie ja": chosen(1),
}
A_PERSON = {
    "ja": Meaning(YES), "ja graag": Meaning(YES), "graag": Meaning(YES), "doe maar": Meaning(YES), "is goed": Meaning(YES), "ok": Meaning(YES),
    "jaaaa": Meaning(YES), "jep": Meaning(YES), "prima": Meaning(YES), "een medewerker": Meaning(YES), "1": Meaning(YES), "nee": Meaning(NO),
    "nee dank u": Meaning(NO), "hoeft niet": Meaning(NO), "laat maar": Meaning(NO), "nee hoor": Meaning(NO), "liever niet": Meaning(NO), "2": Meaning(NO),
    "ik stel het anders": Meaning(NO), "geen idee": Meaning(UNKNOWN), "mag mijn kind thuisblijven bij koorts": Meaning(NEW_QUESTION),
    "nee ik wil weten wanneer de zomervakantie begint": Meaning(NEW_QUESTION),
}  # fmt: skip
IS_THERE_DANGER = {
    "ja": Meaning(YES), "ja ik ben bang van wel": Meaning(YES), "ik denk het wel": Meaning(YES), "dat zegt ze": Meaning(YES), "JA": Meaning(YES),
    "nee": Meaning(NO), "nee gelukkig niet": Meaning(NO), "zo erg is het niet": Meaning(NO), "misschien": Meaning(UNKNOWN), "weet niet": Meaning(UNKNOWN),
    "wat moet ik dan doen met school": Meaning(NEW_QUESTION),
}  # fmt: skip
DID_IT_HELP = {
    "ja dank je": Meaning(YES),
    "top": Meaning(YES),
    "nee": Meaning(NO),
    "niet echt": Meaning(NO),
    "een beetje": Meaning(UNKNOWN),
}

TABLE = [
    (asked, options, text, meaning)
    for asked, options, rows in [
        (SECTOR, SCHOOLS, KIND_OF_SCHOOL),
        (CHOICE, LEAVE, WHICH_QUESTION),
        (CHOICE, COSTS, WHICH_COST),
        (CHOICE, ONE, WHETHER_IT),
        (PERSON, OFFER, A_PERSON),
        (DANGER, ["Ja, ik heb nu hulp nodig"], IS_THERE_DANGER),
        (HELPED, ["Ja", "Nee, dit helpt niet"], DID_IT_HELP),
    ]
    for text, meaning in rows.items()
]


@pytest.mark.parametrize(("asked", "options", "text", "meaning"), TABLE)
def test_a_reply_means(asked: str, options: list[str], text: str, meaning: Meaning) -> None:
    assert replies.read(text, asked, options) == meaning


def test_the_table_is_long_enough_to_say_something() -> None:
    assert len(TABLE) >= 120
