"""Hold gold conversations with the real assistant: the trained model reads, the dialogue answers, on a scratch database."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from loket import catalogue, paths
from loket.assistant import context, dialogue, turns
from loket.assistant.turn import Understood
from loket.conversations import registry, transcript
from loket.conversations.models import PENDING, Conversation, Message
from loket.db import base
from loket.migrations import migrate
from loket.run import processes
from loket.tickets import queue
from loket.training.conversations import GoldTurn, Replied, judge

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""A Tuesday morning: the counter is open."""
BETWEEN = timedelta(seconds=40)

ACTIONS = {
    "action_answer": dialogue.answer,
    "action_ask": dialogue.ask,
    "action_handoff": dialogue.hand_over,
    "action_not_helped": dialogue.not_helped,
    "action_restart_conversation": dialogue.start_again,
}

Result = tuple[int, GoldTurn, Replied, str | None]


def hold(conversations: list[list[GoldTurn]], model: Path) -> Iterator[Result]:
    """Every turn of the conversations with what was replied to it. Raises BotMissing, ModelMissing, RuntimeError."""
    with tempfile.TemporaryDirectory() as folder, understanding(model) as understand:
        engine = base.make_engine(f"sqlite:///{Path(folder) / 'scratch.db'}")
        migrate.upgrade(engine)
        for one in conversations:
            yield from _one(one, engine, understand)
        engine.dispose()


@contextmanager
def understanding(model: Path) -> Iterator[Any]:
    """A function from a text, and what was said before it, to what the model makes of it."""
    process = processes.parser(model)
    assert process.stdin is not None
    assert process.stdout is not None
    asked, answers = process.stdin, process.stdout

    def understand(text: str, before: dict[str, Any] | None) -> dict[str, Any]:
        asked.write(json.dumps({"text": text, "context": before}) + "\n")
        asked.flush()
        line = answers.readline()
        if not line:
            raise RuntimeError("the model could not be read; `loket ask` says why")
        return dict(json.loads(line))

    try:
        yield understand
    finally:
        asked.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _one(turns_of_one: list[GoldTurn], engine: Engine, understand: Any) -> Iterator[Result]:
    now = START
    shown: tuple[str, ...] = ()
    known = catalogue.load().intents
    with base.transaction(engine) as session:
        conversation_id = registry.start(session, now)[0].id
    for place, gold in enumerate(turns_of_one):
        now += BETWEEN
        replied = _turn(engine, conversation_id, gold.say, now, understand)
        yield place, gold, replied, judge(gold, replied, shown, known)
        shown = replied.offered if "ask" in replied.kinds else ()


def _turn(engine: Engine, conversation_id: str, text: str, now: datetime, understand: Any) -> Replied:
    with base.transaction(engine) as session:
        message_id = turns.store(session, conversation_id, f"{now}", text, "", now).id
    with base.reading(engine) as session:
        message = session.get_one(Message, message_id)
        before = context.of(session, message, now)
        pending = message.state == PENDING
    if pending:
        heard = understand(text, before)
        with base.transaction(engine) as session:
            understood = Understood.of(heard["intent"], heard["ranking"], heard["entities"], heard["decision"])
            turn = dialogue.begin(session, message_id, understood, now)
            if turn is not None:
                ACTIONS[_rules()[heard["intent"]]](turn)
    with base.reading(engine) as session:
        return _replied(session, session.get_one(Conversation, conversation_id), message_id)


@cache
def _rules() -> dict[str, str]:
    """The action of each intent, as data/rules.yml has it."""
    found: dict[str, str] = {}
    for rule in yaml.safe_load((paths.DATA / "rules.yml").read_text(encoding="utf-8"))["rules"]:
        condition, action = rule["steps"]
        intents = condition.get("or", [condition])
        found.update({one["intent"]: action["action"] for one in intents})
    return found


def _replied(session: Session, conversation: Conversation, message_id: int) -> Replied:
    said = transcript.replies_to(session, message_id)
    later = [one for one in transcript.messages_after(session, conversation.id, message_id) if one.reply_to is None]
    extras = [one.extra or {} for one in [*said, *later]]
    safety = next((extra for extra in extras if extra.get("kind") == "safety"), {})
    choices = [choice for extra in extras for choice in extra.get("choices", [])]
    asked = [choice for choice in choices if "intent" in choice] if _asks(extras) else []
    ticket = queue.of_conversation(session, conversation.id)
    return Replied(
        kinds=tuple(extra.get("kind", "") for extra in extras),
        answered=tuple(
            intent for extra in extras if extra.get("kind") in ("answer", "talk") for intent in extra["intents"]
        ),
        offered=tuple(dict.fromkeys(i for one in asked for i in one.get("intents", [one["intent"]]))),
        level=safety.get("level", ""),
        danger=safety.get("danger", ""),
        ticket=ticket.intent if ticket else None,
    )


def _asks(extras: list[dict[str, Any]]) -> bool:
    return any(extra.get("kind") in ("ask", "sector", "added") for extra in extras)
