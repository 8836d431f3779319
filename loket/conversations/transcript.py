"""What is said in a conversation: accept what a parent writes, keep what is said back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loket.conversations import models
from loket.conversations.models import Conversation, Message
from loket.db.base import changed
from loket.exceptions import Refused
from loket.http.plain_text import plain

MAX_TEXT = 5_000
"""Characters in one message of a parent."""


@dataclass(frozen=True)
class Said:
    """Something for the assistant to say: Markdown text, and what belongs to it (see Message.extra)."""

    text: str
    extra: dict[str, Any]


def sent_id(form_id: str, *content: str) -> str:
    """A client id for what a form sends: the same form twice is one message, unless its content differs."""
    return hashlib.sha256("\0".join((form_id, *content)).encode(errors="replace")).hexdigest()


def checked_text(text: str) -> str:
    """A parent's text, fit to be kept. Raises Refused."""
    text = plain(text).strip()
    if not text.strip("\u200b\u200c\u200d\u2060\ufeff "):
        raise Refused("Typ eerst uw vraag.", code="empty_text", field="text")
    if len(text) > MAX_TEXT:
        raise Refused(
            f"Uw bericht is te lang: {len(text)} tekens. Het mogen er {MAX_TEXT} zijn. Maak het korter en probeer opnieuw.",
            code="text_too_long",
            field="text",
        )
    return text


def issued_choice(session: Session, conversation: Conversation, choice_id: str) -> dict[str, Any]:
    """The choice that the server offered under this id in this conversation. Raises Refused."""
    for message in messages_after(session, conversation.id, 0):
        for choice in (message.extra or {}).get("choices", []):
            if hmac.compare_digest(choice["id"].encode(), choice_id.encode()):
                return dict(choice)
    raise Refused("Deze keuze bestaat niet meer. Kies opnieuw of typ uw vraag.", code="unknown_choice", field="choice")


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
    *,
    for_assistant: bool | None = None,
) -> Message:
    """Store what a parent wrote. For the assistant it is `pending`; for people it is `delivered`.

    Whose it is follows from the conversation's owner, unless `for_assistant` says so.
    """
    message = add(session, conversation, models.PARENT, text, now, client_id=client_id, choice=choice)
    if for_assistant is None:
        for_assistant = conversation.owner == models.ASSISTANT
    message.state = models.PENDING if for_assistant else models.DELIVERED
    session.flush()
    return message


def add(
    session: Session,
    conversation: Conversation,
    sender: str,
    text: str,
    now: datetime,
    *,
    extra: dict[str, Any] | None = None,
    reply_to: int | None = None,
    client_id: str | None = None,
    choice: dict[str, Any] | None = None,
) -> Message:
    """The one place where a message is kept; the conversation counts as changed.

    The conversation is locked, so that of two messages the one with the lower id is committed first: whoever has seen the
    higher id has seen them all.
    """
    session.flush()
    session.refresh(conversation, with_for_update=True)
    message = made(
        sender,
        text,
        now,
        conversation_id=conversation.id,
        extra=extra,
        reply_to=reply_to,
        client_id=client_id,
        choice=choice,
    )
    session.add(message)
    conversation.changed_at = now
    return message


def made(sender: str, text: str, now: datetime, **more: Any) -> Message:
    """The one place where a message is made. By itself it is kept nowhere: the greeting before anything is asked."""
    return Message(sender=sender, text=text, created_at=now, **more)


def note(session: Session, conversation: Conversation, text: str, now: datetime, **extra: Any) -> Message:
    """Tell the parent something about the conversation itself: who is there, where the question went."""
    return add(session, conversation, models.SYSTEM, text, now, extra={"kind": "note", **extra})


def settle(session: Session, message_id: int, state: str) -> bool:
    """End the wait of a pending message, in a conversation that is held; False when it was already settled, and then
    nothing may be said."""
    waiting = update(Message).where(Message.id == message_id, Message.state == models.PENDING)
    return changed(session, waiting.values(state=state)) > 0


def say(session: Session, message: Message, said: Said, sender: str, now: datetime) -> Message:
    """Add a reply to a parent's message."""
    return add(session, message.conversation, sender, said.text, now, extra=said.extra, reply_to=message.id)


def typed_before(session: Session, message: Message) -> str | None:
    """What the parent last typed, rather than chose, before this message."""
    earlier = select(Message).where(
        Message.conversation_id == message.conversation_id, Message.sender == models.PARENT, Message.id < message.id
    )
    said = session.scalars(earlier.order_by(Message.id.desc()))
    return next((one.text for one in said if one.choice is None), None)


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
