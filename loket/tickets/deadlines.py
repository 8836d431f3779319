"""By when a ticket must be answered, computed from its events and the working calendar.

The clock starts with the question, pauses while the parent has something to tell us, stops at an answer, and starts
again when the parent writes. A referral or another team does not stop it: the promise was made to the parent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import settings, working_time
from loket.tickets.models import EventKind, Ticket, TicketEvent
from loket.working_time import Calendar

RUNNING, PAUSED, STOPPED = "running", "paused", "stopped"
FALLBACK_HOURS = 16

STARTS = {EventKind.CREATED}
PAUSES = {EventKind.ASKED_PARENT}
RESUMES = {EventKind.PARENT_WROTE, EventKind.REOPENED}
RENEWS = RESUMES
STOPS = {EventKind.REPLIED, EventKind.HANDED_BACK, EventKind.CLOSED, EventKind.MERGED}
RESTORES = {EventKind.CLOSE_UNDONE}
HASTENS = {EventKind.MADE_URGENT}
KINDS = STARTS | PAUSES | RESUMES | RENEWS | STOPS | RESTORES | HASTENS
"""The kinds of event that the clock listens to."""


class Event(Protocol):
    """What the clock reads of an event."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def data(self) -> dict[str, Any] | None: ...


@dataclass(frozen=True)
class Deadline:
    """What the clock says. `left` is working time at `since`; `due` the moment at which it runs or ran out."""

    promise: timedelta
    left: timedelta
    since: datetime
    due: datetime
    status: str = RUNNING
    late: bool = False
    """Whether it had run out before it last paused."""
    ended_at: datetime | None = None
    before_stop: Deadline | None = None

    def broken(self, now: datetime) -> bool:
        """Whether the promise was or is broken."""
        if self.status == PAUSED:
            return self.late
        return self.due < (self.ended_at or now)


def compute(events: Iterable[Event], calendar: Calendar) -> Deadline:
    """What the clock says after these events, oldest first; the first one is `created`."""
    clock: Deadline | None = None
    for event in events:
        clock = _start(event, calendar) if clock is None else _step(clock, event, calendar)
    if clock is None:
        raise ValueError("a ticket without events has no deadline")
    return clock


def of_ticket(session: Session, ticket_id: int) -> Deadline:
    """The deadline of a ticket, from its events in the database."""
    events = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.id)
    return compute(session.scalars(events), calendar())


def update_promise(session: Session, ticket: Ticket) -> None:
    """Bring the ticket's own `promised_by`, which orders the lists, in step with its events."""
    session.flush()
    due = of_ticket(session, ticket.id).due
    if ticket.promised_by != due:
        ticket.promised_by, ticket.escalated = due, 0


def calendar() -> Calendar:
    """The working calendar of the settings."""
    configured = settings.load()
    return working_time.from_settings(configured.opening_hours, configured.closed_days)


def _start(event: Event, calendar: Calendar) -> Deadline:
    data = event.data or {}
    promise = timedelta(hours=data.get("promise_hours", FALLBACK_HOURS))
    # A split-off question counts from the moment the parent asked it.
    since = datetime.fromisoformat(data["asked_at"]) if "asked_at" in data else event.at
    return Deadline(promise, promise, since, calendar.add(since, promise))


def _step(clock: Deadline, event: Event, calendar: Calendar) -> Deadline:
    if event.kind in HASTENS and clock.status != STOPPED:
        return _hasten(clock, event, calendar)
    if event.kind in PAUSES and clock.status == RUNNING:
        return _pause(clock, event.at, calendar)
    if event.kind in RESUMES and clock.status == PAUSED:
        return _resume(clock, event.at, calendar)
    if event.kind in RENEWS and clock.status == STOPPED:
        return Deadline(clock.promise, clock.promise, event.at, calendar.add(event.at, clock.promise))
    if event.kind in STOPS and clock.status != STOPPED:
        return replace(clock, status=STOPPED, ended_at=_end(clock, event.at), before_stop=clock)
    if event.kind in STOPS:
        return replace(clock, before_stop=clock)
    if event.kind in RESTORES and clock.before_stop:
        return clock.before_stop
    return clock


def _hasten(clock: Deadline, event: Event, calendar: Calendar) -> Deadline:
    """The promise of an urgent question from now on; never later than what was promised before. It ends a pause."""
    promise = timedelta(hours=(event.data or {}).get("promise_hours", FALLBACK_HOURS))
    running = replace(clock, promise=promise, since=event.at, status=RUNNING)
    if clock.late or (clock.status == RUNNING and clock.due < event.at):
        return running
    # While the clock was paused no time passed.
    left = clock.left if clock.status == PAUSED else clock.left - calendar.between(clock.since, event.at)
    left = min(left, promise)
    return replace(running, left=left, due=calendar.add(event.at, left))


def _pause(clock: Deadline, at: datetime, calendar: Calendar) -> Deadline:
    if clock.due < at:
        return replace(clock, status=PAUSED, late=True)
    return replace(clock, status=PAUSED, left=clock.left - calendar.between(clock.since, at))


def _resume(clock: Deadline, at: datetime, calendar: Calendar) -> Deadline:
    if clock.late:
        return replace(clock, status=RUNNING)
    return replace(clock, status=RUNNING, since=at, due=calendar.add(at, clock.left))


def _end(clock: Deadline, at: datetime) -> datetime:
    # While the clock was paused no time passed: what ends then ended in time, unless it was already late.
    return min(at, clock.due) if clock.status == PAUSED and not clock.late else at
