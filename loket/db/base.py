"""The database: engine, sessions, and the column types that every table shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, DateTime, Delete, Dialect, Engine, MetaData, Update, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import JSON, TypeDecorator

from loket import settings

BUSY_TIMEOUT_MS = 15_000
LARGEST_ID = 2**31 - 1
"""The largest number that a column of ids holds; PostgreSQL refuses to compare it with a larger one."""


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


def make_engine(url: str) -> Engine:
    """An engine for SQLite (WAL, durable, waits for its turn) or PostgreSQL."""
    if not url.startswith("sqlite"):
        return create_engine(url.replace("postgresql://", "postgresql+psycopg://"), pool_pre_ping=True)
    engine = create_engine(url, connect_args={"check_same_thread": False}, pool_size=20)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@cache
def engine() -> Engine:
    """The engine of this process, from the settings."""
    configured = settings.load()
    configured.var.mkdir(parents=True, exist_ok=True)
    return make_engine(configured.database)


@contextmanager
def transaction(bound: Engine | None = None) -> Iterator[Session]:
    """A session in one transaction that may write: committed at the end, rolled back on an error.

    On SQLite it takes the write lock at its start, so that what it read is still true when it writes.
    """
    with (
        Session((bound or engine()).execution_options(writes=True), expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


def changed(session: Session, statement: Update | Delete) -> int:
    """Run a conditional UPDATE or DELETE and return how many rows it changed or removed."""
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


@contextmanager
def reading(bound: Engine | None = None) -> Iterator[Session]:
    """A session that only reads: it waits for nobody and nothing it changes is kept."""
    with Session(bound or engine(), expire_on_commit=False) as session:
        yield session


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling begins late; SQLAlchemy's "begin" event does it instead.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
