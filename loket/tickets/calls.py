"""A telephone call becomes a ticket: answered at once, or open for whoever answers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from loket import catalogue
from loket.accounts.models import Account
from loket.conversations import danger, registry, transcript
from loket.conversations import models as chat
from loket.conversations.contact import Contact
from loket.tickets import claims, events, queue
from loket.tickets.models import EventKind, Ticket

CHANNEL = "phone"


@dataclass(frozen=True)
class Call:
    """What was noted about a call. `answer` is what the adviser told the caller; without it the ticket stays open."""

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
    sector = call.sector if call.sector in catalogue.SECTORS else None
    conversation = registry.new(session, now, channel=CHANNEL, owner=chat.QUEUE, sector=sector)
    told = f"{question}\n\nWens: {call.wish.strip()}" if call.wish.strip() else question
    transcript.receive(session, conversation, told, None, now, choice=None)
    intent = call.intent if call.intent in catalogue.load().intents else None
    # Words of danger count whatever box was ticked; the caller was spoken to, and needs no numbers on a screen.
    urgent = call.urgent or danger.words(told) is not None
    ticket = queue.create(session, conversation, question, intent, urgent, now)
    queue.complete(session, ticket, call.contact, None, now)
    session.flush()
    events.record(session, ticket, EventKind.CALLED, now, adviser, {"answered": bool(answer)})
    if answer:
        claims.claim(session, ticket.id, adviser, now, made=True)
        queue.reply(session, ticket, adviser, answer, now)
    return ticket
