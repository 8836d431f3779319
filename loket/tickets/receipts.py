"""To whom a receipt for a question was mailed: each address once, and few addresses, so that nobody can make us mail others."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import settings
from loket.conversations.limited import TooMany
from loket.tickets.models import EventKind, Ticket, TicketEvent
from loket.tokens import hash_token

MOST_ADDRESSES = 2
"""One, and one to put it right."""


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


def was_sent(session: Session, ticket: Ticket, address: str) -> bool:
    return mark(address) in _marks(session, ticket)


def check(session: Session, ticket: Ticket) -> None:
    """Raises TooManyAddresses when there is no room for another address."""
    if len(_marks(session, ticket)) >= MOST_ADDRESSES:
        raise TooManyAddresses


def _marks(session: Session, ticket: Ticket) -> set[str]:
    session.flush()
    left = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == EventKind.CONTACT_LEFT)
    marks = {(event.data or {}).get("address", f"event {event.id}") for event in session.scalars(left)}
    unmarked = sorted(one for one in marks if one.startswith("event "))
    if unmarked and ticket.email:
        # From before events were marked: the last of these is the address that the ticket has.
        return marks - {unmarked[-1]} | {mark(ticket.email)}
    return marks
