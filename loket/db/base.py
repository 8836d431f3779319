"""The database: engine, sessions, and the column types that every table shares."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    CursorResult,
    DateTime,
    Delete,
    Dialect,
    Engine,
    MetaData,
    Update,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import JSON, TypeDecorator

from loket import settings
from loket.exceptions import LoketError

BUSY_TIMEOUT_MS = 15_000
SOON_MS = 20
"""On PostgreSQL, how long what does not wait tries for a lock; 0 would be for ever."""
LARGEST_ID = 2**31 - 1
"""The largest number that an id column holds; PostgreSQL refuses to compare it with a larger one."""


class Busy(LoketError):
    """Another transaction holds a lock that a transaction that does not wait needs. Nothing was changed."""

    code = "busy"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}


@dataclass(frozen=True)
class Limits:
    """How many connections a process has, and how long anything may take on PostgreSQL, in seconds."""

    pool: int = 10
    overflow: int = 10
    pool_wait: float = 10.0
    statement: float = 30.0
    lock: float = 10.0
    idle: float = 60.0

    @property
    def options(self) -> str:
        """For libpq, so that every connection has them from its first statement."""
        waits = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle,
        }
        return " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in waits.items())


def make_engine(url: str, limits: Limits = Limits()) -> Engine:
    """An engine for SQLite (WAL, durable, waits for its turn) or PostgreSQL.

    What is written never shows in an error: a log with a failed statement would contain what a parent wrote.
    """
    common: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": limits.pool,
        "max_overflow": limits.overflow,
        "pool_timeout": limits.pool_wait,
    }
    if not url.startswith("sqlite"):
        connect = {"options": limits.options}
        return create_engine(settings.understood_url(url), pool_pre_ping=True, connect_args=connect, **common)
    engine = create_engine(url, connect_args={"check_same_thread": False}, **common)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@cache
def engine() -> Engine:
    """The engine of this process, from the settings."""
    configured = settings.load()
    folder = configured.state_folder()
    if not configured.database_url:
        _close_to_others(folder / "loket.db")
    limits = Limits(
        configured.db_pool_size,
        configured.db_pool_overflow,
        configured.db_pool_timeout,
        configured.db_statement_timeout,
        configured.db_lock_timeout,
        configured.db_idle_timeout,
    )
    return make_engine(configured.database, limits)


@contextmanager
def transaction(bound: Engine | None = None, *, waits: bool = True) -> Iterator[Session]:
    """A session in one transaction that may write: committed at the end, rolled back on an error.

    On SQLite it takes the write lock at the start, so that what it read is still true when it writes. With `waits` off it
    raises Busy instead of waiting for a lock, on SQLite before anything is done.
    """
    options = (bound or engine()).execution_options(writes=True, waits=waits)
    try:
        with Session(options, expire_on_commit=False) as session, session.begin():
            if not waits:
                _wait_for_nobody(session)
            yield session
    except OperationalError as error:
        if not waits and _is_busy(error):
            raise Busy from error
        raise


def _wait_for_nobody(session: Session) -> None:
    if session.connection().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL lock_timeout = {SOON_MS}"))


def _is_busy(error: OperationalError) -> bool:
    sqlite, postgresql = getattr(error.orig, "sqlite_errorname", ""), getattr(error.orig, "sqlstate", "")
    return str(sqlite).startswith("SQLITE_BUSY") or postgresql == "55P03"


def alone(session: Session, number: int) -> None:
    """Let no other transaction that asks for this number proceed until this one ends, where there is no row to lock.

    On SQLite `transaction()` holds the only write lock there is.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(number)))


def changed(session: Session, statement: Update | Delete) -> int:
    """Run a conditional UPDATE or DELETE and return how many rows it changed or removed."""
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


def put(session: Session, model: type[Base], key: dict[str, Any], **values: Any) -> None:
    """Write the row with this primary key, whether or not it is there: of two who do so at once neither fails."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(model).values(**key, **values)
    session.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))


@contextmanager
def reading(bound: Engine | None = None) -> Iterator[Session]:
    """A session that only reads: it waits for nobody and nothing it changes is kept."""
    with Session(bound or engine(), expire_on_commit=False) as session:
        yield session


def _close_to_others(file: Path) -> None:
    """Close the file to all but its owner, a new one from its first byte. SQLite gives its -wal and -shm the same mode."""
    with suppress(PermissionError):  # it belongs to another user, who takes care of it
        os.close(os.open(file, os.O_CREAT | os.O_RDONLY, 0o600))
        file.chmod(0o600)


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling begins late; SQLAlchemy's "begin" event does it instead.
    connection.isolation_level = None
    for pragma in (
        # First, because the next one has to wait its turn in a new file too.
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    if not options.get("writes", False):
        connection.exec_driver_sql("BEGIN")
        return
    waits = options.get("waits", True)
    if not waits:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        if not waits:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
