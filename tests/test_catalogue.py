"""The catalogue of intents, on which everything else leans."""

from __future__ import annotations

from loket import catalogue


def test_it_holds_159_questions_in_16_themes_and_18_dialogue_intents() -> None:
    known = catalogue.load()
    assert len([intent for intent in known.intents.values() if intent.is_faq]) == 159
    assert len([intent for intent in known.intents.values() if not intent.is_faq]) == 18
    assert len(known.themes) == 16 + 1


def test_urgent_are_abuse_suspicion_and_crisis() -> None:
    urgent = {intent.id for intent in catalogue.load().intents.values() if intent.urgent}
    assert urgent == {"seksueel_misbruik_geweld", "kindermishandeling_vermoeden", "crisis"}


def test_every_question_has_known_sectors_and_a_label() -> None:
    for intent in catalogue.load().intents.values():
        assert intent.question
        assert set(intent.sectors) <= set(catalogue.SECTORS)
        assert bool(intent.sectors) == intent.is_faq


def test_the_label_is_the_question_and_of_an_unknown_intent_its_id() -> None:
    known = catalogue.load()
    assert known.label("basisschool_kiezen") == "Hoe kies ik een goede basisschool?"
    assert known.label("weg") == "weg"
