"""Reading at the desk waits for nobody, and asks the database a number of questions that does not grow with what is shown."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from sqlalchemy import Engine, event, text, update

from loket.accounts import audit
from loket.accounts.models import Audit, StaffSession
from loket.clock import utc_now
from loket.conversations import registry, transcript
from loket.db import afterwards, base
from loket.db.base import transaction
from loket.desk import ticket_page
from loket.tickets import claims, events
from loket.tickets.models import EventKind, Presence, Ticket
from loket.web.app import create_app
from tests.desk.test_access import at_desk
from tests.support.loop import no_database_work_on_the_loop
from tests.support.service import Parent
from tests.support.site import Adviser, all_of, logged_in, make_account, make_ticket
from tests.support.threads import at_once

LOCKED_SECONDS = 12.0
"""Longer than any page takes on a busy machine; nobody waits for it to end."""
WRITES_BY_NATURE = {
    "/balie/inloggen/openid": "somebody logs in",
    "/balie/inloggen/openid/terug": "somebody logs in",
    "/readyz": "it asks whether the database can be written to",
}
STREAMS = {"/balie/events", "/api/conversations/{conversation_id:str}/events"}
TABLES = "ticket, conversation, question, audit, staff_session, ticket_presence, ticket_mention"


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
            session.connection()  # begins, which is what locks SQLite
            if engine.dialect.name == "postgresql":
                session.execute(text(f"LOCK TABLE {TABLES} IN SHARE ROW EXCLUSIVE MODE"))
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


def every_page(site: Any, browser: Adviser, parent: Parent) -> list[str]:
    """The address of every GET route, for an administrator who reads it for the first time, and a search."""
    ticket = make_ticket()
    browser.post(f"/balie/vragen/{ticket.id}/claim")
    browser.client.post(f"/balie/vragen/{ticket.id}/bijlage", files={"file": ("brief.txt", b"tekst")})
    browser.post("/balie/tekstblokken", title="Groet", text="Dag")
    values = {"token:str": ticket.token, "conversation_id:str": parent.id, "file_path:path": "/loket.css"}
    paths = [
        re.sub(r"\{([^}]*)\}", lambda found: values.get(found[1], "1"), route.path)
        for route in site.app.routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods and route.path not in {*WRITES_BY_NATURE, *STREAMS}
    ]
    return [*paths, "/balie?q=pesten"]


def test_no_first_reading_of_any_page_waits_for_a_write(site: Any, parent: Parent, database: Engine) -> None:
    if database.dialect.name == "postgresql":
        pytest.skip("on PostgreSQL a transaction locks rows and not the whole database")
    with at_desk(site, "administrator") as browser:
        paths = every_page(site, browser, parent)
        assert len(paths) > 25
        with transaction() as session:
            session.execute(update(StaffSession).values(seen_at=utc_now() - timedelta(minutes=2)))
        slow, missing = [], set()
        for path in paths:
            afterwards.finish()
            with write_lock_held(base.engine()):
                before = time.monotonic()
                answer = browser.client.get(path, headers=parent.headers if "/api/" in path else None)
                if time.monotonic() - before > LOCKED_SECONDS / 2:
                    slow.append(path)
            if answer.status_code != 200:
                missing.add(path.split("/")[1])
    assert slow == []
    assert missing <= {"balie", "vraag", "api", ".well-known"}, "a link, a file and a setting that are not there"


def test_what_was_read_while_another_wrote_is_on_record_once_as_of_that_moment(
    database: Engine, adviser: Adviser
) -> None:
    if database.dialect.name == "postgresql":
        pytest.skip("on PostgreSQL a transaction locks rows and not the whole database")
    ticket, before = make_ticket(), len(all_of(Audit))
    with write_lock_held(base.engine()):
        for _ in range(3):
            adviser.get(f"/balie/vragen/{ticket.id}")
            adviser.get("/balie?q=pesten")
            adviser.get("/balie/gesprekken")
        read_at = utc_now()
        assert len(all_of(Audit)) == before
    afterwards.finish()
    lines = all_of(Audit)[before:]
    assert sorted(line.action for line in lines) == ["conversation.list", "ticket.read", "ticket.search"]
    assert all(line.at < read_at for line in lines)
    assert [seen.account_id for seen in all_of(Presence)] == [adviser.account.id]


def test_a_site_that_stops_writes_what_was_read_first(database: Engine, rasa: Any) -> None:
    with TestClient(create_app()) as client:
        client.follow_redirects = False
        with logged_in(client, "Aisha de Boer") as browser, write_lock_held(base.engine()):
            browser.get("/balie/gesprekken")
    assert all_of(Audit)[-1].action == "conversation.list"


def test_a_note_that_fails_for_good_does_not_keep_the_next_from_being_written(database: Engine) -> None:
    waiting, who = afterwards.Queue(), make_account()

    def fails(_session: Any) -> None:
        raise ValueError

    with write_lock_held(base.engine()):
        waiting.do(lambda session: session.execute(text("UPDATE ticket SET id = id")) and fails(session))
        waiting.do(lambda session: audit.audit(session, who, audit.Audited.MAIL_READ, "mail", utc_now()))
    waiting.finish()
    assert [line.action for line in all_of(Audit)] == ["mail.read"]


def test_what_does_not_wait_says_so_and_leaves_the_connection_patient(database: Engine) -> None:
    with write_lock_held(base.engine()), pytest.raises(base.Busy), transaction(waits=False) as session:
        session.execute(text("UPDATE ticket SET id = id"))
    if database.dialect.name == "sqlite":
        with base.reading() as session:
            assert session.scalar(text("PRAGMA busy_timeout")) == base.BUSY_TIMEOUT_MS


def test_two_windows_that_open_a_ticket_at_once_are_one_presence(database: Engine) -> None:
    ticket, who = make_ticket(), make_account()
    at_once([lambda: ticket_page.open_ticket(who, ticket.id, utc_now())] * 4)
    afterwards.finish()
    assert len(all_of(Presence)) == 1
    assert [line.action for line in all_of(Audit)] == ["ticket.read"]


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
