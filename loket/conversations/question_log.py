"""What was asked in a conversation and what became of it, as the question log has it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import catalogue
from loket.conversations.models import Question


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
    logged = session.scalars(
        select(Question).where(Question.conversation_id == conversation_id).order_by(Question.id.desc())
    )
    for question in logged:
        names = [question.intent, *(str(entry["name"]) for entry in question.ranking)]
        for name in names:
            if name and catalogue.is_faq(name):
                return name
    return None
