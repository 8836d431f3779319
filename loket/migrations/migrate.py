"""Bring the database to the newest version, or say how it differs from the models.

One transaction, and one program at a time: whoever starts second waits and then finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from loket.exceptions import LoketError
from loket.migrations import tools

MIGRATIONS = Path(__file__).parent
ADVISORY_LOCK = 5_010_001
"""PostgreSQL's number for "somebody migrates this database"."""
TURN_SECONDS = 60
"""How long to wait for another program that is migrating."""
LOCK_NOT_AVAILABLE, QUERY_CANCELED = "55P03", "57014"


class MigrationBlocked(LoketError):
    """Somebody held the database, or a table, for too long; nothing was changed."""

    code = "migration_blocked"
    message = (
        "The database could not be brought up to date: another program holds it, or a change took too long. "
        "Nothing was changed. Try again, at a quiet moment."
    )


class BrokenReferences(LoketError):
    """A migration left rows that refer to missing rows; nothing was changed."""

    code = "broken_references"


class SchemaTooOld(LoketError):
    """The database is from an earlier release, or empty."""

    code = "schema_too_old"
    message = "The database is older than this release. Run `loket db upgrade` first (`loket serve` does so itself)."


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the pending migrations. Raises MigrationBlocked, BrokenReferences."""
    with _migrating(engine) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Undo migrations down to a revision. Raises MigrationBlocked, BrokenReferences."""
    with _migrating(engine) as connection:
        command.downgrade(_config(connection), revision)


def check(engine: Engine) -> None:
    """Raises alembic's CommandError when models and database differ."""
    with engine.connect() as connection:
        command.check(_config(connection))


def require_current(engine: Engine) -> None:
    """Raises SchemaTooOld unless every migration of this release is in.

    A database of a *later* release is accepted: during an upgrade the old processes keep running next to it for a while.
    """
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
        scripts = ScriptDirectory.from_config(_config(connection))
    known = {script.revision for script in scripts.walk_revisions()}
    if not current or (set(current) <= known and set(current) != set(scripts.get_heads())):
        raise SchemaTooOld


def new_revision(engine: Engine, message: str) -> None:
    """Write a migration from the difference between database and models; read and correct it before it is used."""
    with engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """A connection in its own transaction, in which nobody else migrates."""
    alone = _alone_on_sqlite if engine.dialect.name == "sqlite" else _alone_on_postgresql
    try:
        with engine.connect().execution_options(writes=True) as connection, alone(connection):
            yield connection
    except OperationalError as error:
        if _was_blocked(error):
            raise MigrationBlocked from error
        raise


@contextmanager
def _alone_on_sqlite(connection: Connection) -> Iterator[None]:
    """The transaction begins with the write lock. Foreign keys are off in it, and checked before it is committed.

    SQLite changes a table by copying it: with foreign keys on, dropping the old one deletes every row that refers to it.
    The switch does nothing inside a transaction, so it is set before, on the driver's connection.
    """
    driver: Any = connection.connection.driver_connection
    waits = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    driver.execute(f"PRAGMA busy_timeout={TURN_SECONDS * 1000}")
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                tables = ", ".join(sorted({f"{row[0]} -> {row[2]}" for row in broken}))
                raise BrokenReferences(f"{len(broken)} rows would refer to nothing ({tables}); nothing was changed")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.execute(f"PRAGMA busy_timeout={waits}")


@contextmanager
def _alone_on_postgresql(connection: Connection) -> Iterator[None]:
    """Wait for whoever is migrating; then wait for no lock for long, because everybody else queues up behind that wait."""
    with connection.begin():
        connection.execute(text(f"SET LOCAL statement_timeout = '{TURN_SECONDS}s'"))
        connection.execute(text(f"SET LOCAL lock_timeout = '{TURN_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
        connection.execute(text(f"SET LOCAL lock_timeout = '{tools.LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{tools.STATEMENT_TIMEOUT}'"))
        yield


def _was_blocked(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", "") in (LOCK_NOT_AVAILABLE, QUERY_CANCELED) or "locked" in str(error.orig)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config
