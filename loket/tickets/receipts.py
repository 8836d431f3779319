"""To whom a receipt for a question was mailed: each address once, few addresses of a question, and not too many to one address,
so that nobody can make us mail others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import settings
from loket.conversations.limited import TooMany
from loket.db import counters
from loket.mail import outbox
from loket.tickets import mails
from loket.tickets.events import record
from loket.tickets.models import EventKind, Ticket, TicketEvent
from loket.tokens import hash_token

MOST_ADDRESSES = 2
"""One, and one to put it right."""
HOUR = 3600


class TooManyAddresses(TooMany):
    """A question has had as many addresses as it may. Waiting does not help, so no time is named."""

    code = "too_many_addresses"
    field = "email"
    status = 400
    message = (
        "U heeft bij deze vraag al twee e-mailadressen opgegeven. Vraag de adviseur om een ander adres te gebruiken."
    )


def mark(address: str) -> str:
    """An address in an event, so that it is recognised and cannot be read."""
    return hash_token(f"{settings.load().token('receipt')} {address.lower()}")[:16]


def is_due(session: Session, ticket: Ticket, address: str) -> bool:
    """Whether this address has had no receipt for this question. Raises TooManyAddresses when it may have none."""
    marks, mine = _marks(session, ticket), mark(address)
    if len(marks.keys() - {mine}) >= MOST_ADDRESSES:
        raise TooManyAddresses
    return not marks.get(mine, False)


def send(session: Session, ticket: Ticket, now: datetime) -> None:
    """Mail the receipt to the ticket's address, unless that had many just now; then the event says that it was not mailed."""
    assert ticket.email is not None
    mailed = _has_room(session, ticket.email, now)
    data = {"address": mark(ticket.email)} if mailed else {"address": mark(ticket.email), "mailed": False}
    record(session, ticket, EventKind.CONTACT_LEFT, now, data=data)
    if mailed:
        outbox.put(session, ticket.email, *mails.receipt(ticket), now)


def withheld(session: Session, ticket: Ticket) -> bool:
    """Whether the address of this question got no receipt, because too many went there."""
    return bool(ticket.email) and _marks(session, ticket).get(mark(ticket.email or "")) is False


def _has_room(session: Session, address: str, now: datetime) -> bool:
    """Counts a receipt to whoever reads this mailbox: what comes after a + does not make it another."""
    local, _, domain = address.lower().rpartition("@")
    mailbox = mark(f"{local.partition('+')[0]}@{domain}")
    return counters.count(session, f"receipts/{mailbox}", HOUR, now) <= settings.load().receipts_per_hour


def _marks(session: Session, ticket: Ticket) -> dict[str, bool]:
    """The addresses that were given for this question, and whether a receipt was mailed there."""
    session.flush()
    left = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == EventKind.CONTACT_LEFT)
    marks: dict[str, bool] = {}
    for event in session.scalars(left.order_by(TicketEvent.id)):
        data = event.data or {}
        one = data.get("address", f"event {event.id}")
        marks[one] = marks.get(one, False) or data.get("mailed", True)
    unmarked = sorted(one for one in marks if one.startswith("event "))
    if unmarked and ticket.email:
        # From before events were marked: the last of these is the address that the ticket has.
        marks[mark(ticket.email)] = marks.pop(unmarked[-1])
    return marks
