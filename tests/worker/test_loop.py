"""The worker: as a process it works at once, stops cleanly, and of several one does each job; what fails is not the end of it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from loket.clock import utc_now
from loket.conversations import registry, transcript
from loket.db import leases
from loket.db.base import transaction
from loket.db.leases import JobLease
from loket.mail import outbox
from loket.paths import ROOT
from loket.worker import loop
from loket.worker.jobs import Job
from loket.worker.loop import Worker
from tests.migrations.test_two_starts import set_revision
from tests.support.mail import MailServer
from tests.support.site import all_of, wait_for

PROGRAM = """
from datetime import timedelta
from loket.worker import loop
loop.LEASE, loop.BEAT_SECONDS = timedelta(seconds=2), 0.4
from loket.worker.__main__ import main
main()
"""
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def start(database: Engine, server: MailServer) -> Iterator[Start]:
    """Starts workers on this test's database and mail server, with short leases."""
    running: list[subprocess.Popen[str]] = []
    mail = {"HOST": "127.0.0.1", "PORT": str(server.port), "SECURITY": "none"}
    env = os.environ | {f"LOKET_SMTP_{name}": value for name, value in mail.items()}

    def begin() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def put(count: int, first: int = 0) -> None:
    with transaction() as session:
        for number in range(first, first + count):
            outbox.put(session, f"ouder{number}@voorbeeld.nl", "Onderwerp", "Tekst", utc_now())


def holders() -> set[str]:
    return {lease.holder for lease in all_of(JobLease) if lease.until > utc_now()}


def arrived(server: MailServer) -> list[str]:
    return sorted(recipient for recipient, _ in server.envelopes)


def test_it_sends_what_waits_and_takes_up_what_was_left(start: Start, server: MailServer) -> None:
    put(1)
    with transaction() as session:
        conversation, _ = registry.start(session, utc_now())
        earlier = utc_now() - timedelta(minutes=1)
        message = transcript.receive(session, conversation, "Mag dit?", "1", earlier, None)
    start()
    wait_for(lambda: server.received, 30)
    # No Rasa here: the parent is told so, which is what ends the wait.
    wait_for(lambda: [m.state for m in all_of(type(message)) if m.sender == "parent"] == ["failed"], 30)


def test_of_two_workers_each_mail_is_sent_by_one(start: Start, server: MailServer) -> None:
    put(30)
    start()
    start()
    wait_for(lambda: len(server.envelopes) >= 30, 60)
    put(10, first=30)
    wait_for(lambda: len(server.envelopes) >= 40, 60)
    time.sleep(1)
    assert arrived(server) == sorted(f"ouder{number}@voorbeeld.nl" for number in range(40))
    assert len(holders()) == 1


def test_a_worker_that_is_killed_is_followed_after_its_lease(start: Start, server: MailServer) -> None:
    first = start()
    wait_for(holders, 30)
    start()
    put(1)
    wait_for(lambda: len(server.envelopes) == 1, 30)
    held = holders()
    first.send_signal(signal.SIGKILL)
    first.wait()
    put(1, first=1)
    wait_for(lambda: len(server.envelopes) == 2, 30)
    assert holders()
    assert not holders() & held
    assert arrived(server) == ["ouder0@voorbeeld.nl", "ouder1@voorbeeld.nl"]


def test_a_worker_that_stops_lets_go_at_once(start: Start) -> None:
    worker = start()
    wait_for(holders, 30)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert all_of(JobLease) == []


def test_on_a_database_of_an_earlier_release_it_does_not_start(start: Start, database: Engine) -> None:
    newest = set_revision(database, "2a34949ec52f")
    try:
        worker = start()
        assert worker.wait(30) == 1
        assert worker.stderr is not None
        assert "Run `loket db upgrade` first" in worker.stderr.read()
    finally:
        set_revision(database, newest)


@pytest.fixture
def short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr(loop, "BEAT_SECONDS", 0.1)


def while_working(worker: Worker, act: Callable[[], Awaitable[None]]) -> None:
    """Let a worker of this process work until `act` is through."""

    async def run() -> None:
        stopping = asyncio.Event()
        working = asyncio.create_task(worker.run(stopping))
        try:
            await asyncio.wait_for(act(), 30)
        finally:
            stopping.set()
            await working

    asyncio.run(run())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.02)


def test_a_worker_that_cannot_renew_stops_after_its_lease_and_goes_on_once_it_can(
    sqlite: Engine, short_leases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the database it cannot know whether another has taken over by then."""
    done: list[datetime] = []
    away = threading.Event()
    take = leases.take

    def take_unless_away(*args: Any) -> bool:
        if away.is_set():
            raise OSError("the database is away")
        return take(*args)

    async def work(_client: httpx.AsyncClient) -> None:
        done.append(utc_now())

    async def act() -> None:
        await until(lambda: bool(done))
        away.set()
        lost = utc_now()
        await until(lambda: utc_now() - lost > 2 * loop.LEASE)
        assert done[-1] - lost <= loop.LEASE + timedelta(seconds=0.5)
        before = len(done)
        away.clear()
        await until(lambda: len(done) > before)

    monkeypatch.setattr(leases, "take", take_unless_away)
    while_working(Worker((Job("count", 0.02, work),)), act)


def test_a_job_that_fails_is_done_again_and_does_not_hold_up_the_others(sqlite: Engine) -> None:
    done: Counter[str] = Counter()

    async def fail(_client: httpx.AsyncClient) -> None:
        done["fail"] += 1
        raise RuntimeError

    async def work(_client: httpx.AsyncClient) -> None:
        done["work"] += 1

    worker = Worker((Job("fail", 0.02, fail), Job("work", 0.02, work)))
    while_working(worker, lambda: until(lambda: min(done["fail"], done["work"]) >= 3))
