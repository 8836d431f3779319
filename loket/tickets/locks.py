"""The one lock under which decisions about a ticket are made, and the order in which locks are taken.

Everything that reads a ticket's state and then changes it does so while it holds the conversation's row and the ticket's
row, in that order: message, conversation, ticket. The parent's side locks the conversation (it exists before any ticket), so
taking the ticket first would let two transactions wait for each other for ever. On PostgreSQL these are row locks; on
SQLite `transaction()` already holds the only write lock there is, and this merely reads the row again.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket.conversations import registry
from loket.tickets.models import Ticket


def hold(session: Session, ticket: Ticket) -> None:
    """Lock this ticket and its conversation until the transaction ends, and read both as they now are.

    What was read before the wait may have changed during it: nothing that was decided before this call counts.
    """
    session.flush()
    registry.hold(session, ticket.conversation)
    session.refresh(ticket, with_for_update={"of": Ticket})


def hold_by_id(session: Session, ticket_id: int) -> Ticket | None:
    """The ticket with this id, held; None when there is none."""
    ticket = session.get(Ticket, ticket_id)
    if ticket is not None:
        hold(session, ticket)
    return ticket


def hold_all(session: Session, ticket_ids: list[int]) -> dict[int, Ticket]:
    """Several tickets at once, by id. Conversations first and then tickets, each in the order of their ids: two callers
    that want the same ones in a different order still never wait for each other."""
    found = list(session.scalars(select(Ticket).where(Ticket.id.in_(ticket_ids)).order_by(Ticket.id)))
    for conversation in sorted((ticket.conversation for ticket in found), key=lambda one: one.id):
        registry.hold(session, conversation)
    for ticket in found:
        session.refresh(ticket, with_for_update={"of": Ticket})
    return {ticket.id: ticket for ticket in found}
