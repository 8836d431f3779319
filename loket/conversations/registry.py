"""Conversations themselves: begin one, find it by its token, lock it while something is decided about it."""

from __future__ import annotations

import hmac
import re
import secrets
import uuid
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loket.clock import local_day
from loket.conversations import models, transcript
from loket.conversations.models import Conversation, Message
from loket.faq import answers, placeholders
from loket.tokens import hash_token

_ID = re.compile(r"[0-9a-f]{32}")
GREETING_INTENT = "begroeting"
GREETING = {"kind": "greeting"}


def start(session: Session, now: datetime, channel: str = "web", token: str = "") -> tuple[Conversation, str]:
    """A new conversation with the greeting in it, and its bearer token (given once, kept only as a hash)."""
    token = token or secrets.token_urlsafe(24)
    conversation = new(session, now, channel=channel, owner=models.ASSISTANT, token=token)
    transcript.add(session, conversation, models.ASSISTANT, greeting(now), now, extra=GREETING)
    return conversation, token


def unsaved_greeting(now: datetime) -> Message:
    """What a page shows before there is a conversation."""
    return transcript.made(models.ASSISTANT, greeting(now), now, id=0, extra=GREETING)


def greeting(now: datetime) -> str:
    """What is said before anything is asked, as Markdown."""
    return placeholders.fill(answers.cached()[GREETING_INTENT].whole, placeholders.current(local_day(now)))


def new(
    session: Session, now: datetime, *, channel: str, owner: str, token: str = "", sector: str | None = None
) -> Conversation:
    """An empty conversation. Without a token nobody can open it as a parent on the website does."""
    conversation = Conversation(
        id=uuid.uuid4().hex,
        token_hash=hash_token(token or secrets.token_urlsafe(24)),
        owner=owner,
        channel=channel,
        sector=sector,
        created_at=now,
        changed_at=now,
    )
    session.add(conversation)
    session.flush()
    return conversation


def find(session: Session, conversation_id: str, token: str) -> Conversation | None:
    """The conversation that this token opens, or None: an unknown id and a wrong token look the same."""
    conversation = session.get(Conversation, conversation_id) if _ID.fullmatch(conversation_id) else None
    expected = conversation.token_hash if conversation else hash_token("")
    matches = hmac.compare_digest(expected, hash_token(token))
    return conversation if conversation and matches else None


def end_token(session: Session, conversation_id: str) -> None:
    """Let nobody open this conversation as its parent any more; what was handed over stays behind its private link."""
    mine = update(Conversation).where(Conversation.id == conversation_id)
    session.execute(mine.values(token_hash=hash_token(secrets.token_urlsafe(24))))


def of_token(session: Session, token: str) -> Conversation | None:
    return session.scalar(select(Conversation).where(Conversation.token_hash == hash_token(token)))


def lock(session: Session, conversation_id: str) -> None:
    """Lock a conversation's row until the transaction ends, and read its current state.

    A step of loket.tickets.locks, which knows what else is locked and in which order; nothing else calls it.
    """
    row = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    session.scalars(row.execution_options(populate_existing=True)).one_or_none()
