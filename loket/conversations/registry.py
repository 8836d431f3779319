"""Conversations themselves: begin one, find it by its token, hold it while something is decided about it."""

from __future__ import annotations

import hmac
import secrets
import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket.conversations import models
from loket.conversations.models import Conversation, Message
from loket.faq import answers
from loket.tokens import hash_token

GREETING_INTENT = "begroeting"


def start(session: Session, now: datetime, channel: str = "web", token: str = "") -> tuple[Conversation, str]:
    """A new conversation with the greeting in it, and its bearer token (given once, kept only as a hash)."""
    token = token or secrets.token_urlsafe(24)
    conversation = Conversation(
        id=uuid.uuid4().hex,
        token_hash=hash_token(token),
        owner=models.ASSISTANT,
        channel=channel,
        created_at=now,
        changed_at=now,
    )
    session.add(conversation)
    session.flush()
    greeting = answers.cached()[GREETING_INTENT].text
    session.add(
        Message(
            conversation_id=conversation.id,
            sender=models.ASSISTANT,
            text=greeting,
            extra={"kind": "greeting"},
            created_at=now,
        )
    )
    return conversation, token


def find(session: Session, conversation_id: str, token: str) -> Conversation | None:
    """The conversation that this token opens, or None: an unknown id and a wrong token look the same."""
    conversation = session.get(Conversation, conversation_id)
    expected = conversation.token_hash if conversation else hash_token("")
    matches = hmac.compare_digest(expected, hash_token(token))
    return conversation if conversation and matches else None


def of_token(session: Session, token: str) -> Conversation | None:
    return session.scalar(select(Conversation).where(Conversation.token_hash == hash_token(token)))


def hold(session: Session, conversation: Conversation) -> None:
    """Let no other transaction decide about this conversation until this one ends (on SQLite none can anyway)."""
    session.execute(select(Conversation.id).where(Conversation.id == conversation.id).with_for_update())
