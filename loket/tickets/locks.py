"""The one lock under which decisions about a ticket are made, and the order in which locks are taken.

Everything that reads a ticket's state and then changes it does so while it holds the conversation's row and the ticket's
row. One order, everywhere: conversations by id, then tickets by id, then whatever belongs to them, such as a message that
waits for the assistant. Two transactions that take locks in the same order never wait for each other for ever.

A duplicate is held together with the ticket that it was merged into: what its parent writes is news there as well, and
whoever found that out only later would have to take the two in the wrong order.

On PostgreSQL these are row locks; on SQLite `transaction()` already holds the only write lock there is, and this merely
reads the rows again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from loket.conversations import registry
from loket.conversations.models import Conversation
from loket.tickets.models import Ticket


def hold(session: Session, ticket: Ticket) -> None:
    """Lock this ticket and its conversation until the transaction ends, and read both as they now are.

    What was read before the wait may have changed during it: nothing that was decided before this call counts.
    """
    session.flush()
    _hold(session, lambda: [ticket.conversation_id])


def hold_by_id(session: Session, ticket_id: int) -> Ticket | None:
    """The ticket with this id, held; None when there is none."""
    ticket = session.get(Ticket, ticket_id)
    if ticket is not None:
        hold(session, ticket)
    return ticket


def hold_conversation(session: Session, conversation_id: str) -> Conversation | None:
    """A conversation, held with the ticket that it led to, if any; None when there is none.

    For the parent's side, which begins with the conversation: it exists before any ticket, and before any message in it.
    """
    _hold(session, lambda: [conversation_id])
    return session.get(Conversation, conversation_id)


def hold_all(session: Session, ticket_ids: Iterable[int]) -> dict[int, Ticket]:
    """Several tickets at once, by id. Two callers that want the same ones in a different order never wait for each other."""
    found = list(session.scalars(select(Ticket).where(Ticket.id.in_(ticket_ids)).order_by(Ticket.id)))
    _hold(session, lambda: [ticket.conversation_id for ticket in found])
    return {ticket.id: ticket for ticket in found}


def hold_with_duplicates(session: Session, ticket: Ticket) -> list[Ticket]:
    """Lock a ticket and all that were merged into it; returns the latter, by id."""
    mine = select(Ticket).where(Ticket.merged_into == ticket.id).order_by(Ticket.id)

    def wanted() -> list[str]:
        return [ticket.conversation_id, *(other.conversation_id for other in session.scalars(mine))]

    _hold(session, wanted)
    return list(session.scalars(mine))


def _hold(session: Session, wanted: Callable[[], list[str]]) -> None:
    """Lock these conversations, those of the tickets that theirs were merged into, and then the tickets.

    While this waited for one of them, a merge may have made it a duplicate, so that one more must be held. That one may come
    earlier in the order: then the locks are given back, which undoing to a savepoint does, and taken again.
    """
    session.flush()
    while True:
        ids = _with_targets(session, wanted())
        attempt = session.begin_nested()
        for conversation_id in ids:
            registry.lock(session, conversation_id)
        if _with_targets(session, wanted()) == ids:
            attempt.commit()
            break
        attempt.rollback()
    tickets = select(Ticket).where(Ticket.conversation_id.in_(ids)).order_by(Ticket.id)
    # Read again whatever this session knew of them. One statement each, as a sort and a lock in one may lock out of order.
    for ticket_id in session.scalars(tickets.with_only_columns(Ticket.id)).all():
        one = select(Ticket).where(Ticket.id == ticket_id).with_for_update(of=Ticket)
        session.scalars(one.execution_options(populate_existing=True)).one()


def _with_targets(session: Session, conversation_ids: list[str]) -> list[str]:
    """These conversations and those that their tickets were merged into, in the order in which they are locked."""
    target = aliased(Ticket)
    merged = select(target.conversation_id).join(Ticket, Ticket.merged_into == target.id)
    found = session.scalars(merged.where(Ticket.conversation_id.in_(conversation_ids)))
    return sorted({*conversation_ids, *found})
