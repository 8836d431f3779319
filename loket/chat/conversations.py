"""Conversations: begin one, take in what a parent writes, keep what is said back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loket.chat import models
from loket.chat.models import Conversation, Message
from loket.db.base import changed
from loket.faq import answers
from loket.tokens import hash_token

MAX_TEXT = 5_000
"""Characters in one message of a parent."""

GREETING_INTENT = "begroeting"


class Refused(Exception):
    """What a parent sent cannot be taken in; `message` is for them, `code` for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Said:
    """Something for the assistant to say: Markdown text, and what belongs to it (see Message.extra)."""

    text: str
    extra: dict[str, Any]


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


def sent_id(form_id: str, *content: str) -> str:
    """A client id for what a form sends: the same form twice is one message, unless something else stands in it."""
    return hashlib.sha256("\0".join((form_id, *content)).encode(errors="replace")).hexdigest()


def hold(session: Session, conversation: Conversation) -> None:
    """Let no other transaction decide about this conversation until this one ends (on SQLite none can anyway)."""
    session.execute(select(Conversation.id).where(Conversation.id == conversation.id).with_for_update())


def checked_text(text: str) -> str:
    """A parent's text, fit to be kept. Raises Refused."""
    text = text.replace("\x00", "").strip()
    if not text.strip("\u200b\u200c\u200d\u2060\ufeff "):
        raise Refused("empty_text", "Typ eerst uw vraag.")
    if len(text) > MAX_TEXT:
        raise Refused(
            "text_too_long",
            f"Uw bericht is te lang: {len(text)} tekens. Het mogen er {MAX_TEXT} zijn. Maak het korter en probeer opnieuw.",
        )
    return text


def issued_choice(session: Session, conversation: Conversation, choice_id: str) -> dict[str, Any]:
    """The choice that the server offered under this id in this conversation. Raises Refused."""
    for message in messages_after(session, conversation.id, 0):
        for choice in (message.extra or {}).get("choices", []):
            if hmac.compare_digest(choice["id"].encode(), choice_id.encode()):
                return dict(choice)
    raise Refused("unknown_choice", "Deze keuze bestaat niet meer. Kies opnieuw of typ uw vraag.")


def same_client_id(session: Session, conversation_id: str, client_id: str) -> Message | None:
    return session.scalar(
        select(Message).where(Message.conversation_id == conversation_id, Message.client_id == client_id)
    )


def receive(
    session: Session,
    conversation: Conversation,
    text: str,
    client_id: str | None,
    now: datetime,
    choice: dict[str, Any] | None,
) -> Message:
    """Store what a parent wrote. For the assistant it is `pending`; for people it is `delivered`."""
    message = Message(
        conversation_id=conversation.id,
        client_id=client_id,
        sender=models.PARENT,
        text=text,
        state=models.PENDING if conversation.owner == models.ASSISTANT else models.DELIVERED,
        choice=choice,
        created_at=now,
    )
    session.add(message)
    conversation.changed_at = now
    session.flush()
    return message


def settle(session: Session, message_id: int, state: str) -> bool:
    """End the wait of a pending message; False when it was settled already, and then nothing may be said."""
    waiting = update(Message).where(Message.id == message_id, Message.state == models.PENDING)
    return changed(session, waiting.values(state=state)) > 0


def say(session: Session, message: Message, said: Said, sender: str, now: datetime) -> Message:
    """Add a reply to a parent's message."""
    reply = Message(
        conversation_id=message.conversation_id,
        sender=sender,
        text=said.text,
        extra=said.extra,
        reply_to=message.id,
        created_at=now,
    )
    session.add(reply)
    return reply


def replies_to(session: Session, message_id: int) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.reply_to == message_id).order_by(Message.id)))


def messages_after(session: Session, conversation_id: str, after: int) -> list[Message]:
    query = select(Message).where(Message.conversation_id == conversation_id, Message.id > after)
    return list(session.scalars(query.order_by(Message.id)))


def offer(text: str) -> Said:
    """What is said when a person may help: `text`, and the choice to hand over or to ask in other words."""
    ask = "Zal ik uw vraag aan een adviseur geven? Die leest dan ook dit gesprek."
    choices = [
        choice("Ja, vraag het een adviseur", handoff=True),
        choice("Nee, ik stel mijn vraag anders", rephrase=True),
    ]
    return Said(f"{text} {ask}", {"kind": "offer", "choices": choices})


def choice(label: str, **payload: Any) -> dict[str, Any]:
    """A choice as the server issues it: an id that cannot be guessed, what the parent sees, and what it does."""
    return {"id": secrets.token_hex(6), "label": label, **payload}
