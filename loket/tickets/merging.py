"""Tickets that belong together: merge duplicates, link what is related, split two questions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from loket.accounts.models import Account
from loket.conversations import contact, registry, transcript
from loket.conversations import models as chat
from loket.exceptions import Refused
from loket.tickets import claims, events, locks, mails, queue
from loket.tickets.models import CLOSED, EventKind, Ticket, TicketLink


class CannotMerge(Refused):
    """These tickets cannot be put together; the message says why."""

    code = "cannot_merge"


def merge(
    session: Session, duplicate_id: int, into_id: int, adviser: Account, now: datetime, *, seen: int | None = None
) -> Ticket:
    """Close a duplicate into another ticket; answers there reach both conversations.

    Two merges that cross each other cannot lose both tickets: rows are locked in one order, and what was merged is not a
    target and is merged only once. `seen` is the id of the last message that the page of the duplicate showed: what its
    parent wrote after it must be read first. Raises CannotMerge, NotYours, Unread.
    """
    if duplicate_id == into_id:
        raise CannotMerge("Dit is dezelfde vraag. Kies een ander nummer.")
    both = locks.hold_all(session, [duplicate_id, into_id])
    if len(both) < 2:
        raise CannotMerge("Deze vraag bestaat niet.")
    duplicate, into = both[duplicate_id], both[into_id]
    claims.check_holder(duplicate, adviser, now)
    if duplicate.merged_into or into.merged_into or into.state == CLOSED:
        raise CannotMerge("Een van de twee is al afgesloten of samengevoegd. Open de vraag opnieuw en kijk.")
    if session.scalar(select(Ticket.id).where(Ticket.merged_into == duplicate_id).limit(1)):
        raise CannotMerge("Met deze vraag is al een andere samengevoegd. Voeg de andere vraag bij deze.")
    queue.check_seen(session, duplicate, adviser, seen)
    duplicate.merged_into = into.id
    duplicate.claimed_by = duplicate.claimed_until = None
    events.change(session, duplicate, CLOSED, now, adviser, kind=EventKind.MERGED, data={"into": into.id})
    events.record(session, into, EventKind.MERGED_HERE, now, adviser, {"from": duplicate.id})
    duplicate.conversation.owner = chat.QUEUE
    return into


def link(session: Session, ticket: Ticket, other: Ticket, adviser: Account, now: datetime) -> None:
    """Note that two tickets are related. Raises CannotMerge."""
    if ticket.id == other.id:
        raise CannotMerge("Dit is dezelfde vraag. Kies een ander nummer.")
    first, second = sorted((ticket.id, other.id))
    # Both rows are locked, so that of two links at once the second finds the first instead of failing on its key.
    locks.hold_all(session, [first, second])
    if session.get(TicketLink, (first, second)):
        return
    session.add(TicketLink(first_id=first, second_id=second))
    events.record(session, ticket, EventKind.LINKED, now, adviser, {"to": other.id})
    events.record(session, other, EventKind.LINKED, now, adviser, {"to": ticket.id})


def split(session: Session, ticket: Ticket, adviser: Account, question: str, now: datetime) -> Ticket:
    """Make a second question a separate ticket. Its promise counts from when the parent asked. Raises Refused."""
    question = transcript.checked_text(question)
    locks.hold(session, ticket)
    channel = ticket.conversation.channel
    conversation = registry.new(session, now, channel=channel, owner=chat.QUEUE, sector=ticket.sector)
    transcript.receive(session, conversation, question, None, now, choice=None)
    asked_at = ticket.created_at.isoformat()
    other = queue.create(session, conversation, question, None, ticket.urgent, now, asked_at=asked_at)
    reach = contact.Contact(ticket.email, ticket.phone, ticket.call_when)
    queue.complete(session, other, reach, ticket.consent_reuse, now)
    session.flush()
    link(session, ticket, other, adviser, now)
    events.record(session, ticket, EventKind.SPLIT, now, adviser, {"to": other.id})
    text = f"Uw tweede vraag heeft een eigen nummer: **{other.reference}**. U volgt die op [deze pagina]({mails.link(other)})."
    transcript.note(session, ticket.conversation, text, now, other=other.id)
    return other


def related(session: Session, ticket_id: int) -> list[Ticket]:
    """The tickets that are linked with this one."""
    ends = select(TicketLink.first_id, TicketLink.second_id).where(
        or_(TicketLink.first_id == ticket_id, TicketLink.second_id == ticket_id)
    )
    ids = {end for pair in session.execute(ends) for end in pair} - {ticket_id}
    return list(session.scalars(select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)))


def merged_here(session: Session, ticket_id: int) -> list[Ticket]:
    """The duplicates that were closed into this ticket."""
    return list(session.scalars(select(Ticket).where(Ticket.merged_into == ticket_id).order_by(Ticket.id)))


def by_reference(session: Session, reference: str) -> Ticket | None:
    """The ticket with this number, typed with or without `5010-` and in any case."""
    wanted = reference.strip().upper()
    if not wanted.startswith("5010-"):
        wanted = f"5010-{wanted}"
    return session.scalar(select(Ticket).where(Ticket.reference == wanted))
