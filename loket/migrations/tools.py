"""What migrations may use in addition to Alembic: a table change that keeps every row, and time for a slow statement.

A migration imports nothing else from the service: today's code changes, what a migration once did may not. (Settings decide
nothing: it may know the secret from them, because what it seals must be opened.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op
from alembic.operations.base import BatchOperations

from loket import settings

LOCK_TIMEOUT, STATEMENT_TIMEOUT = "4s", "5s"
"""On PostgreSQL, for each statement in a migration."""


@contextmanager
def changed_table(name: str) -> Iterator[BatchOperations]:
    """Alembic's batch for one table, safe with rows in it and with triggers on or about it.

    SQLite changes a table by copying it and dropping the old one. That drops the table's triggers too, and fails on a
    trigger elsewhere that names it; so every trigger in the database is dropped before and restored afterwards, as it was.
    (Foreign keys are off meanwhile: loket.migrations.migrate.)
    """
    if op.get_bind().dialect.name == "sqlite":
        with _without_triggers(), op.batch_alter_table(name) as batch:
            yield batch
    else:
        with op.batch_alter_table(name) as batch:
            yield batch


@contextmanager
def unhurried() -> Iterator[None]:
    """In here a statement on PostgreSQL may take as long as it needs: an index on a large table."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute("SET LOCAL statement_timeout = 0")
    yield
    if on_postgresql:
        op.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")


@contextmanager
def _without_triggers() -> Iterator[None]:
    connection = op.get_bind()
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in found:
        connection.exec_driver_sql(statement)


def secret_for(purpose: str) -> str:
    """The key of this copy for one purpose: 64 hexadecimal digits. It is not today's code but what an operator set."""
    return settings.load().token(purpose)
