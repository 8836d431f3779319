"""Danger: what the assistant does with the understood level, which lasts until the subject changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from loket import catalogue
from loket.assistant import handing_over, replies
from loket.assistant.turn import Turn
from loket.conversations import danger, first_aid, models, question_log
from loket.conversations.models import Question
from loket.conversations.transcript import Said, choice
from loket.tickets import queue, urgency

NONE, ASK, ALARM = "none", "ask", "alarm"
FRAGMENT = 6
"""Up to this many words a message continues what was said before, if it names nothing else."""
KEPT_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class Level:
    """`kept`: this message does not say it by itself, but continues one that did."""

    level: str = NONE
    kind: str = ""
    kept: bool = False


def level_of(turn: Turn) -> Level:
    """How serious this message is. What was said before never makes it less so."""
    if turn.message.choice:
        return _of_choice(turn)
    given = turn.understood.decision.get("safety")
    now = _given(given) if given else _of_decision_kind(turn)
    if now.level != ALARM and _goes_on(turn):
        before = _before(turn)
        if before.level == ALARM or now.level == NONE:
            return before if before.level != NONE else now
    return now


def alarm(turn: Turn, kind: str, *, repeated: bool = False) -> None:
    """Help of this kind first, and an urgent question for a person, once. The conversation goes on."""
    note(turn, Level(ALARM, kind, repeated))
    again = repeated or _given_before(turn, kind)
    turn.log("urgent", next(iter(intents_of(kind)), turn.understood.intent))
    extra = {"kind": "safety", "level": ALARM, "danger": kind, "intents": intents_of(kind)} | first_aid.shown_in(
        turn.language
    )
    now_open = handing_over.is_open(turn.now)
    if again:
        turn.say(Said(first_aid.repeated(kind, now_open=now_open, language=turn.language), extra))
    else:
        turn.say(Said(first_aid.text(kind, turn.question, now_open=now_open, language=turn.language), extra))
    _alert(turn, kind)


def ask(turn: Turn, kind: str) -> None:
    """One calm line above the ordinary answer, with a button."""
    note(turn, Level(ASK, kind))
    extra = {"kind": "safety", "level": ASK, "danger": kind, "choices": [button(turn, kind)]} | first_aid.shown_in(
        turn.language
    )
    turn.say(Said(first_aid.ask(kind, turn.language).line, extra))


def button(turn: Turn, kind: str) -> dict[str, Any]:
    return choice(first_aid.ask(kind, turn.language).button, safety=kind)


def note(turn: Turn, level: Level) -> None:
    """Have the log keep the level that was acted on."""
    given = turn.understood.decision.get("safety") or {}
    turn.noted["safety"] = given | {"level": level.level, "kind": level.kind} | ({"kept": True} if level.kept else {})


def intents_of(kind: str) -> list[str]:
    return [intent for intent, known in danger.OF_INTENT.items() if known == kind]


def is_urgent(intent: str) -> bool:
    known = catalogue.load().intents.get(intent)
    return known is not None and known.urgent


def _alert(turn: Turn, kind: str) -> None:
    if turn.ticket is None:
        intent = next(iter(intents_of(kind)), None) or question_log.likeliest(None, turn.understood.ranking)
        turn.ticket = queue.hand_off(
            turn.session, turn.conversation, turn.question, turn.now, intent=intent, urgent=True
        )
        turn.say(handing_over.urgent_receipt(turn.ticket))
        return
    queue.parent_writes(turn.session, turn.ticket, turn.now)
    urgency.raise_alarm(turn.session, turn.ticket, kind, turn.now)
    if turn.conversation.owner == models.ASSISTANT:
        turn.conversation.owner = models.QUEUE
    turn.say(handing_over.added(turn.ticket))


def _of_choice(turn: Turn) -> Level:
    """The parent chose a question about danger among those shown: they say that this is it."""
    intent = str((turn.message.choice or {}).get("intent", ""))
    return Level(ALARM, danger.OF_INTENT[intent]) if intent in danger.OF_INTENT else Level()


def _given(given: dict[str, Any]) -> Level:
    return Level(str(given.get("level", NONE)), str(given.get("kind") or first_aid.OTHER))


def _of_decision_kind(turn: Turn) -> Level:
    """For a model that knows no levels yet: an urgent intent is an alarm, or a doubt in few words without alarm words."""
    intent = next((intent for intent in turn.understood.intents if is_urgent(intent)), None)
    if turn.understood.kind not in ("urgent", "answer") or intent is None:
        return Level()
    few = len(turn.message.text.split()) <= FRAGMENT and turn.understood.decision.get("reason") == "urgent_intent"
    return Level(ASK if few and danger.words(turn.message.text) is None else ALARM, danger.OF_INTENT[intent])


def _goes_on(turn: Turn) -> bool:
    """Whether a message is a few words about what was said before, rather than a new subject or small talk."""
    if len(turn.message.text.split()) > FRAGMENT or turn.understood.sure_of_question or replies.asks(turn.message.text):
        return False
    known = catalogue.load().intents.get(turn.understood.intents[0])
    talk = turn.understood.kind == "answer" and known is not None and not known.is_faq and not known.urgent
    return not talk


def _before(turn: Turn) -> Level:
    """The level still in force: of the last message that had one, unless the subject changed after it."""
    for row in question_log.newest_first(turn.session, turn.conversation.id):
        if row.created_at < turn.now - KEPT_FOR or _changed_subject(row):
            return Level()
        kept = row.decision.get("safety") or {}
        if kept.get("level") in (ASK, ALARM):
            return Level(kept["level"], kept.get("kind") or first_aid.OTHER, kept=True)
    return Level()


def _changed_subject(row: Question) -> bool:
    level = (row.decision.get("safety") or {}).get("level", NONE)
    denied = row.decision.get("denied", False)
    answered = row.outcome == "answered" and "context" not in row.decision and catalogue.is_faq(row.intent or "")
    return bool(denied or (level == NONE and answered))


def _given_before(turn: Turn, kind: str) -> bool:
    return any(
        (row.decision.get("safety") or {}).get("level") == ALARM and row.decision["safety"].get("kind") == kind
        for row in question_log.newest_first(turn.session, turn.conversation.id)
    )
