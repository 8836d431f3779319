"""The clock of a promise, as a table of cases: opening hours ma-vr 09:00-17:00, the promise 16 working hours unless said."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from loket import working_time
from loket.clock import AMSTERDAM
from loket.db.base import reading, transaction
from loket.tickets import claims, deadlines, queue
from loket.tickets.deadlines import PAUSED, RUNNING, STOPPED
from loket.tickets.models import Ticket
from tests.support.site import make_account, make_ticket

CALENDAR = working_time.from_settings("ma-vr 09:00-17:00", "2026-12-24")


@dataclass
class Happened:
    kind: str
    at: datetime
    data: dict[str, Any] | None = None


def at(text: str) -> datetime:
    """A moment in Amsterdam: `2026-11-24 12:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def story(hours: float, *events: str) -> list[Happened]:
    """Events such as `created 2026-11-24 12:00`."""
    told = [Happened(kind, at(moment)) for kind, moment in (event.split(" ", 1) for event in events)]
    told[0].data = {"promise_hours": hours}
    return told


CASES = [
    # (what, promise, events, status, due)
    ("same day", 2, ["created 2026-11-24 10:00"], RUNNING, "2026-11-24 12:00"),
    ("to closing time exactly", 2, ["created 2026-11-24 15:00"], RUNNING, "2026-11-24 17:00"),
    ("over the night", 2, ["created 2026-11-24 16:00"], RUNNING, "2026-11-25 10:00"),
    ("two days", 16, ["created 2026-11-24 12:00"], RUNNING, "2026-11-26 12:00"),
    ("asked before opening", 2, ["created 2026-11-24 06:00"], RUNNING, "2026-11-24 11:00"),
    ("asked after closing", 2, ["created 2026-11-24 20:00"], RUNNING, "2026-11-25 11:00"),
    ("asked at midnight", 2, ["created 2026-11-24 00:00"], RUNNING, "2026-11-24 11:00"),
    ("over the weekend", 4, ["created 2026-11-27 15:00"], RUNNING, "2026-11-30 11:00"),
    ("asked on Saturday", 2, ["created 2026-11-28 12:00"], RUNNING, "2026-11-30 11:00"),
    ("asked on Sunday night", 8, ["created 2026-11-29 23:59"], RUNNING, "2026-11-30 17:00"),
    ("King's Day on a Monday", 2, ["created 2026-04-24 16:00"], RUNNING, "2026-04-28 10:00"),
    ("asked on King's Day", 2, ["created 2026-04-27 12:00"], RUNNING, "2026-04-28 11:00"),
    ("Easter Monday", 2, ["created 2026-04-04 12:00"], RUNNING, "2026-04-07 11:00"),
    ("Ascension Day", 4, ["created 2026-05-13 15:00"], RUNNING, "2026-05-15 11:00"),
    ("Christmas on a Friday and our own closed day", 8, ["created 2026-12-23 13:00"], RUNNING, "2026-12-28 13:00"),
    ("New Year's Day", 8, ["created 2026-12-31 13:00"], RUNNING, "2027-01-04 13:00"),
    ("clocks go forward", 8, ["created 2026-03-27 13:00"], RUNNING, "2026-03-30 13:00"),
    ("clocks go back", 8, ["created 2026-10-23 13:00"], RUNNING, "2026-10-26 13:00"),
    ("half an hour", 0.5, ["created 2026-11-24 16:45"], RUNNING, "2026-11-25 09:15"),
    ("a long promise", 40, ["created 2026-11-24 12:00"], RUNNING, "2026-12-01 12:00"),
    ("claiming does not stop it", 2, ["created 2026-11-24 10:00", "claimed 2026-11-24 10:30"], RUNNING, "2026-11-24 12:00"),
    ("a referral does not stop it", 2, ["created 2026-11-24 10:00", "referred 2026-11-24 10:30"], RUNNING, "2026-11-24 12:00"),
    ("another team does not stop it", 2, ["created 2026-11-24 10:00", "rerouted 2026-11-24 11:00"], RUNNING, "2026-11-24 12:00"),
    ("a note does not stop it", 2, ["created 2026-11-24 10:00", "noted 2026-11-24 11:00"], RUNNING, "2026-11-24 12:00"),
    ("waiting for the parent", 2, ["created 2026-11-24 10:00", "asked_parent 2026-11-24 11:00"], PAUSED, "2026-11-24 12:00"),
    ("the parent tells", 2, ["created 2026-11-24 10:00", "asked_parent 2026-11-24 11:00", "parent_wrote 2026-11-24 15:00"], RUNNING, "2026-11-24 16:00"),
    ("the parent tells at night", 2, ["created 2026-11-24 10:00", "asked_parent 2026-11-24 11:00", "parent_wrote 2026-11-24 23:00"], RUNNING, "2026-11-25 10:00"),
    ("the parent tells after a weekend", 4, ["created 2026-11-27 15:00", "asked_parent 2026-11-27 16:00", "parent_wrote 2026-11-29 12:00"], RUNNING, "2026-11-30 12:00"),
    ("a pause outside opening hours costs nothing", 2, ["created 2026-11-24 16:00", "asked_parent 2026-11-24 18:00", "parent_wrote 2026-11-25 08:00"], RUNNING, "2026-11-25 10:00"),
    ("two pauses", 4, ["created 2026-11-24 09:00", "asked_parent 2026-11-24 10:00", "parent_wrote 2026-11-24 12:00", "asked_parent 2026-11-24 13:00", "parent_wrote 2026-11-24 15:00"], RUNNING, "2026-11-24 17:00"),
    ("a second message of the parent is no second resume", 2, ["created 2026-11-24 10:00", "asked_parent 2026-11-24 11:00", "parent_wrote 2026-11-24 12:00", "parent_wrote 2026-11-24 12:30"], RUNNING, "2026-11-24 13:00"),
    ("a pause over King's Day", 4, ["created 2026-04-24 15:00", "asked_parent 2026-04-24 16:00", "parent_wrote 2026-04-27 12:00"], RUNNING, "2026-04-28 12:00"),
    ("a promise broken before the pause stays broken", 2, ["created 2026-11-24 10:00", "asked_parent 2026-11-24 14:00", "parent_wrote 2026-11-24 15:00"], RUNNING, "2026-11-24 12:00"),
    ("answered", 2, ["created 2026-11-24 10:00", "replied 2026-11-24 11:00"], STOPPED, "2026-11-24 12:00"),
    ("reopened after the answer: a new promise", 2, ["created 2026-11-24 10:00", "replied 2026-11-24 11:00", "reopened 2026-11-26 09:30"], RUNNING, "2026-11-26 11:30"),
    ("reopened after a pause and an answer: a whole new promise", 2, ["created 2026-11-24 10:00", "asked_parent 2026-11-24 11:00", "parent_wrote 2026-11-24 14:00", "replied 2026-11-24 14:30", "reopened 2026-11-26 09:30"], RUNNING, "2026-11-26 11:30"),
    ("the parent adds something while somebody has it again", 2, ["created 2026-11-24 10:00", "replied 2026-11-24 11:00", "parent_wrote 2026-11-26 09:30"], RUNNING, "2026-11-26 11:30"),
    ("reopened in the weekend", 2, ["created 2026-11-24 10:00", "closed 2026-11-24 11:00", "reopened 2026-11-28 12:00"], RUNNING, "2026-11-30 11:00"),
    ("a close undone: the old promise", 4, ["created 2026-11-24 10:00", "closed 2026-11-24 11:00", "close_undone 2026-11-24 12:00"], RUNNING, "2026-11-24 14:00"),
    ("a close undone after the answer", 4, ["created 2026-11-24 10:00", "replied 2026-11-24 11:00", "closed 2026-11-24 11:30", "close_undone 2026-11-24 12:00"], STOPPED, "2026-11-24 14:00"),
    ("a close undone while waiting", 4, ["created 2026-11-24 10:00", "asked_parent 2026-11-24 11:00", "closed 2026-11-24 12:00", "close_undone 2026-11-24 12:30"], PAUSED, "2026-11-24 14:00"),
    ("back to the assistant", 2, ["created 2026-11-24 10:00", "handed_back 2026-11-24 10:30"], STOPPED, "2026-11-24 12:00"),
    ("merged", 2, ["created 2026-11-24 10:00", "merged 2026-11-24 10:30"], STOPPED, "2026-11-24 12:00"),
    ("reopened while paused goes on", 2, ["created 2026-11-24 10:00", "asked_parent 2026-11-24 11:00", "reopened 2026-11-24 13:00", "parent_wrote 2026-11-24 13:00"], RUNNING, "2026-11-24 14:00"),
    ("urgent after the answer is no new promise", 2, ["created 2026-11-24 10:00", "replied 2026-11-24 11:00", "made_urgent 2026-11-24 11:30"], STOPPED, "2026-11-24 12:00"),
]  # fmt: skip


@pytest.mark.parametrize(("promise", "events", "status", "due"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_due(promise: float, events: list[str], status: str, due: str) -> None:
    clock = deadlines.compute(story(promise, *events), CALENDAR)
    assert (clock.status, clock.due) == (status, at(due))


HASTENED = [
    ("from now on", 16, ["created 2026-11-24 10:00", "made_urgent 2026-11-24 11:00"], "2026-11-24 13:00"),
    ("never later than what was promised", 2, ["created 2026-11-24 10:00", "made_urgent 2026-11-24 11:00"], "2026-11-24 12:00"),
    ("after a pause what was left of it", 16, ["created 2026-11-24 10:00", "made_urgent 2026-11-24 11:00", "asked_parent 2026-11-24 12:00", "parent_wrote 2026-11-24 15:00"], "2026-11-24 16:00"),
    ("in a pause the clock runs again", 16, ["created 2026-11-24 10:00", "asked_parent 2026-11-24 11:00", "made_urgent 2026-11-24 12:00"], "2026-11-24 14:00"),
    ("after a long pause it is still to come", 16, ["created 2026-11-24 10:00", "asked_parent 2026-11-24 11:00", "made_urgent 2026-12-01 12:00"], "2026-12-01 14:00"),
    ("no more than was left of the promise", 2, ["created 2026-11-24 10:00", "made_urgent 2026-11-24 11:00", "asked_parent 2026-11-24 11:30", "parent_wrote 2026-11-24 15:00"], "2026-11-24 15:30"),
    ("what was broken stays so", 2, ["created 2026-11-24 10:00", "made_urgent 2026-11-24 15:00"], "2026-11-24 12:00"),
    ("broken before a pause, too", 2, ["created 2026-11-24 10:00", "asked_parent 2026-11-24 14:00", "made_urgent 2026-11-24 15:00"], "2026-11-24 12:00"),
]  # fmt: skip


@pytest.mark.parametrize(("promise", "events", "due"), [c[1:] for c in HASTENED], ids=[c[0] for c in HASTENED])
def test_what_becomes_urgent_is_promised_within_two_hours(promise: float, events: list[str], due: str) -> None:
    told = story(promise, *events)
    for event in told:
        if event.kind == "made_urgent":
            event.data = {"promise_hours": 2}
    clock = deadlines.compute(told, CALENDAR)
    assert (clock.status, clock.due) == (RUNNING, at(due))


BROKEN = [
    ("in time", ["created 2026-11-24 10:00"], "2026-11-24 11:59", False),
    ("just over", ["created 2026-11-24 10:00"], "2026-11-24 12:01", True),
    ("answered in time, looked at later", ["created 2026-11-24 10:00", "replied 2026-11-24 11:00"], "2026-12-01 09:00", False),
    ("answered late", ["created 2026-11-24 10:00", "replied 2026-11-24 13:00"], "2026-12-01 09:00", True),
    ("paused in time", ["created 2026-11-24 10:00", "asked_parent 2026-11-24 11:00"], "2026-12-01 09:00", False),
    ("paused late", ["created 2026-11-24 10:00", "asked_parent 2026-11-24 13:00"], "2026-12-01 09:00", True),
    ("paused at the last moment", ["created 2026-11-24 10:00", "asked_parent 2026-11-24 12:00"], "2026-12-01 09:00", False),
    ("closed while waiting for the parent", ["created 2026-11-24 10:00", "asked_parent 2026-11-24 11:00", "closed 2026-11-30 11:00"], "2026-12-01 09:00", False),
    ("closed too late while waiting", ["created 2026-11-24 10:00", "asked_parent 2026-11-24 13:00", "closed 2026-11-30 11:00"], "2026-12-01 09:00", True),
]  # fmt: skip


@pytest.mark.parametrize(("events", "now", "broken"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_broken(events: list[str], now: str, broken: bool) -> None:
    assert deadlines.compute(story(2, *events), CALENDAR).broken(at(now)) is broken


def test_a_split_question_counts_from_when_it_was_asked() -> None:
    told = story(2, "created 2026-11-24 15:00")
    told[0].data = {"promise_hours": 2, "asked_at": at("2026-11-24 10:00").isoformat()}
    assert deadlines.compute(told, CALENDAR).due == at("2026-11-24 12:00")


def test_recomputed_equals_shown(sqlite: Engine) -> None:
    """Whatever happens to tickets, in whatever order, the list shows what the events say."""
    chance = random.Random(5010)
    adviser = make_account()
    now = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    tickets = [make_ticket(f"Vraag {n}", now + timedelta(hours=n)) for n in range(6)]
    for _ in range(120):
        now += timedelta(minutes=chance.randint(5, 300))
        _something(chance, chance.choice(tickets).id, adviser, now)
        with reading() as session:
            for ticket in session.query(Ticket):
                assert ticket.promised_by == deadlines.of_ticket(session, ticket.id).due


def _something(chance: random.Random, ticket_id: int, adviser: Any, now: datetime) -> None:
    with transaction() as session:
        ticket = session.get_one(Ticket, ticket_id)
        act = chance.choice(["reply", "ask", "parent", "close", "undo", "release"])
        if act == "parent":
            return queue.parent_writes(session, ticket, now)
        if act == "undo" and ticket.state == "closed":
            return queue.undo_close(session, ticket, adviser, now)
        if not claims.claim(session, ticket_id, adviser, now):
            return
        ticket = session.get_one(Ticket, ticket_id, populate_existing=True)
        if act in ("reply", "ask"):
            queue.reply(session, ticket, adviser, "Dit is het antwoord.", now, asks=act == "ask")
        elif act == "close":
            queue.close(session, ticket, adviser, now)
        elif act == "release":
            claims.release(session, ticket, adviser, now)
