"""The choice between answering, asking and handing over, without Rasa: the expected cost of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from bot.components.questions import asks


class Costs(NamedTuple):
    """What each outcome costs; config.yml says in plain words what the numbers mean."""

    wrong_answer: float = 10.0
    ask: float = 1.0
    ask_in_vain: float = 4.0
    hand_over: float = 4.0
    hand_over_outside: float = 0.5


class Probabilities(NamedTuple):
    """Of a message, and of each of its sentences (no rows where there is only one)."""

    intents: list[str]
    message: np.ndarray  # (intents,)
    sentences: np.ndarray  # (sentences, intents)
    texts: Sequence[str] = ()  # the sentences
    long: bool = False  # a mail that tells a story
    together: np.ndarray | None = None  # (intents,): with the question before it, where the message leans on that


class Roles(NamedTuple):
    """Intents that are not simply answered."""

    dialogue: Collection[str] = ()
    outside: str = ""
    themes: Mapping[str, str] = MappingProxyType({})  # of each FAQ intent
    urgent: Collection[str] = ()  # about danger, by the catalogue


class Decided(NamedTuple):
    """What is to be done: `intents` best first, `probability` that the first (or all that are answered) is right."""

    kind: str  # answer, ask or handoff
    intents: list[str]
    probability: float
    reason: str
    more: int = 0  # questions in the message beyond those that are answered
    instead: Sequence[str] = ()  # what may have been meant instead of what is answered

    def as_dict(self) -> dict[str, Any]:
        """As the output has it: `more` and `instead` only where there are any."""
        optional = {"more": self.more, "instead": list(self.instead)}
        return {name: value for name, value in self._asdict().items() if name not in optional} | {
            name: value for name, value in optional.items() if value
        }


# How many meanings "bedoelt u …?" shows, and how many questions of one message are answered.
SHOWN = 3
# Who is less sure than this of what a message asks with the question before it also shows what else it may be.
PLAIN = 0.85
# A meaning that is less likely than this is not shown as one.
LIKELY = 0.03
# A second question to which the whole message gives no chance at all is one that only its sentence seemed to ask.
HEARD = 0.0005
# A wrong answer of this cost is never risked.
NEVER = 1e9


def decide(found: Probabilities, roles: Roles, costs: Costs) -> Decided:
    """The cheapest thing to do with a message of these probabilities. Danger is judged separately: danger_lines.py."""
    return (
        _several_questions(found, roles, costs)
        or _long_mail(found, roles, costs)
        or _cheapest(found.intents, found.message, roles, costs)
    )


def _several_questions(found: Probabilities, roles: Roles, costs: Costs) -> Decided | None:
    """Two or more sentences that each ask something else, each sure enough to be answered alone. In their own order."""
    asked = _asked(found, roles, costs)
    if not found.long:
        heard = dict(zip(found.intents, found.message.tolist(), strict=True))
        asked = {intent: chance for intent, chance in asked.items() if heard[intent] >= HEARD}
    best = found.intents[int(found.message.argmax())]
    if len(asked) < 2 or (best not in asked and not found.long):
        return None
    answered = list(asked)[:SHOWN]
    probability = min(asked[intent] for intent in answered)
    return Decided("answer", answered, probability, "several_questions", more=len(asked) - len(answered))


def _long_mail(found: Probabilities, roles: Roles, costs: Costs) -> Decided | None:
    """A mail that tells a story asks what its question asks, not what most of its words are about."""
    if not found.long:
        return None
    asked = _asked(found, roles, costs)
    if asked:
        intent = next(iter(asked))
        return Decided("answer", [intent], asked[intent], "long_mail")
    read = [chances for text, chances in zip(found.texts, found.sentences, strict=True) if asks(text)]
    chances = np.max([found.message, *read], axis=0)
    shown = _cheapest(found.intents, chances / chances.sum(), roles, costs._replace(wrong_answer=NEVER))
    intents = [intent for intent in shown.intents if intent not in roles.dialogue]
    return shown._replace(intents=intents, reason="long_mail") if shown.kind == "ask" and intents else None


def _asked(found: Probabilities, roles: Roles, costs: Costs) -> dict[str, float]:
    """What the sentences that are sure by themselves ask, in their order, with how sure the surest is."""
    asked: dict[str, float] = {}
    for text, chances in zip(found.texts, found.sentences, strict=True):
        by_itself = _cheapest(found.intents, chances, roles, costs)
        if by_itself.kind == "answer" and by_itself.intents[0] not in roles.dialogue and asks(text):
            intent = by_itself.intents[0]
            asked[intent] = max(asked.get(intent, 0.0), by_itself.probability)
    return asked


def in_context(found: Probabilities, chances: np.ndarray, roles: Roles, costs: Costs, *, only_ask: bool) -> Decided:
    """The cheapest thing to do with a message whose probabilities were read with what was said before."""
    decided = _cheapest(found.intents, chances, roles, costs._replace(wrong_answer=NEVER) if only_ask else costs)
    if decided.reason != "sure":
        return decided
    decided = decided._replace(reason="in_context")
    return decided if decided.probability >= PLAIN else decided._replace(instead=_others(found.intents, chances, roles))


def _others(intents: list[str], chances: np.ndarray, roles: Roles) -> list[str]:
    """What else the message may be about, the likeliest first, as many as "bedoelt u …?" shows beside the first."""
    order = [
        place for place in np.argsort(-chances, kind="stable") if intents[place] not in (roles.outside, *roles.dialogue)
    ]
    return [intents[place] for place in order[1:SHOWN] if chances[place] >= LIKELY]


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
