"""Outgoing mail: a row in the transaction that causes it, sent afterwards, at least once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from loket.db.base import Base


class Outbox(Base):
    """One mail to send. `message_id` stays the same over every attempt, so that a second arrival is recognised."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    try_after: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(200))
