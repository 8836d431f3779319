"""A question turns out to be about danger after it was made: it becomes urgent, once, and the parent sees who helps at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from loket.conversations import danger, first_aid, transcript
from loket.faq.danger import DUTCH
from loket.routing import rules
from loket.tickets import deadlines, escalation, events, locks
from loket.tickets.models import EventKind, Ticket


def look(session: Session, ticket: Ticket, text: str, now: datetime) -> str | None:
    """Look at a text that no model has read. Words of danger make the ticket urgent and show the parent the numbers, once.

    Returns the kind of danger, or None.
    """
    kind = danger.words(text)
    if kind is None:
        return None
    if raise_alarm(session, ticket, kind, now):
        show_numbers(session, ticket, kind, now)
    return kind


def raise_alarm(session: Session, ticket: Ticket, kind: str, now: datetime) -> bool:
    """Make a ticket urgent: from now on its promise is that of an urgent one, and the team leads are told.

    False when it was already urgent: nobody is told twice. The team changes only while nobody has the ticket.
    """
    locks.hold(session, ticket)
    if ticket.urgent:
        return False
    ticket.urgent = True
    facts = rules.Facts(
        ticket.theme, ticket.sector, True, ticket.channel, ticket.denomination, ticket.region, ticket.language
    )
    route = rules.route(facts)
    if ticket.claimed_by is None and ticket.partner is None:
        ticket.team, ticket.route_reason = route.team, route.explanation
    hours = route.promise / timedelta(hours=1)
    events.record(session, ticket, EventKind.MADE_URGENT, now, data={"danger": kind, "promise_hours": hours})
    escalation.alert(session, ticket, now)
    return True


def show_numbers(session: Session, ticket: Ticket, kind: str, now: datetime) -> None:
    """Say in the conversation who helps at once."""
    language = ticket.language or DUTCH
    said = first_aid.text(kind, ticket.question, now_open=deadlines.calendar().is_open(now), language=language)
    extra = {"level": "alarm", "danger": kind, "kind": "safety"} | first_aid.shown_in(language)
    message = transcript.note(session, ticket.conversation, said, now)
    message.extra = extra
