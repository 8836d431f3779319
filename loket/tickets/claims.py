"""Who has a ticket: claim it, keep it while its page is open, give it back, take it over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from loket import settings
from loket.accounts import teams
from loket.accounts.models import Account
from loket.conversations import models as chat
from loket.conversations.models import Conversation
from loket.db.base import changed
from loket.exceptions import Collision
from loket.staff_roles import Role
from loket.tickets import access, events, locks
from loket.tickets.models import ANSWERED, CLAIMED, CLOSED, OPEN, REFERRED, WAITING, EventKind, Ticket


class NotYours(Collision):
    """Another adviser now holds the ticket, or the lease ran out."""

    code = "not_yours"
    message = "Een andere adviseur heeft deze vraag nu. Uw tekst is niet verstuurd."


def lease() -> timedelta:
    """How long a claim lasts without a sign of life from the adviser's page."""
    return timedelta(minutes=settings.load().lease_minutes)


def claim(session: Session, ticket_id: int, adviser: Account, now: datetime, *, made: bool = False) -> bool:
    """Take a free ticket, or renew one's own lease. One conditional UPDATE: two advisers never both succeed.

    `made`: the adviser has just made this ticket, so it is theirs even when it went to a closed team.
    """
    # The UPDATE alone would do; the lock keeps the order of loket.tickets.locks, as the conversation changes after it.
    held = locks.hold_by_id(session, ticket_id)
    before = held.claimed_by if held else None
    free = _free_for(adviser, now) if made else and_(access.takeable(adviser), _free_for(adviser, now))
    claimable = update(Ticket).where(Ticket.id == ticket_id, Ticket.state != CLOSED, free)
    if not changed(session, claimable.values(claimed_by=adviser.id, claimed_until=now + lease())):
        return False
    _claimed(session, ticket_id, adviser, before, now)
    return True


def next_ticket(session: Session, adviser: Account, now: datetime) -> Ticket | None:
    """Claim the ticket that comes first for this adviser: urgent, then by promise, then by age; their own teams first.

    On PostgreSQL a row that a colleague is just taking is skipped, so that nobody waits for anybody; on SQLite one writer
    works at a time.
    """
    mine = teams.of_account(session, adviser.id)
    wishes = [Ticket.team.in_(mine)] if mine and adviser.role != Role.PARTNER else []
    for wish in [*wishes, None]:
        ticket_id = _first_free(session, adviser, now, wish)
        if ticket_id is not None:
            taken = update(Ticket).where(Ticket.id == ticket_id)
            session.execute(taken.values(claimed_by=adviser.id, claimed_until=now + lease()))
            return _claimed(session, ticket_id, adviser, None, now)
    return None


def renew(session: Session, ticket_id: int, adviser: Account, now: datetime) -> bool:
    """Keep one's own claim alive; False when a colleague now has the ticket."""
    own = update(Ticket).where(Ticket.id == ticket_id, Ticket.claimed_by == adviser.id, Ticket.state != CLOSED)
    return changed(session, own.values(claimed_until=now + lease())) > 0


def renewed_lately(ticket: Ticket, now: datetime) -> bool:
    """Whether most of the lease is still to come, so that looking at the page need not write."""
    return ticket.claimed_until is not None and ticket.claimed_until - now > lease() / 2


def release(session: Session, ticket: Ticket, adviser: Account, now: datetime) -> None:
    """Put one's own ticket back in the queue. Raises NotYours."""
    require(session, ticket, adviser, now)
    _back_in_queue(session, ticket, now, adviser, EventKind.RELEASED)


def take_over(session: Session, ticket_id: int, holder_id: int, adviser: Account, now: datetime) -> bool:
    """Take the ticket from the colleague shown as holding it; False when that colleague no longer does."""
    locks.hold_by_id(session, ticket_id)
    theirs = and_(access.takeable(adviser), Ticket.claimed_by == holder_id, Ticket.state != CLOSED)
    held = update(Ticket).where(Ticket.id == ticket_id, theirs)
    if not changed(session, held.values(claimed_by=adviser.id, claimed_until=now + lease())):
        return False
    ticket = session.get_one(Ticket, ticket_id, populate_existing=True)
    events.change(session, ticket, CLAIMED, now, adviser, kind=EventKind.TAKEN_OVER, data={"from": holder_id})
    ticket.conversation.owner = chat.ADVISER
    return True


def free_lapsed(session: Session, now: datetime) -> int:
    """Put back what nobody keeps alive any more; returns how many tickets there were."""
    lapsed = select(Ticket).where(Ticket.claimed_until < now, Ticket.state.in_((CLAIMED, WAITING, ANSWERED)))
    count = 0
    # Both rows are locked in one go and locked ones are skipped: this never waits, so it can never be half of a deadlock.
    both = lapsed.join(Ticket.conversation).with_for_update(skip_locked=True, of=[Ticket, Conversation])
    for ticket in session.scalars(both.execution_options(populate_existing=True)).all():
        if ticket.state == CLAIMED:
            _back_in_queue(session, ticket, now, None, EventKind.LAPSED)
        else:
            # Who answered or asked stays known; only the conversation no longer has an adviser in it.
            ticket.claimed_until = None
            if ticket.conversation.owner == chat.ADVISER:
                ticket.conversation.owner = chat.QUEUE
        count += 1
    return count


def holds(ticket: Ticket, adviser: Account, now: datetime) -> bool:
    """Whether this adviser's lease on the ticket runs."""
    return ticket.claimed_by == adviser.id and ticket.claimed_until is not None and ticket.claimed_until >= now


def require(session: Session, ticket: Ticket, adviser: Account, now: datetime) -> None:
    """Lock the ticket and check that this adviser's lease on it runs, until the transaction ends. Raises NotYours."""
    locks.hold(session, ticket)
    check_holder(ticket, adviser, now)


def check_holder(ticket: Ticket, adviser: Account, now: datetime) -> None:
    """For a ticket that is already held (loket.tickets.locks). Raises NotYours unless the adviser's lease runs."""
    if not holds(ticket, adviser, now):
        raise NotYours


def _free_for(adviser: Account, now: datetime) -> ColumnElement[bool]:
    lapsed = or_(Ticket.claimed_by.is_(None), Ticket.claimed_until.is_(None), Ticket.claimed_until < now)
    return or_(lapsed, Ticket.claimed_by == adviser.id)


def _first_free(session: Session, adviser: Account, now: datetime, wish: ColumnElement[bool] | None) -> int | None:
    waiting = REFERRED if adviser.role == Role.PARTNER else OPEN
    lapsed = and_(Ticket.state == CLAIMED, Ticket.claimed_until < now)
    query = select(Ticket.id).join(Ticket.conversation).where(or_(Ticket.state == waiting, lapsed))
    query = query.where(access.visible(adviser))
    if adviser.role != Role.PARTNER:
        query = query.where(Ticket.partner.is_(None))
    if wish is not None:
        query = query.where(wish)
    order = (Ticket.urgent.desc(), Ticket.promised_by, Ticket.id)
    # The conversation is locked too, as it changes with the claim; skipped if the parent is writing in it right now.
    locked = query.with_for_update(skip_locked=True, of=[Ticket, Conversation])
    return session.scalar(locked.order_by(*order).limit(1))


def _claimed(session: Session, ticket_id: int, adviser: Account, before: int | None, now: datetime) -> Ticket:
    ticket = session.get_one(Ticket, ticket_id, populate_existing=True)
    if ticket.state != CLAIMED or before != adviser.id:
        kind = EventKind.ACCEPTED if ticket.state == REFERRED and adviser.role == Role.PARTNER else EventKind.CLAIMED
        events.change(session, ticket, CLAIMED, now, adviser, kind=kind)
    ticket.conversation.owner = chat.ADVISER
    return ticket


def _back_in_queue(session: Session, ticket: Ticket, now: datetime, adviser: Account | None, kind: EventKind) -> None:
    ticket.claimed_by = ticket.claimed_until = None
    # What was referred stays with the partner.
    events.change(session, ticket, REFERRED if ticket.partner else OPEN, now, adviser, kind=kind)
    ticket.conversation.owner = chat.QUEUE
