"""What happened to a ticket. Every change is an event, written in the transaction that makes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loket.accounts.models import Account
from loket.tickets import deadlines, states
from loket.tickets.models import EventKind, Ticket, TicketEvent


def change(
    session: Session,
    ticket: Ticket,
    state: str,
    now: datetime,
    adviser: Account | None = None,
    *,
    kind: EventKind,
    data: dict[str, Any] | None = None,
) -> None:
    """Move a ticket to a state and record it. Raises IllegalChange."""
    states.check(ticket.state, state)
    ticket.state = state
    record(session, ticket, kind, now, adviser, data)


def record(
    session: Session,
    ticket: Ticket,
    kind: EventKind,
    now: datetime,
    adviser: Account | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Write an event of a ticket, and keep the promise in step with it. `data` never contains a text."""
    session.add(TicketEvent(ticket=ticket, kind=kind, account_id=adviser.id if adviser else None, data=data, at=now))
    if kind in deadlines.KINDS:
        deadlines.update_promise(session, ticket)
