"""An answered question is closed when nobody has written for some time.

Nothing else ends it when the adviser does not: the desk would look through ever more of them. The parent is told nothing,
because nothing changes for them: what they write reopens the question.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from loket.conversations import models as chat
from loket.conversations.models import Conversation
from loket.db.base import reading, transaction
from loket.tickets import events, locks
from loket.tickets.models import ANSWERED, CLOSED, EventKind, Ticket

MOST = 500


def close_answered(now: datetime, days: int) -> int:
    """Close every answered ticket in whose conversation nothing was said for this many days; returns how many there were.

    Each in its own transaction: whoever holds one of them does not keep the others waiting.
    """
    before = now - timedelta(days=days)
    with reading() as session:
        query = select(Ticket.id).join(Ticket.conversation).where(Ticket.state == ANSWERED)
        idle = query.where(
            Conversation.changed_at < before, or_(Ticket.claimed_until.is_(None), Ticket.claimed_until < now)
        )
        ids = session.scalars(idle.order_by(Ticket.id).limit(MOST)).all()
    return sum(_close_one(ticket_id, now, before, days) for ticket_id in ids)


def _close_one(ticket_id: int, now: datetime, before: datetime, days: int) -> bool:
    with transaction() as session:
        ticket = locks.hold_by_id(session, ticket_id)
        # Somebody may have written, or stepped in, since the list was made.
        if ticket is None or not _is_idle(ticket, now, before):
            return False
        _close(session, ticket, now, days)
        return True


def _is_idle(ticket: Ticket, now: datetime, before: datetime) -> bool:
    here = ticket.claimed_until is not None and ticket.claimed_until >= now
    return ticket.state == ANSWERED and ticket.conversation.changed_at < before and not here


def _close(session: Session, ticket: Ticket, now: datetime, days: int) -> None:
    events.change(session, ticket, CLOSED, now, kind=EventKind.CLOSED, data={"idle_days": days})
    ticket.claimed_by = ticket.claimed_until = None
    # What was given back to the assistant stays the assistant's.
    if ticket.conversation.owner == chat.ADVISER:
        ticket.conversation.owner = chat.QUEUE
