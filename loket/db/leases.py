"""Who does a background job now: one holder per job, for as long as it keeps its lease alive.

A lapsed lease is anybody's, so another worker takes over from one that is killed. Taking one is a single conditional
UPDATE: of two workers that try at the same moment, on whatever machine, the database lets one through. The times are those
of the machines; their clocks must agree to within a few seconds, as with NTP.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from loket.db.base import Base, changed


class JobLease(Base):
    """One job of the worker, and who may do it until when."""

    __tablename__ = "job_lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]


def take(session: Session, name: str, holder: str, now: datetime, length: timedelta) -> bool:
    """Take or renew the lease of a job; False while another holds it."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(JobLease).values(name=name, holder=holder, until=now)
    session.execute(row.on_conflict_do_nothing())
    free = or_(JobLease.holder == holder, JobLease.until <= now)
    mine = update(JobLease).where(JobLease.name == name, free).values(holder=holder, until=now + length)
    return changed(session, mine.execution_options(synchronize_session=False)) > 0


def give_back(session: Session, holder: str) -> None:
    """Let go of every lease of this holder, so that the next one need not wait for it to lapse."""
    session.execute(delete(JobLease).where(JobLease.holder == holder))


def alive(session: Session, now: datetime) -> bool:
    """Whether any worker is at work: some lease has not lapsed."""
    return session.scalar(select(JobLease.name).where(JobLease.until > now).limit(1)) is not None
