"""The queue: a conversation becomes a ticket, the parent adds to it, an adviser answers and closes it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import catalogue
from loket.accounts.models import Account
from loket.conversations import models as chat
from loket.conversations import registry
from loket.conversations.contact import Contact
from loket.conversations.models import Conversation, Message
from loket.mail import outbox
from loket.routing import rules, words
from loket.tickets import attachments, claims, deadlines, drafts, escalation, mails
from loket.tickets.events import change, record
from loket.tickets.models import ANSWERED, CLAIMED, CLOSED, OPEN, REFERRED, WAITING, EventKind, Ticket

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No characters that are easily mistaken for each other over the telephone."""


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
    registry.hold(session, conversation)
    ticket = of_conversation(session, conversation.id)
    if ticket is None:
        ticket = create(session, conversation, question, intent, urgent, now)
    elif conversation.owner == chat.ASSISTANT:
        _reopen(session, ticket, now)
    complete(session, ticket, contact, consent_reuse, now)
    if conversation.owner == chat.ASSISTANT:
        conversation.owner = chat.QUEUE
    conversation.expects = None
    conversation.changed_at = now
    return ticket


def of_conversation(session: Session, conversation_id: str) -> Ticket | None:
    return session.scalar(select(Ticket).where(Ticket.conversation_id == conversation_id))


def by_token(session: Session, token: str) -> Ticket | None:
    return session.scalar(select(Ticket).where(Ticket.token == token))


def parent_writes(session: Session, ticket: Ticket, now: datetime) -> None:
    """A message of the parent came in: a ticket that is not in hand any more opens again.

    It goes back to the adviser who asked, or who is still there, for the length of a lease; otherwise to the queue.
    """
    if ticket.merged_into is not None:
        return parent_writes(session, session.get_one(Ticket, ticket.merged_into), now)
    _reopen(session, ticket, now)
    record(session, ticket, EventKind.PARENT_WROTE, now)


def reply(
    session: Session, ticket: Ticket, adviser: Account, text: str, now: datetime, *, asks: bool = False
) -> Message:
    """Answer the parent: on the chat page, behind the link, and by mail if they left an address.

    `asks`: it is a question to the parent, and the ticket waits for what they say. Whoever asked the same in a ticket that
    was merged into this one hears it too. Raises NotYours when another adviser holds the ticket by now.
    """
    claims.require(ticket, adviser, now)
    message = _say(session, ticket, adviser, text, asks, now)
    for other in session.scalars(select(Ticket).where(Ticket.merged_into == ticket.id)):
        _say(session, other, adviser, text, asks, now)
    session.flush()
    attachments.send_along(session, ticket, adviser, message)
    if asks:
        change(session, ticket, WAITING, now, adviser, kind=EventKind.ASKED_PARENT)
    else:
        change(session, ticket, ANSWERED, now, adviser, kind=EventKind.REPLIED)
    ticket.claimed_until = now + claims.lease()
    ticket.conversation.owner = chat.ADVISER
    drafts.drop(session, ticket.id, adviser.id)
    return message


def close(
    session: Session,
    ticket: Ticket,
    adviser: Account,
    now: datetime,
    intent: str | None = None,
    answerable: bool | None = None,
) -> None:
    """Close a ticket, with the intent that the question turned out to be and whether the assistant could have answered it.

    Raises NotYours, IllegalChange.
    """
    claims.require(ticket, adviser, now)
    ticket.final_intent, ticket.answerable = intent, answerable
    said = {"intent": intent, "answerable": answerable}
    known = {name: value for name, value in said.items() if value is not None}
    change(session, ticket, CLOSED, now, adviser, kind=EventKind.CLOSED, data=known or None)
    ticket.claimed_by = ticket.claimed_until = None
    ticket.conversation.owner = chat.QUEUE


def undo_close(session: Session, ticket: Ticket, adviser: Account, now: datetime) -> None:
    """Take back a close or a merge; the clock goes on as if it had not happened. Raises IllegalChange."""
    change(session, ticket, CLAIMED, now, adviser, kind=EventKind.CLOSE_UNDONE)
    ticket.merged_into = ticket.final_intent = ticket.answerable = None
    ticket.claimed_by, ticket.claimed_until = adviser.id, now + claims.lease()
    ticket.conversation.owner = chat.ADVISER


def reroute(session: Session, ticket: Ticket, team: str, adviser: Account, now: datetime) -> None:
    """Give the ticket to another team, by hand. The promise to the parent stays what it was. Raises ValueError."""
    label = rules.load().teams.get(team)
    if label is None:
        raise ValueError(f"unknown team {team!r}")
    if team == ticket.team:
        return
    record(session, ticket, EventKind.REROUTED, now, adviser, {"from": ticket.team, "to": team})
    ticket.team = team
    ticket.route_reason = f"naar team {label} omdat {adviser.name} dat koos"


def create(
    session: Session,
    conversation: Conversation,
    question: str,
    intent: str | None,
    urgent: bool,
    now: datetime,
    **event: Any,
) -> Ticket:
    """A new ticket, routed. `event` completes the data of its first event."""
    known = catalogue.load().intents.get(intent or "")
    theme = known.theme if known else None
    facts = rules.Facts(theme, conversation.sector, urgent, conversation.channel, *words.found(question, intent))
    route = rules.route(facts)
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
        denomination=facts.denomination,
        region=facts.region,
        language=facts.language,
        urgent=urgent,
        team=route.team,
        route_reason=route.explanation,
        promised_by=deadlines.calendar().add(now, route.promise),
        escalated=0,
        consent_reuse=False,
        created_at=now,
    )
    session.add(ticket)
    data = {"team": route.team, "urgent": urgent, "promise_hours": route.promise / timedelta(hours=1)}
    if route.partner:
        data["partner"] = route.partner
    record(session, ticket, EventKind.CREATED, now, data=data | event)
    if urgent:
        escalation.alert(session, ticket, now)
    return ticket


def complete(session: Session, ticket: Ticket, contact: Contact, consent_reuse: bool | None, now: datetime) -> None:
    """Add what the parent told of how to reach them."""
    before = ticket.email
    ticket.email = contact.email or ticket.email
    ticket.phone = contact.phone or ticket.phone
    ticket.call_when = contact.when or ticket.call_when
    if consent_reuse is not None:
        ticket.consent_reuse = consent_reuse
    if ticket.email and ticket.email != before:
        record(session, ticket, EventKind.CONTACT_LEFT, now)
        subject = f"Wij hebben uw vraag ontvangen ({ticket.reference})"
        outbox.put(session, ticket.email, subject, mails.receipt(ticket), now)


def _reopen(session: Session, ticket: Ticket, now: datetime) -> None:
    if ticket.state in (OPEN, CLAIMED, REFERRED):
        return
    present = ticket.claimed_until is not None and ticket.claimed_until >= now
    if ticket.claimed_by and (present or ticket.state == WAITING):
        ticket.claimed_until = now + claims.lease()
        change(session, ticket, CLAIMED, now, kind=EventKind.REOPENED)
        ticket.conversation.owner = chat.ADVISER
        return
    ticket.claimed_by = ticket.claimed_until = None
    change(session, ticket, REFERRED if ticket.partner else OPEN, now, kind=EventKind.REOPENED)
    ticket.conversation.owner = chat.QUEUE


def _say(session: Session, ticket: Ticket, adviser: Account, text: str, asks: bool, now: datetime) -> Message:
    message = Message(
        conversation_id=ticket.conversation_id,
        sender=chat.ADVISER,
        text=text,
        extra={"name": adviser.name.split()[0]},
        created_at=now,
    )
    session.add(message)
    if ticket.email:
        subject = f"{'Vraag van ons over' if asks else 'Antwoord op'} uw vraag {ticket.reference}"
        body = mails.asked(ticket, text) if asks else mails.reply(ticket, text)
        outbox.put(session, ticket.email, subject, body, now)
    return message


def _reference() -> str:
    return "5010-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(6))
