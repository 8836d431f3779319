"""What was asked in a conversation and what became of it, according to the question log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import catalogue
from loket.conversations.models import Message, Question

REPLY = "reply"
"""Key of a decision: the message replied to a question of ours or gave a number, and asked nothing itself."""
LEAST_LIKELY = 0.1
"""How likely an unanswered intent must at least be for a question to count as being about it."""


def record(
    session: Session,
    message: Message,
    *,
    outcome: str,
    now: datetime,
    intent: str | None = None,
    ranking: list[dict[str, Any]] | None = None,
    decision: dict[str, Any] | None = None,
) -> None:
    """Write what was asked and how it ended (see Question.outcome)."""
    session.add(
        Question(
            message_id=message.id,
            conversation_id=message.conversation_id,
            text=message.text,
            intent=intent,
            ranking=ranking or [],
            decision=decision or {},
            outcome=outcome,
            sector=message.conversation.sector,
            created_at=now,
        )
    )


def last(session: Session, conversation_id: str) -> Question | None:
    """The parent's latest message that was a question, as far as we know."""
    return next((question for question in newest_first(session, conversation_id) if is_question(question)), None)


def last_question(session: Session, conversation_id: str) -> str | None:
    """The text of the parent's latest question."""
    question = last(session, conversation_id)
    return question.text if question else None


def newest_first(session: Session, conversation_id: str) -> Iterator[Question]:
    logged = select(Question).where(Question.conversation_id == conversation_id).order_by(Question.id.desc())
    yield from session.scalars(logged)


def is_question(question: Question) -> bool:
    """Whether the message asked something: not small talk, not a reply to a question of ours, not a number."""
    intent = catalogue.load().intents.get(question.intent or "")
    return not question.decision.get(REPLY) and (intent is None or intent.is_faq or intent.urgent)


def guess(session: Session, conversation_id: str) -> str | None:
    """The FAQ intent that the conversation's last question is most likely about, if any."""
    return guesses(session, [conversation_id]).get(conversation_id)


def guesses(session: Session, conversation_ids: list[str]) -> dict[str, str]:
    """The same for several conversations, in one statement; no entry where nothing is likely."""
    logged = select(Question).where(Question.conversation_id.in_(conversation_ids)).order_by(Question.id)
    found: dict[str, str] = {}
    for question in session.scalars(logged):
        if is_question(question):
            known = likeliest(question.intent, question.ranking)
            found.pop(question.conversation_id, None)
            if known is not None:
                found[question.conversation_id] = known
    return found


def likeliest(intent: str | None, ranking: list[dict[str, Any]]) -> str | None:
    """The FAQ intent that was answered, or else the first that is likely at all."""
    if intent and catalogue.is_faq(intent):
        return intent
    likely = (str(entry["name"]) for entry in ranking if entry["confidence"] >= LEAST_LIKELY)
    return next((name for name in likely if catalogue.is_faq(name)), None)
