"""Tickets in a test: one that an adviser has, how it is by now, and what happened to it."""

from __future__ import annotations

from loket.accounts.models import Account
from loket.db.base import reading, transaction
from loket.tickets import claims
from loket.tickets.models import Ticket, TicketEvent
from tests.conftest import NOON
from tests.support.site import all_of, make_ticket


def claimed(by: Account, question: str = "Mag dit?", **more: object) -> Ticket:
    """A question of noon that this adviser has claimed."""
    ticket = make_ticket(question, NOON, **more)
    with transaction() as session:
        assert claims.claim(session, ticket.id, by, NOON)
    return ticket


def find(ticket: Ticket | int) -> Ticket:
    """The ticket as it is now, with its conversation."""
    with reading() as session:
        found = session.get_one(Ticket, ticket if isinstance(ticket, int) else ticket.id)
        _ = found.conversation.owner
        return found


def kinds(ticket: Ticket) -> list[str]:
    """The kinds of what happened to a ticket, in order."""
    return [event.kind for event in all_of(TicketEvent) if event.ticket_id == ticket.id]
