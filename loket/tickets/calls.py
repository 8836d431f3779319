"""A telephone call becomes a ticket: answered at once, or open for who answers it."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from loket import catalogue
from loket.accounts.models import Account
from loket.conversations import models as chat
from loket.conversations import transcript
from loket.conversations.contact import Contact
from loket.conversations.models import Conversation
from loket.tickets import claims, events, queue
from loket.tickets.models import EventKind, Ticket
from loket.tokens import hash_token

CHANNEL = "phone"


@dataclass(frozen=True)
class Call:
    """What was noted of a call. `answer` is what the adviser told the caller; without it the ticket stays open."""

    question: str
    wish: str = ""
    sector: str | None = None
    intent: str | None = None
    urgent: bool = False
    answer: str = ""
    contact: Contact = field(default_factory=Contact)


def take(session: Session, adviser: Account, call: Call, now: datetime) -> Ticket:
    """Keep a call as a ticket. Raises Refused when there is no question or it is too long."""
    question = transcript.checked_text(call.question)
    answer = transcript.checked_text(call.answer) if call.answer.strip() else ""
    conversation = Conversation(
        id=uuid.uuid4().hex,
        token_hash=hash_token(secrets.token_urlsafe(24)),
        owner=chat.QUEUE,
        channel=CHANNEL,
        sector=call.sector if call.sector in catalogue.SECTORS else None,
        created_at=now,
        changed_at=now,
    )
    session.add(conversation)
    session.flush()
    told = f"{question}\n\nWens: {call.wish.strip()}" if call.wish.strip() else question
    transcript.receive(session, conversation, told, None, now, choice=None)
    intent = call.intent if call.intent in catalogue.load().intents else None
    ticket = queue.create(session, conversation, question, intent, call.urgent, now)
    queue.complete(session, ticket, call.contact, None, now)
    session.flush()
    events.record(session, ticket, EventKind.CALLED, now, adviser, {"answered": bool(answer)})
    if answer:
        claims.claim(session, ticket.id, adviser, now, made=True)
        queue.reply(session, ticket, adviser, answer, now)
    return ticket
