"""Can the database be written to? Reading goes on when the disk is full, so it proves nothing."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, LargeBinary
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from loket.db.base import BUSY_TIMEOUT_MS, Base
from loket.db.base import engine as engine_of_process

SIZE = 16 * 1024
"""Bytes written: more than the spare room in a database file."""
BUSY_MS = 500


class WriteProbe(Base):
    """The one row that is written to see whether writing works."""

    __tablename__ = "write_probe"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    filler: Mapped[bytes] = mapped_column(LargeBinary)


def writable(now: datetime, bound: Engine | None = None) -> bool:
    """Write and commit a few pages. A database that is merely busy counts as writable; raises nothing."""
    try:
        _write(bound or engine_of_process(), now)
    except DBAPIError as error:
        # Somebody else is writing, so it can be written to.
        return "locked" in str(error.orig)
    except OSError:
        return False
    return True


def _write(engine: Engine, now: datetime) -> None:
    with engine.connect().execution_options(writes=True) as connection:
        on_sqlite = engine.dialect.name == "sqlite"
        driver = connection.connection.driver_connection
        if on_sqlite and driver is not None:
            driver.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        try:
            with connection.begin():
                connection.execute(_row(sqlite if on_sqlite else postgresql, now))
        finally:
            if on_sqlite and driver is not None:
                driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _row(dialect: Any, now: datetime) -> Any:
    values = {"at": now, "filler": secrets.token_bytes(SIZE)}
    row = dialect.insert(WriteProbe).values(id=1, **values)
    return row.on_conflict_do_update(index_elements=["id"], set_=values)
