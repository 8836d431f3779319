"""A promise that is near or broken, and anything urgent, is reported to the team lead: once, by mail."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loket import settings
from loket.accounts import teams
from loket.db.base import changed
from loket.mail import outbox
from loket.tickets import deadlines, events, mails
from loket.tickets.models import EventKind, Ticket
from loket.tickets.states import OURS

NEAR, BROKEN = 1, 2
_EVENTS = {NEAR: EventKind.PROMISE_NEAR, BROKEN: EventKind.PROMISE_BROKEN}
_SUBJECTS = {NEAR: "Belofte loopt bijna af", BROKEN: "Belofte is verlopen"}


def escalate_due_promises(session: Session, now: datetime) -> list[Ticket]:
    """Escalate every promise that has become near or broken since the last look. Several processes may look at once."""
    soon = deadlines.calendar().add(now, timedelta(hours=settings.load().warn_hours))
    waiting = select(Ticket).where(Ticket.state.in_(OURS), Ticket.promised_by <= soon, Ticket.escalated < BROKEN)
    # By id, the order in which tickets are locked.
    return [ticket for ticket in session.scalars(waiting.order_by(Ticket.id)).all() if _escalate(session, ticket, now)]


def alert(session: Session, ticket: Ticket, now: datetime) -> None:
    """Tell the team leads at once about an urgent question."""
    session.flush()
    ticket.escalated = NEAR
    events.record(session, ticket, EventKind.ALERTED, now)
    _mail(session, ticket, "Dringende vraag", now)


def _escalate(session: Session, ticket: Ticket, now: datetime) -> bool:
    # A ticket that was answered and then claimed or opened again owes nothing until the parent writes.
    if deadlines.of_ticket(session, ticket.id).status != deadlines.RUNNING:
        return False
    level = BROKEN if ticket.promised_by < now else NEAR
    first = update(Ticket).where(Ticket.id == ticket.id, Ticket.escalated < level).values(escalated=level)
    if not changed(session, first):
        return False
    events.record(session, ticket, _EVENTS[level], now, data={"due": ticket.promised_by.isoformat()})
    _mail(session, ticket, _SUBJECTS[level], now)
    return True


def _mail(session: Session, ticket: Ticket, what: str, now: datetime) -> None:
    for lead in teams.leads(session, ticket.team):
        outbox.put(session, lead.email, *mails.for_staff(ticket, what), now)
