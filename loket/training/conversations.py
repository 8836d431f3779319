"""How well the assistant holds conversations: turns whose right reply is known, and what was said to them. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loket import yamlfile
from loket.training import examples
from loket.training.margins import wilson

FILE = examples.GOLD_DIR / "dialogues.yml"
ALARM, ASK = "alarm", "ask"
TALK = ("talk", "note", "offer", "added", "ask", "handed_over", "greeting")


@dataclass(frozen=True)
class GoldTurn:
    """One message and what its reply should do; the top of data/evaluation/dialogues.yml says what each field means."""

    say: str
    intents: tuple[str, ...] = ()
    ook: tuple[str, ...] = ()
    kind: str = "answer"
    options: tuple[str, ...] = ()
    danger: str = ""
    picks: Any = None


@dataclass(frozen=True)
class Replied:
    """What was said to a message: the kinds of the replies, the intents answered and offered, the level of danger, and
    what the ticket that it made or reached is about."""

    kinds: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    level: str = ""
    danger: str = ""
    ticket: str | None = None


@dataclass
class Tally:
    """Counted turns: `right` of `of`, and why the others were wrong."""

    right: int = 0
    of: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    def line(self, name: str) -> str:
        low, high = wilson(self.right, self.of)
        share = self.right / self.of if self.of else 0.0
        return f"{name:28} {share:6.1%}  ({self.right} of {self.of}, {low:.1%} to {high:.1%})"


def read(path: Path = FILE) -> list[list[GoldTurn]]:
    """The conversations of a file, each its turns. Raises ContentError when the file is not YAML."""
    return [[_turn(turn) for turn in one["turns"]] for one in yamlfile.read(path).data]


def _turn(data: dict[str, Any]) -> GoldTurn:
    def names(key: str) -> tuple[str, ...]:
        return tuple(data.get(key, ()))

    kind = data.get("kind", "picks" if "picks" in data else "answer")
    return GoldTurn(
        str(data["say"]),
        names("intents"),
        names("ook"),
        kind,
        names("options"),
        data.get("danger", ""),
        data.get("picks"),
    )


def judge(
    gold: GoldTurn, replied: Replied, shown: Sequence[str] = (), known: Collection[str] | None = None
) -> str | None:
    """Why a reply is wrong, in a word; "" when it is right, None when the turn does not count.

    `shown` are the choices before it. A turn about an intent that is not among the `known` ones does not count.
    """
    if known is not None and not set(gold.intents) <= set(known):
        return None
    if not replied.kinds:
        return "silence"
    if replied.level == ALARM and gold.kind not in ("safety_alarm", "safety_ask"):
        return "needless alarm"
    if gold.kind == "picks":
        return _picked(gold, replied, shown)
    return "" if _RIGHT.get(gold.kind, _answers)(gold, replied) else gold.kind


def _answers(gold: GoldTurn, replied: Replied) -> bool:
    answered = set(replied.answered)
    named = bool(gold.intents) and set(gold.intents) <= answered
    return named or bool(answered & set(gold.ook))


def _sector(gold: GoldTurn, replied: Replied) -> bool:
    asked = "sector" in replied.kinds and bool(set(gold.intents + gold.ook) & set(replied.offered))
    return asked or _answers(gold, replied)


def _hands_off(gold: GoldTurn, replied: Replied) -> bool:
    if "handed_over" in replied.kinds or "added" in replied.kinds:
        return not gold.intents or replied.ticket in (*gold.intents, *gold.ook)
    return "ask" in replied.kinds and not replied.offered


def _chooses(gold: GoldTurn, replied: Replied) -> bool:
    wanted = set(gold.options) | set(gold.intents) | set(gold.ook)
    return bool(wanted & (set(replied.answered) | set(replied.offered)))


def _alarms(gold: GoldTurn, replied: Replied) -> bool:
    return replied.level == ALARM


def _asks_calmly(gold: GoldTurn, replied: Replied) -> bool:
    seen = replied.level in (ALARM, ASK)
    return seen and (not gold.intents or replied.level == ALARM or _sector(gold, replied))


def _talks(gold: GoldTurn, replied: Replied) -> bool:
    return _answers(gold, replied) if "answer" in replied.kinds else any(kind in TALK for kind in replied.kinds)


def _noted(gold: GoldTurn, replied: Replied) -> bool:
    return bool({"added", "handed_over"} & set(replied.kinds)) or (bool(gold.intents) and _answers(gold, replied))


_RIGHT = {
    "answer": lambda gold, replied: _answers(gold, replied) or (not gold.intents and _talks(gold, replied)),
    "sector_question": _sector,
    "handoff": _hands_off,
    "choice": _chooses,
    "safety_alarm": _alarms,
    "safety_ask": _asks_calmly,
    "smalltalk": _talks,
    "ticket_note": _noted,
}


def _picked(gold: GoldTurn, replied: Replied, shown: Sequence[str]) -> str | None:
    if not shown:
        return None
    if gold.picks == "none":
        return "" if {"offer", "note", "ask", "handed_over"} & set(replied.kinds) else "picks"
    numbers = [gold.picks] if isinstance(gold.picks, int) else list(gold.picks)
    wanted = [shown[number - 1] for number in numbers if number <= len(shown)]
    met = set(wanted) <= set(replied.answered) | (set(replied.offered) if "sector" in replied.kinds else set())
    return "" if wanted and met else "picks"


def lines(results: Sequence[tuple[int, GoldTurn, Replied, str | None]]) -> list[str]:
    """The figures as text. `results`: (place of the turn in its conversation from 0, gold, reply, judgement)."""
    first, later = Tally(), Tally()
    silence = needless = kinds = right_kind = 0
    for place, gold, replied, judgement in results:
        silence += not replied.kinds
        needless += judgement == "needless alarm"
        if gold.kind == "safety_alarm" and replied.level == ALARM:
            kinds += 1
            right_kind += replied.danger == gold.danger
        if judgement is None:
            continue
        tally = later if place else first
        tally.of += 1
        tally.right += judgement == ""
        if judgement:
            tally.wrong[judgement] += 1
    return [
        first.line("first turns right"),
        later.line("later turns right"),
        *(f"  wrong: {name} {count}" for name, count in later.wrong.most_common()),
        f"turns without any reply      {silence} of {len(results)}",
        f"needless alarms              {needless} of {len(results)}",
        f"right first aid              {right_kind} of {kinds} alarmed",
    ]
