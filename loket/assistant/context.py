"""What was said before a message, for the assistant to read it with: sent to Rasa with the text."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import catalogue
from loket.conversations import models, question_log
from loket.conversations.models import Message, Question
from loket.faq import answers

KEPT_FOR = timedelta(minutes=30)
OVER = ("handed_over", "not_helped")
"""Outcomes after which the conversation is about something new."""
AGAIN = "opnieuw"


def of(session: Session, message: Message, now: datetime) -> dict[str, Any] | None:
    """{"question", "intents", "follow_up", "theme"} of what was said before; None when nothing was, or it is over."""
    asked: list[Question] = []
    for row in question_log.newest_first(session, message.conversation_id):
        if row.created_at < now - KEPT_FOR or row.outcome in OVER or row.intent == AGAIN:
            break
        if question_log.is_question(row):
            asked.append(row)
            if "context" not in row.decision:
                break
    if not asked:
        return None
    # A question that itself leaned on another says little: it goes with the one that it came from.
    root = asked[-1].text.rstrip(" .")
    question = f"{root}{'' if root.endswith(('?', '!')) else '.'} {asked[0].text}" if len(asked) > 1 else asked[0].text
    answered = answered_last(session, message.conversation_id, asked[-1].message_id)
    return {"question": question, **_about(answered, _in_doubt(asked[0]))}


def answered_last(session: Session, conversation_id: str, since: int = 0) -> list[str]:
    """The intents of the answers that were given last, in one turn, not to a message before `since`."""
    said = select(Message).where(
        Message.conversation_id == conversation_id, Message.sender == models.ASSISTANT, Message.reply_to >= since
    )
    found: list[str] = []
    turn: int | None = None
    for message in session.scalars(said.order_by(Message.id.desc())):
        extra = message.extra or {}
        if extra.get("kind") == "answer" and turn in (None, message.reply_to):
            turn = message.reply_to
            found = [*extra.get("intents", []), *found]
    return found


def _in_doubt(row: Question) -> list[str]:
    """What the last question may have been about, when we asked which was meant."""
    return [intent for intent in row.decision.get("intents", []) if row.outcome == "asked" and catalogue.is_faq(intent)]


def _about(answered: list[str], in_doubt: list[str]) -> dict[str, Any]:
    known, intents = answers.cached(), catalogue.load().intents
    follow_up = in_doubt + [intent for one in answered if one in known for intent in known[one].follow_up]
    theme = intents[answered[-1]].theme if answered and answered[-1] in intents else ""
    return {
        "intents": answered,
        "follow_up": [intent for intent in dict.fromkeys(follow_up) if intent not in answered],
        "theme": theme,
    }
