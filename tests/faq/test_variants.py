"""The variant that fits what is known, and the general text otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from loket.faq import variants
from loket.faq.variants import Known
from tests.support.faq import answer

GENERAL = {"what": "Bezwaar maken", "when": "binnen 6 weken"}
OWN = {"what": "Beroep instellen", "when": "binnen 2 weken"}


def variant(name: str, deadline: list[dict[str, str]] | None = None, **case: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "for": case,
        "short": f"Kort antwoord voor {name}.",
        "text": f"Lang antwoord voor {name}.",
    }
    return fields if deadline is None else fields | {"deadline": deadline}


ANSWER = answer(
    deadline=[GENERAL],
    variants=[
        variant("mbo", sector="mbo", deadline=[OWN]),
        variant("mbo vanaf 18", sector="mbo", age="18_plus", deadline=[]),
        variant("vmbo", level="vmbo"),
        variant("openbaar", school="openbaar"),
    ],
)


@pytest.mark.parametrize(
    ("known", "name"),
    [
        (Known(sector="mbo"), "mbo"),
        (Known(sector="mbo", age="18_plus"), "mbo vanaf 18"),
        (Known(sector="mbo", age="16_17"), "mbo"),
        (Known(sector="vo", level="vmbo"), "vmbo"),
        (Known(school="openbaar"), "openbaar"),
        (Known(school="openbaar", level="vmbo"), "vmbo"),
    ],
)
def test_the_most_specific_variant_that_holds_is_chosen(known: Known, name: str) -> None:
    chosen = variants.choose(ANSWER, known)
    assert (chosen.short, chosen.text) == (f"Kort antwoord voor {name}.", f"Lang antwoord voor {name}.")


@pytest.mark.parametrize("known", [Known(), Known(sector="po"), Known(age="18_plus"), Known(level="vwo")])
def test_what_is_not_known_to_hold_is_not_chosen(known: Known) -> None:
    chosen = variants.choose(ANSWER, known)
    assert chosen.variant is None
    assert chosen.short == ANSWER.short


@pytest.mark.parametrize(
    ("known", "deadlines"),
    [
        (Known(sector="mbo"), ["Beroep instellen"]),
        (Known(sector="mbo", age="18_plus"), []),
        (Known(level="vmbo"), ["Bezwaar maken"]),
        (Known(), ["Bezwaar maken"]),
    ],
)
def test_a_variant_keeps_the_general_deadline_unless_it_has_its_own(known: Known, deadlines: list[str]) -> None:
    assert [one.what for one in variants.choose(ANSWER, known).deadline] == deadlines


def test_the_sectors_with_a_text_of_their_own() -> None:
    assert variants.by_sector(ANSWER) == {"mbo"}
    assert variants.by_sector(answer()) == frozenset()


@pytest.mark.parametrize(
    ("years", "group"),
    [("15", "onder_16"), ("16", "16_17"), ("17", "16_17"), ("18", "18_plus"), ("vier", None), (None, None)],
)
def test_an_age_falls_in_a_group(years: str | None, group: str | None) -> None:
    assert variants.age_group(years) == group


@pytest.mark.parametrize(
    ("schooltype", "level"), [("praktijkonderwijs", "pro"), ("vmbo", "vmbo"), ("havo/vwo", None), ("dalton", None)]
)
def test_a_school_type_says_a_level_when_it_names_one(schooltype: str, level: str | None) -> None:
    entities = [{"entity": "schooltype", "value": schooltype}, {"entity": "leeftijd", "value": "16"}]
    assert variants.known_from(entities, "vo") == Known(sector="vo", age="16_17", level=level)
