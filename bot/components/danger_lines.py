"""How near danger is: from probabilities to "none", "ask" (one calm line) or "alarm" (first aid), whichever should cost least."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

NONE, ASK, ALARM = "none", "ask", "alarm"


class DangerCosts(NamedTuple):
    """What each mistake about danger costs; config.yml says in plain words what the numbers mean."""

    missed_alarm: float = 10.0
    missed_sign: float = 4.0
    only_asked: float = 8.0
    needless_ask: float = 1.0
    needless_alarm: float = 12.0
    alarm_for_sign: float = 2.0
    alarm_factor: float = 8.0
    few_words: int = 6


class Danger(NamedTuple):
    """Probabilities for a message: that it must alarm, that it has a sign to ask about, and of each kind of danger."""

    alarm: float
    sign: float
    kinds: list[str]
    of_kind: np.ndarray  # (kinds,)


class Safety(NamedTuple):
    """What is to be done about danger: `probability` that there is a danger or a sign of it."""

    level: str
    kind: str | None
    probability: float


def judge(
    text: str, found: Danger | None, words: Collection[str], costs: DangerCosts, about_danger: float = 0.0
) -> Safety:
    """The cheapest level. `words` are the kinds of danger of which words in data/entities/alarm.yml warn.

    Warning words make the odds of an alarm that many times higher. A message of few words ("naar huis", "elke nacht") says too
    little about its subject: without such words it never alarms. `about_danger` is the probability that the question is itself
    about danger ("where do I report abuse?"): where that makes the line cheaper, it has the line at least.
    """
    if found is None:
        return Safety(ASK, sorted(words)[0], 0.5) if words else Safety(NONE, None, 0.0)
    alarm, sign = found.alarm, found.sign
    of_kind = np.array(found.of_kind, float)
    if words:
        total = costs.alarm_factor * (alarm + sign) + max(1 - alarm - sign, 0.0)
        alarm, sign = costs.alarm_factor * alarm / total, costs.alarm_factor * sign / total
        of_kind[[place for place, kind in enumerate(found.kinds) if kind in words]] *= costs.alarm_factor
    calm = max(1 - alarm - sign, 0.0)
    expected = {
        NONE: alarm * costs.missed_alarm + sign * costs.missed_sign,
        ASK: alarm * costs.only_asked + calm * costs.needless_ask,
        ALARM: sign * costs.alarm_for_sign + calm * costs.needless_alarm,
    }
    level = min(expected, key=expected.__getitem__)
    if level == ALARM and not words and len(text.split()) <= costs.few_words:
        level = ASK
    if level == NONE and about_danger * costs.missed_sign > (1 - about_danger) * costs.needless_ask:
        level = ASK
    kind = found.kinds[int(of_kind.argmax())] if level != NONE else None
    return Safety(level, kind, round(float(alarm + sign), 4))
