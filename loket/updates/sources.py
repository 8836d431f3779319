"""Where a process hears of changes: from SQLite's file, from PostgreSQL or from Redis.

Each source runs in its own thread and calls `told` with a change, or with None for "look again, something may have been
missed". So the website's loop never waits for a database or for Redis.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from redis import Redis, RedisError

from loket.db.changes import CHANNEL, Change, redis_channel
from loket.settings import Settings

logger = logging.getLogger(__name__)

Told = Callable[[Change | None], None]

SQLITE_SECONDS = 0.2
"""How often SQLite is asked whether anybody committed: a read of one number in shared memory, no query."""
WAIT_SECONDS = 0.2
"""How long a source waits for news before it looks whether it should stop: so much a stop may take."""
STOP_SECONDS = 2.0
"""How long stopping waits for a source that is busy."""
PAUSE_SECONDS = 1.0
"""How long a source waits after a failure."""


class Source:
    """A thread that reports changes until it is stopped; after a failure it goes on, and says that something may be missed."""

    def __init__(self, listen: Callable[[threading.Event], Iterator[Change | None]], told: Told) -> None:
        self._listen = listen
        self._told = told
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="updates", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                # The first thing told is None: what happened before this source listened has to be looked for.
                self._told(None)
                for change in self._listen(self._stopping):
                    self._told(change)
            except (sqlite3.Error, psycopg.Error, RedisError, OSError) as error:
                logger.warning("news of changes is interrupted (%s)", type(error).__name__)
                self._stopping.wait(PAUSE_SECONDS)


def choose(configured: Settings, told: Told) -> Source:
    """The source that these settings ask for: Redis if it has an address, else the database itself."""
    if configured.redis_url:
        return Source(lambda stopping: from_redis(configured.redis_url, stopping), told)
    if configured.database.startswith("sqlite"):
        path = configured.database.removeprefix("sqlite:///")
        return Source(lambda stopping: from_sqlite(path, stopping), told)
    return Source(lambda stopping: from_postgresql(configured.database, stopping), told)


def from_sqlite(path: str, stopping: threading.Event) -> Iterator[Change | None]:
    """What was committed by any process, read by id: one writer at a time makes ids follow the order of commits."""
    connection = sqlite3.connect(path, timeout=5)
    try:
        connection.execute("PRAGMA query_only = ON")
        version = message = event = None
        while not stopping.wait(SQLITE_SECONDS):
            now = connection.execute("PRAGMA data_version").fetchone()[0]
            if now == version:
                continue
            if message is None or event is None:
                message, event = _newest(connection, "message"), _newest(connection, "ticket_event")
                version = now
                yield None
                continue
            version = now
            for row_id, conversation in connection.execute(_MESSAGES, (message,)).fetchall():
                message = row_id
                yield Change(conversation)
            for row_id, conversation, team, *partners in connection.execute(_EVENTS, (event,)).fetchall():
                event = row_id
                yield Change(conversation, team, tuple(sorted({partner for partner in partners if partner})))
    finally:
        connection.close()


_MESSAGES = "SELECT id, conversation_id FROM message WHERE id > ? ORDER BY id"
_EVENTS = """
SELECT e.id, t.conversation_id, t.team, t.partner, json_extract(e.data, '$.partner')
FROM ticket_event e JOIN ticket t ON t.id = e.ticket_id WHERE e.id > ? ORDER BY e.id
"""


def _newest(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])  # noqa: S608


def from_postgresql(url: str, stopping: threading.Event) -> Iterator[Change | None]:
    """What PostgreSQL notifies at each commit, in the order of commits."""
    address = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(address, autocommit=True, application_name="loket updates") as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        yield None
        while not stopping.is_set():
            for notification in connection.notifies(timeout=WAIT_SECONDS):
                yield _read(notification.payload)


def from_redis(url: str, stopping: threading.Event) -> Iterator[Change | None]:
    """What every process publishes after its commits."""
    with Redis.from_url(url) as server, server.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(redis_channel())
        yield None
        while not stopping.is_set():
            message: dict[str, Any] | None = heard.get_message(timeout=WAIT_SECONDS)
            if message is not None:
                yield _read(message["data"])


def _read(told: str) -> Change | None:
    """What was told; None, so that everybody looks, for what another release says in another shape."""
    try:
        return Change.from_json(told)
    except (ValueError, KeyError, TypeError) as error:
        logger.warning("news of a change cannot be read (%s)", type(error).__name__)
        return None
