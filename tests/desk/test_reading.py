"""Reading at the desk waits for nobody, and asks the database a number of questions that does not grow with what is shown."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from loket.clock import utc_now
from loket.conversations import registry, transcript
from loket.db import base
from loket.db.base import transaction
from loket.tickets import claims, events
from loket.tickets.models import EventKind, Ticket
from tests.support.loop import no_database_work_on_the_loop
from tests.support.site import Adviser, all_of, make_account, make_ticket

PAGES = ["/balie", "/balie/gesprekken", "/balie/hulp", "/balie/vragen/{id}", "/balie?q=pesten", "/balie/tekstblokken"]
LOCKED_SECONDS = 3.0


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", look)
    yield seen
    event.remove(Engine, "before_cursor_execute", look)


@contextmanager
def write_lock_held(engine: Engine) -> Iterator[None]:
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction() as session:
            if engine.dialect.name == "postgresql":
                session.execute(text("LOCK TABLE ticket, staff_session, ticket_presence IN SHARE ROW EXCLUSIVE MODE"))
            held.set()
            let_go.wait(LOCKED_SECONDS)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(5)
    try:
        yield
    finally:
        let_go.set()
        thread.join()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_was_open_already_waits_for_no_write(database: Engine, adviser: Adviser, page: str) -> None:
    path = page.format(id=make_ticket().id)
    assert adviser.client.get(path).status_code == 200
    with write_lock_held(base.engine()):
        before = time.monotonic()
        assert adviser.client.get(path).status_code == 200
        assert time.monotonic() - before < LOCKED_SECONDS / 2


def test_a_page_that_was_open_already_renews_a_lease_that_is_half_over_and_no_other(adviser: Adviser) -> None:
    ticket = make_ticket()
    adviser.post(f"/balie/vragen/{ticket.id}/claim")
    adviser.get(f"/balie/vragen/{ticket.id}")
    for left, renewed in ((timedelta(minutes=6), False), (timedelta(minutes=4), True)):
        until = utc_now() + left
        with transaction() as session:
            session.get_one(Ticket, ticket.id).claimed_until = until
        adviser.get(f"/balie/vragen/{ticket.id}")
        assert (all_of(Ticket)[0].claimed_until > until) is renewed


def test_the_list_of_conversations_asks_as_much_for_thirty_as_for_one(adviser: Adviser) -> None:
    def begin() -> None:
        with transaction() as session:
            conversation, _ = registry.start(session, utc_now())
            transcript.receive(session, conversation, "Mag dit?", None, utc_now(), choice=None)

    begin()
    adviser.client.get("/balie/gesprekken")
    with statements() as for_one:
        adviser.client.get("/balie/gesprekken")
    for _ in range(29):
        begin()
    with statements() as for_thirty:
        adviser.client.get("/balie/gesprekken")
    assert len(for_thirty) == len(for_one) <= 12


def test_the_page_of_a_ticket_asks_as_much_for_many_events_as_for_few(adviser: Adviser) -> None:
    ticket = make_ticket()
    with transaction() as session:
        claims.claim(session, ticket.id, adviser.account, utc_now())
    adviser.client.get(f"/balie/vragen/{ticket.id}")
    with statements() as few:
        adviser.client.get(f"/balie/vragen/{ticket.id}")
    colleagues = [make_account(f"Collega{number}") for number in range(20)]
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        for who in colleagues:
            events.record(session, found, EventKind.NOTED, utc_now(), session.merge(who))
    with statements() as many:
        adviser.client.get(f"/balie/vragen/{ticket.id}")
    assert len(many) == len(few) <= 30


def test_the_watcher_sees_database_work_on_the_loop(database: Engine) -> None:
    async def work() -> None:
        with base.reading() as session:
            session.execute(text("SELECT 1"))

    with pytest.raises(AssertionError, match="on the event loop"), no_database_work_on_the_loop():
        asyncio.run(work())
