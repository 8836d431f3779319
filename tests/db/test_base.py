"""What every table shares: moments with a time zone, and transactions that hold."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from loket.clock import AMSTERDAM
from loket.conversations import registry, transcript
from loket.conversations.models import Conversation
from loket.db import base
from loket.db.base import reading, transaction
from tests.conftest import NOON
from tests.support.site import all_of


def start(now: datetime = NOON) -> str:
    with transaction() as session:
        return registry.start(session, now)[0].id


def test_a_moment_comes_back_in_utc(database: Engine) -> None:
    start(NOON.astimezone(AMSTERDAM))
    moment = all_of(Conversation)[0].created_at
    assert (moment, moment.tzinfo) == (NOON, UTC)


def test_a_moment_without_time_zone_is_refused(database: Engine) -> None:
    with pytest.raises(StatementError, match="without time zone"):
        start(datetime(2026, 11, 24, 12, 0))  # noqa: DTZ001 - that is the point


def test_an_error_leaves_nothing(database: Engine) -> None:
    with pytest.raises(RuntimeError):
        fail_half_way()
    assert all_of(Conversation) == []


def fail_half_way() -> None:
    with transaction() as session:
        registry.start(session, NOON)
        raise RuntimeError


def test_many_writers_wait_for_their_turn(database: Engine) -> None:
    threads = [threading.Thread(target=start) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(all_of(Conversation)) == 16


def test_a_reader_does_not_wait_for_a_writer(database: Engine) -> None:
    with transaction() as writing:
        registry.start(writing, NOON)
        writing.flush()
        with reading() as session:
            assert session.query(Conversation).count() == 0


def test_what_a_reader_changes_is_not_kept(database: Engine) -> None:
    conversation_id = start()
    with reading() as session:
        session.get_one(Conversation, conversation_id).owner = "adviser"
    assert all_of(Conversation)[0].owner == "assistant"


def test_sqlite_keeps_what_was_committed_and_the_ties_between_rows(sqlite: Engine) -> None:
    """A lost power supply loses no acknowledged message, and no row points to one that is gone."""
    with sqlite.connect() as connection:
        settings = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "foreign_keys", "journal_mode")}  # fmt: skip
    assert settings == {"synchronous": 2, "foreign_keys": 1, "journal_mode": "wal"}


def test_an_error_does_not_show_what_was_written(database: Engine) -> None:
    conversation_id = start()
    with pytest.raises(IntegrityError) as error:
        write_twice(conversation_id)
    assert "mijn kind" not in str(error.value)


def write_twice(conversation_id: str) -> None:
    with transaction() as session:
        for _ in range(2):
            transcript.receive(session, session.get_one(Conversation, conversation_id), "mijn kind", "1", NOON, None)
            session.flush()


def test_a_statement_that_takes_too_long_is_stopped(database: Engine) -> None:
    if database.dialect.name != "postgresql":
        pytest.skip("SQLite has no such limit")
    limited = base.make_engine(str(database.url), base.Limits(statement=0.2, lock=0.3, idle=7))
    with limited.connect() as connection, pytest.raises(OperationalError, match="statement timeout"):
        connection.execute(text("SELECT pg_sleep(5)"))
    with limited.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "300ms"
        assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) == "7s"
    limited.dispose()
