"""What was asked in a conversation and what became of it, as the question log has it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import catalogue
from loket.conversations.models import Message, Question


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


def last_question(session: Session, conversation_id: str) -> str | None:
    """The parent's latest message that was a question, as far as we know."""
    logged = session.scalars(
        select(Question).where(Question.conversation_id == conversation_id).order_by(Question.id.desc())
    )
    for question in logged:
        intent = catalogue.load().intents.get(question.intent or "")
        if intent is None or intent.is_faq or intent.urgent:
            return question.text
    return None


def guess(session: Session, conversation_id: str) -> str | None:
    """The FAQ intent at the top of the ranking of the conversation's last question, if any."""
    return guesses(session, [conversation_id]).get(conversation_id)


def guesses(session: Session, conversation_ids: list[str]) -> dict[str, str]:
    """The same of several conversations, in one statement; without an entry where nothing was asked."""
    logged = select(Question).where(Question.conversation_id.in_(conversation_ids)).order_by(Question.id)
    found: dict[str, str] = {}
    for question in session.scalars(logged):
        names = [question.intent, *(str(entry["name"]) for entry in question.ranking)]
        known = next((name for name in names if name and catalogue.is_faq(name)), None)
        if known is not None:
            found[question.conversation_id] = known
    return found
