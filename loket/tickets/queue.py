"""The queue: a conversation becomes a ticket, an adviser claims it, answers, closes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from loket import catalogue, settings, working_time
from loket.accounts.models import Account
from loket.chat import conversations
from loket.chat import models as chat
from loket.chat.models import Conversation, Message
from loket.clock import dutch_moment
from loket.db.base import changed
from loket.mail import outbox
from loket.tickets import routing, states
from loket.tickets.models import ANSWERED, CLAIMED, CLOSED, OPEN, WAITING, Ticket, TicketEvent

LEASE = timedelta(minutes=10)
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No characters that are easily mistaken for each other over the telephone."""


class NotYours(Exception):
    """Een andere adviseur heeft deze vraag nu. Uw tekst is niet verstuurd."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@dataclass(frozen=True)
class Contact:
    """How the parent wants to hear the answer, besides the chat page and the link."""

    email: str | None = None
    phone: str | None = None
    when: str | None = None


def hand_off(
    session: Session,
    conversation: Conversation,
    question: str,
    now: datetime,
    *,
    intent: str | None = None,
    contact: Contact = Contact(),
    consent_reuse: bool | None = None,
    urgent: bool = False,
) -> Ticket:
    """Give the conversation to the queue, in the caller's transaction. A second time completes the same ticket."""
    conversations.hold(session, conversation)
    ticket = of_conversation(session, conversation.id)
    if ticket is None:
        ticket = _create(session, conversation, question, intent, urgent, now)
    _complete(session, ticket, contact, consent_reuse, now)
    if conversation.owner == chat.ASSISTANT:
        conversation.owner = chat.QUEUE
    conversation.expects = None
    conversation.changed_at = now
    return ticket


def of_conversation(session: Session, conversation_id: str) -> Ticket | None:
    return session.scalar(select(Ticket).where(Ticket.conversation_id == conversation_id))


def by_token(session: Session, token: str) -> Ticket | None:
    return session.scalar(select(Ticket).where(Ticket.token == token))


def link(ticket: Ticket) -> str:
    """The private address on which the parent follows the question."""
    return f"{settings.load().url}/vraag/{ticket.token}"


def parent_writes(session: Session, ticket: Ticket, now: datetime) -> None:
    """A message of the parent came in: an answered or closed ticket opens again."""
    if ticket.state not in (OPEN, CLAIMED):
        back = CLAIMED if ticket.state == WAITING and ticket.claimed_by else OPEN
        change(session, ticket, back, now, kind="reopened")
        ticket.conversation.owner = chat.QUEUE if back == OPEN else chat.ADVISER
    record(session, ticket, "parent_wrote", now)


def claim(session: Session, ticket_id: int, adviser: Account, now: datetime) -> bool:
    """Take a free ticket, or renew one's own lease. One conditional UPDATE: two advisers never both succeed."""
    free = or_(Ticket.claimed_by.is_(None), Ticket.claimed_until < now, Ticket.claimed_by == adviser.id)
    before = session.scalar(select(Ticket.claimed_by).where(Ticket.id == ticket_id))
    claimable = update(Ticket).where(Ticket.id == ticket_id, Ticket.state != CLOSED, free)
    if not changed(session, claimable.values(claimed_by=adviser.id, claimed_until=now + LEASE)):
        return False
    ticket = session.get_one(Ticket, ticket_id, populate_existing=True)
    if ticket.state != CLAIMED or before != adviser.id:
        change(session, ticket, CLAIMED, now, adviser, kind="claimed")
        ticket.conversation.owner = chat.ADVISER
    return True


def release(session: Session, ticket: Ticket, adviser: Account, now: datetime) -> None:
    """Put one's own ticket back in the queue. Raises NotYours."""
    _require_claim(ticket, adviser, now)
    ticket.claimed_by = ticket.claimed_until = None
    change(session, ticket, OPEN, now, adviser, kind="released")
    ticket.conversation.owner = chat.QUEUE


def reply(session: Session, ticket: Ticket, adviser: Account, text: str, now: datetime) -> Message:
    """Answer the parent: on the chat page, behind the link, and by mail if they left an address.

    Raises NotYours when another adviser holds the ticket by now.
    """
    _require_claim(ticket, adviser, now)
    message = Message(
        conversation_id=ticket.conversation_id,
        sender=chat.ADVISER,
        text=text,
        extra={"name": adviser.name.split()[0]},
        created_at=now,
    )
    session.add(message)
    change(session, ticket, ANSWERED, now, adviser, kind="replied")
    ticket.claimed_until = now + LEASE
    if ticket.email:
        outbox.put(session, ticket.email, f"Antwoord op uw vraag {ticket.reference}", _reply_mail(ticket, text), now)
    return message


def close(session: Session, ticket: Ticket, adviser: Account, now: datetime, intent: str | None = None) -> None:
    """Close a ticket, with the intent that the question turned out to be. Raises NotYours, IllegalChange."""
    _require_claim(ticket, adviser, now)
    change(session, ticket, CLOSED, now, adviser, kind="closed", data={"intent": intent} if intent else None)
    ticket.claimed_by = ticket.claimed_until = None
    ticket.conversation.owner = chat.QUEUE


def change(
    session: Session,
    ticket: Ticket,
    state: str,
    now: datetime,
    adviser: Account | None = None,
    *,
    kind: str,
    data: dict[str, Any] | None = None,
) -> None:
    """Move a ticket to a state and record it. Raises IllegalChange."""
    states.check(ticket.state, state)
    ticket.state = state
    record(session, ticket, kind, now, adviser, data)


def record(
    session: Session,
    ticket: Ticket,
    kind: str,
    now: datetime,
    adviser: Account | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Write an event of a ticket."""
    session.add(TicketEvent(ticket=ticket, kind=kind, account_id=adviser.id if adviser else None, data=data, at=now))


def holds(ticket: Ticket, adviser: Account, now: datetime) -> bool:
    """Whether this adviser's lease on the ticket runs."""
    return ticket.claimed_by == adviser.id and ticket.claimed_until is not None and ticket.claimed_until >= now


def _create(
    session: Session, conversation: Conversation, question: str, intent: str | None, urgent: bool, now: datetime
) -> Ticket:
    known = catalogue.load().intents.get(intent or "")
    theme = known.theme if known else None
    facts = routing.Facts(theme, conversation.sector, urgent, conversation.channel)
    route = routing.route(facts)
    configured = settings.load()
    hours = working_time.from_settings(configured.opening_hours, configured.closed_days)
    ticket = Ticket(
        reference=_reference(),
        token=secrets.token_urlsafe(16),
        conversation=conversation,
        state=OPEN,
        question=question,
        channel=conversation.channel,
        intent=intent,
        theme=theme,
        sector=conversation.sector,
        urgent=urgent,
        team=route.team,
        route_reason=route.explanation,
        promised_by=hours.add(now, route.promise),
        consent_reuse=False,
        created_at=now,
    )
    session.add(ticket)
    record(session, ticket, "created", now, data={"team": route.team, "urgent": urgent})
    return ticket


def _complete(session: Session, ticket: Ticket, contact: Contact, consent_reuse: bool | None, now: datetime) -> None:
    before = ticket.email
    ticket.email = contact.email or ticket.email
    ticket.phone = contact.phone or ticket.phone
    ticket.call_when = contact.when or ticket.call_when
    if consent_reuse is not None:
        ticket.consent_reuse = consent_reuse
    if ticket.email and ticket.email != before:
        record(session, ticket, "contact_left", now)
        subject = f"Wij hebben uw vraag ontvangen ({ticket.reference})"
        outbox.put(session, ticket.email, subject, _receipt_mail(ticket), now)


def _require_claim(ticket: Ticket, adviser: Account, now: datetime) -> None:
    if not holds(ticket, adviser, now):
        raise NotYours


def _reference() -> str:
    return "5010-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(6))


def _receipt_mail(ticket: Ticket) -> str:
    return (
        "Goedendag,\n\n"
        f"Uw vraag is bij ons binnen. Uw nummer is {ticket.reference}.\n"
        f"Een adviseur antwoordt uiterlijk {dutch_moment(ticket.promised_by)}.\n\n"
        f"U kunt uw vraag hier volgen en aanvullen:\n{link(ticket)}\n\n"
        "Deel deze link niet: wie de link heeft, kan uw vraag lezen.\n\n"
        "Met vriendelijke groet,\nLoket 5010\n"
    )


def _reply_mail(ticket: Ticket, text: str) -> str:
    return (
        f"Goedendag,\n\nEen adviseur heeft uw vraag {ticket.reference} beantwoord:\n\n{text}\n\n"
        f"Wilt u hierop reageren? Dat kan via uw eigen pagina:\n{link(ticket)}\n\n"
        "Met vriendelijke groet,\nLoket 5010\n"
    )
