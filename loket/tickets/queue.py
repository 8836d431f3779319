"""The queue: a conversation becomes a ticket, the parent adds to it, an adviser answers and closes it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from loket import catalogue
from loket.accounts.models import Account
from loket.accounts.roles import Action
from loket.conversations import models as chat
from loket.conversations import transcript
from loket.conversations.contact import Contact
from loket.conversations.models import Conversation, Message
from loket.exceptions import Collision
from loket.mail import outbox
from loket.routing import rules, words
from loket.tickets import (
    access,
    attachments,
    claims,
    deadlines,
    drafts,
    escalation,
    locks,
    mails,
    private_link,
    receipts,
    urgency,
)
from loket.tickets.events import change, record
from loket.tickets.models import ANSWERED, CLAIMED, CLOSED, OPEN, REFERRED, WAITING, EventKind, Ticket, TicketEvent

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No characters that are easily mistaken for each other over the telephone."""


class Unread(Collision):
    """The parent wrote something that was not on the page from which the ticket is being closed or handed back."""

    code = "unread"
    message = "De ouder heeft intussen iets geschreven. Lees dat eerst; daarna kunt u dit opnieuw doen."


class NotClosed(Collision):
    """The ticket is open (again), so there is nothing to undo."""

    code = "not_closed"
    message = "Deze vraag is niet (meer) gesloten. Kijk wie haar nu heeft."


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
    locks.hold_conversation(session, conversation.id)
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
    unsealed = and_(Ticket.token_sealed == "", Ticket.token_hash == token)
    return session.scalar(select(Ticket).where(or_(Ticket.token_hash == private_link.hashed(token), unsealed)))


def closed_at(session: Session, ticket: Ticket) -> datetime | None:
    """Since when the ticket is closed; None while it is not."""
    if ticket.state != CLOSED:
        return None
    last = select(func.max(TicketEvent.at)).where(TicketEvent.ticket_id == ticket.id)
    return session.scalar(last.where(TicketEvent.kind.in_((EventKind.CLOSED, EventKind.MERGED))))


def assistant_helps(conversation: Conversation, ticket: Ticket | None) -> bool:
    """Whether the assistant answers in this conversation: always where it leads; where a question waits for a person it
    helps out, unless the parent's next words are awaited by a person (decision 9)."""
    if conversation.owner != chat.QUEUE or ticket is None:
        return conversation.owner == chat.ASSISTANT
    return ticket.state in (OPEN, CLAIMED, REFERRED, CLOSED)


def parent_adds(session: Session, ticket: Ticket, text: str, client_id: str | None, now: datetime) -> Message:
    """The parent adds something to a question on its own page: it is for people, whoever has the conversation.

    The ticket is locked before the message is made, so that its state and owner are those that the message finds. The same
    client id is the same message.
    """
    locks.hold(session, ticket)
    # Only now is it certain whether the same form, sent twice at once, is in.
    earlier = transcript.same_client_id(session, ticket.conversation_id, client_id) if client_id else None
    if earlier is not None:
        return earlier
    message = transcript.receive(session, ticket.conversation, text, client_id, now, choice=None)
    message.state = chat.DELIVERED
    parent_writes(session, ticket, now, text)
    return message


def parent_writes(session: Session, ticket: Ticket, now: datetime, text: str = "") -> None:
    """A message from the parent came in: a ticket that is no longer in hand reopens.

    It goes back to the adviser who asked, or who is still there, for the length of a lease; otherwise to the queue. `text`
    is what was written, when nothing but this service has read it: its words may warn of danger.
    """
    # Decided on the ticket as it is once no adviser is halfway through closing it. Whoever holds a duplicate holds the
    # ticket that it was merged into as well.
    locks.hold(session, ticket)
    if ticket.merged_into is not None:
        return parent_writes(session, session.get_one(Ticket, ticket.merged_into), now, text)
    _reopen(session, ticket, now)
    record(session, ticket, EventKind.PARENT_WROTE, now)
    urgency.look(session, ticket, text, now)


def reply(
    session: Session, ticket: Ticket, adviser: Account, text: str, now: datetime, *, asks: bool = False
) -> Message:
    """Answer the parent: on the chat page, behind the link, and by mail if they left an address.

    `asks`: it is a question to the parent, and the ticket waits for what they say. Whoever asked the same in a ticket that
    was merged into this one hears it too. Raises NotYours when another adviser now holds the ticket.
    """
    duplicates = locks.hold_with_duplicates(session, ticket)
    claims.check_holder(ticket, adviser, now)
    message = _say(session, ticket, adviser, text, asks, now)
    for other in duplicates:
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
    *,
    seen: int | None = None,
) -> None:
    """Close a ticket, with the intent that the question turned out to be and whether the assistant could have answered it.

    `seen` is the id of the last message that the adviser's page showed: what the parent wrote after it must be read first.
    Raises NotYours, IllegalChange, Unread.
    """
    claims.require(session, ticket, adviser, now)
    check_seen(session, ticket, adviser, seen)
    ticket.final_intent, ticket.answerable = intent, answerable
    said = {"intent": intent, "answerable": answerable}
    known = {name: value for name, value in said.items() if value is not None}
    change(session, ticket, CLOSED, now, adviser, kind=EventKind.CLOSED, data=known or None)
    ticket.claimed_by = ticket.claimed_until = None
    ticket.conversation.owner = chat.QUEUE


def check_seen(session: Session, ticket: Ticket, adviser: Account, seen: int | None) -> None:
    """For whoever ends the talk with the parent, of a ticket that is held: raises Unread when the parent wrote something
    after `seen`, the last message that the adviser's page showed. The page also shows what was merged into the ticket."""
    if seen is None:
        return
    duplicates = session.scalars(select(Ticket).where(Ticket.merged_into == ticket.id))
    shown = [other.conversation_id for other in duplicates if access.may(adviser, Action.READ, other)]
    later = select(Message.id).where(Message.conversation_id.in_([ticket.conversation_id, *shown]), Message.id > seen)
    if session.scalar(later.where(Message.sender == chat.PARENT).limit(1)) is not None:
        raise Unread


def undo_close(session: Session, ticket: Ticket, adviser: Account, now: datetime) -> None:
    """Take back a close or a merge; the clock goes on as if it had not happened. Raises NotClosed.

    What was with a partner goes back to the partner; the rest is the adviser's again.
    """
    locks.hold(session, ticket)
    if ticket.state != CLOSED:
        # A page that is older than the parent's last message, or a colleague who was faster.
        raise NotClosed
    ticket.merged_into = ticket.final_intent = ticket.answerable = None
    if ticket.partner is not None:
        change(session, ticket, REFERRED, now, adviser, kind=EventKind.CLOSE_UNDONE)
        ticket.conversation.owner = chat.QUEUE
        return
    change(session, ticket, CLAIMED, now, adviser, kind=EventKind.CLOSE_UNDONE)
    ticket.claimed_by, ticket.claimed_until = adviser.id, now + claims.lease()
    ticket.conversation.owner = chat.ADVISER


def reroute(session: Session, ticket: Ticket, team: str, adviser: Account, now: datetime) -> None:
    """Give the ticket to another team, by hand. The promise to the parent stays what it was. Raises ValueError."""
    label = rules.load().teams.get(team)
    if label is None:
        raise ValueError(f"unknown team {team!r}")
    locks.hold(session, ticket)
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
    token = private_link.new_token()
    ticket = Ticket(
        reference=_reference(session),
        token_hash=private_link.hashed(token),
        token_sealed=private_link.sealed(token),
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
    """Add what the parent said about how to reach them. Raises TooManyAddresses."""
    due = bool(contact.email) and receipts.is_due(session, ticket, contact.email or "")
    ticket.email = contact.email or ticket.email
    ticket.phone = contact.phone or ticket.phone
    ticket.call_when = contact.when or ticket.call_when
    if consent_reuse is not None:
        ticket.consent_reuse = consent_reuse
    if due:
        receipts.send(session, ticket, now)


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
    name = {"name": adviser.first_name}
    message = transcript.add(session, ticket.conversation, chat.ADVISER, text, now, extra=name)
    if ticket.email:
        mail = mails.asked(ticket, text) if asks else mails.reply(ticket, text)
        outbox.put(session, ticket.email, *mail, now)
    return message


def _reference(session: Session) -> str:
    """A number that no ticket has. With 100,000 tickets, one draw in 7,300 is taken."""
    while True:
        reference = "5010-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(6))
        if session.scalar(select(Ticket.id).where(Ticket.reference == reference)) is None:
            return reference
