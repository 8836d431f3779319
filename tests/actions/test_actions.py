"""What the action server makes of Rasa's words."""

from __future__ import annotations

from typing import Any

import pytest

from actions.actions import understood


def latest(**more: Any) -> dict[str, Any]:
    return {"intent": {"name": "pesten_aanpak"}, **more}


def test_the_ranking_is_kept_without_the_fallback() -> None:
    ranking = [{"name": "nlu_fallback", "confidence": 0.5}, {"name": "ziekmelden", "confidence": 0.123456}]
    assert understood(latest(intent_ranking=ranking)).ranking == [{"name": "ziekmelden", "confidence": 0.1235}]


def test_the_first_sector_is_taken() -> None:
    entities = [
        {"entity": "group", "value": "8"},
        {"entity": "sector", "value": "po"},
        {"entity": "sector", "value": "vo"},
    ]
    assert understood(latest(entities=entities)).sector == "po"


@pytest.mark.parametrize(
    ("decision", "intents", "kind"),
    [
        (None, ["pesten_aanpak"], "answer"),
        ({}, ["pesten_aanpak"], "answer"),
        ({"kind": "ask", "intents": ["a", "b"]}, ["a", "b"], "ask"),
    ],
)
def test_the_decision_says_what_to_do(decision: Any, intents: list[str], kind: str) -> None:
    found = understood(latest(decision=decision))
    assert (found.intents, found.kind) == (intents, kind)


def test_a_button_without_ranking_is_understood() -> None:
    assert understood(latest()).ranking == []


def test_entities_are_kept_with_what_they_name_and_say() -> None:
    entities = [{"entity": "leeftijd", "value": "17", "start": 8, "end": 15, "extractor": "rules"}]
    assert understood(latest(entities=entities)).entities == [{"entity": "leeftijd", "value": "17"}]
