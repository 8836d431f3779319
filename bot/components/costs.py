"""The choice between answering, asking and handing over, without Rasa: expected costs of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from bot.components.text import is_question


class Costs(NamedTuple):
    """What each outcome costs; config.yml says in plain words what the numbers mean."""

    wrong_answer: float = 10.0
    ask: float = 1.0
    ask_in_vain: float = 4.0
    hand_over: float = 4.0
    hand_over_outside: float = 0.5


class Probabilities(NamedTuple):
    """Of a message, and of each of its sentences (no rows where there is but one)."""

    intents: list[str]
    message: np.ndarray  # (intents,)
    sentences: np.ndarray  # (sentences, intents)
    texts: Sequence[str] = ()  # the sentences


class Roles(NamedTuple):
    """Intents that are not simply answered."""

    dialogue: Collection[str] = ()
    outside: str = ""


class Decided(NamedTuple):
    """What is to be done: `intents` best first, `probability` that the first (or all that are answered) is right."""

    kind: str  # answer, ask or handoff
    intents: list[str]
    probability: float
    reason: str


# How many meanings "bedoelt u …?" shows.
SHOWN = 3


def decide(found: Probabilities, roles: Roles, costs: Costs) -> Decided:
    """The cheapest thing to do with a message of these probabilities. Danger is judged apart: danger_lines.py."""
    return _two_questions(found, roles, costs) or _cheapest(found.intents, found.message, roles, costs)


def _two_questions(found: Probabilities, roles: Roles, costs: Costs) -> Decided | None:
    """Two sentences that each ask something else, each sure enough to be answered by itself."""
    asked: dict[str, float] = {}
    for text, chances in zip(found.texts, found.sentences, strict=True):
        by_itself = _cheapest(found.intents, chances, roles, costs)
        if by_itself.kind == "answer" and by_itself.intents[0] not in roles.dialogue and is_question(text):
            intent = by_itself.intents[0]
            asked[intent] = max(asked.get(intent, 0.0), by_itself.probability)
    best = found.intents[int(found.message.argmax())]
    if len(asked) < 2 or best not in asked:
        return None
    others = sorted((intent for intent in asked if intent != best), key=lambda intent: -asked[intent])
    return Decided("answer", [best, others[0]], min(asked[best], asked[others[0]]), "two_questions")


def _cheapest(intents: list[str], chances: np.ndarray, roles: Roles, costs: Costs) -> Decided:
    order = np.argsort(-chances, kind="stable")
    outside = float(chances[intents.index(roles.outside)]) if roles.outside in intents else 0.0
    ranked = [place for place in order if intents[place] != roles.outside]
    first = float(chances[ranked[0]])
    shown = float(chances[ranked[:SHOWN]].sum())
    names = [intents[place] for place in ranked[:SHOWN]]
    expected = {
        "answer": (1 - first) * costs.wrong_answer,
        "ask": costs.ask + (1 - shown) * costs.ask_in_vain,
        "handoff": (1 - outside) * costs.hand_over + outside * costs.hand_over_outside,
    }
    kind = min(expected, key=expected.__getitem__)
    if kind == "answer":
        return Decided(kind, names[:1], first, "sure")
    if kind == "ask":
        return Decided(kind, names, first, "in_doubt")
    return Decided(kind, names, max(outside, first), "out_of_domain" if outside > 0.5 else "not_understood")
