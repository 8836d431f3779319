"""Outgoing mail: a row in the transaction that causes it, sent afterwards, at least once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from loket.db.base import Base

WAITING, FAILED = "sent_at IS NULL AND failed_at IS NULL", "failed_at IS NOT NULL"
"""The two kinds of mail that are looked up; each has an index that contains no others."""


class Outbox(Base):
    """One mail to send. `message_id` stays the same over every attempt, so that a second arrival is recognised."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "try_after", "id", sqlite_where=text(WAITING), postgresql_where=text(WAITING)),
        Index("ix_outbox_failed", "failed_at", sqlite_where=text(FAILED), postgresql_where=text(FAILED)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
    """Empty once it is sent; sealed while it is given up (loket.mail.outbox)."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    try_after: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(200))
    """The kind of error of the last try, never a server's own words: they may quote the address."""
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was refused permanently, by the server or because no message can be made of it."""
    failed_at: Mapped[datetime | None]
    """When it was given up. It waits for the administrator, at /balie/post."""
    secret: Mapped[bool] = mapped_column(default=False, server_default=false())
    """No longer used: every mail loses its text. The column stays, so that the release before can go on writing rows."""
