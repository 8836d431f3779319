"""How often something was done within a window of time, for limits that all processes share: the storage of `limits` in the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from limits.storage import Storage
from sqlalchemy import String, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from loket.clock import utc_now
from loket.db.base import Base, changed, reading, transaction


class RateCount(Base):
    """One count and when its window ends. The key names the limit; whom it is about is hashed (loket.parents.limits)."""

    __tablename__ = "rate_count"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


def count(session: Session, key: str, seconds: int, now: datetime, amount: int = 1) -> int:
    """Count in the caller's transaction, so that what is undone is not counted; returns the count of the window.

    A window that is over begins again now and lasts so many seconds. One statement: two at the same moment are both counted.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(RateCount).values(key=key, count=amount, ends_at=now + timedelta(seconds=seconds))
    over = RateCount.ends_at <= now
    counted = row.on_conflict_do_update(
        index_elements=[RateCount.key],
        set_={
            "count": case((over, row.excluded.count), else_=RateCount.count + row.excluded.count),
            "ends_at": case((over, row.excluded.ends_at), else_=RateCount.ends_at),
        },
    )
    return session.execute(counted.returning(RateCount.count)).scalar_one()


class DatabaseStorage(Storage):
    """Each count is one statement in its own transaction: two at the same moment are both counted."""

    STORAGE_SCHEME = ["loket"]

    def __init__(self, uri: str | None = None, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(uri, wrap_exceptions=True)
        self._clock = clock

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` more; a window that is over begins again now and lasts `expiry` seconds."""
        with transaction() as session:
            return count(session, key, expiry, self._clock(), amount)

    def get(self, key: str) -> int:
        found = self._row(key)
        return found.count if found and found.ends_at > self._clock() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970."""
        found = self._row(key)
        return (found.ends_at if found else self._clock()).timestamp()

    def check(self) -> bool:
        self.get("")
        return True

    def reset(self) -> int:
        with transaction() as session:
            return changed(session, delete(RateCount))

    def clear(self, key: str) -> None:
        with transaction() as session:
            session.execute(delete(RateCount).where(RateCount.key == key))

    def _row(self, key: str) -> RateCount | None:
        with reading() as session:
            return session.scalar(select(RateCount).where(RateCount.key == key))


def forget_old(session: Session, now: datetime) -> int:
    """Remove the counts whose window is over; returns how many. For the worker to call, every so often."""
    return changed(session, delete(RateCount).where(RateCount.ends_at <= now))
