"""The outbox: put mail in, in the transaction that causes it; see what waits or failed; forget what is old."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from loket.db.base import changed
from loket.mail.models import FAILED, WAITING, Outbox

MESSAGE_ID_DOMAIN = "loket5010"


@dataclass(frozen=True)
class Backlog:
    """How much mail has not gone out. `oldest` is when the first waiting mail was written."""

    waiting: int
    failed: int
    oldest: datetime | None


def put(session: Session, recipient: str, subject: str, body: str, now: datetime, *, secret: bool = False) -> Outbox:
    """Queue one plain-text mail. It is sent after the transaction, and again until the server accepts it.

    `secret`: the body contains a link that opens something, and is emptied once it is sent.
    """
    row = Outbox(
        message_id=f"<{uuid.uuid4().hex}@{MESSAGE_ID_DOMAIN}>",
        recipient=recipient,
        subject=subject,
        body=body,
        created_at=now,
        try_after=now,
        secret=secret,
    )
    session.add(row)
    return row


def backlog(session: Session) -> Backlog:
    """What has not gone out, in numbers."""
    waiting, oldest = session.execute(
        select(func.count(Outbox.id), func.min(Outbox.created_at)).where(text(WAITING))
    ).one()
    failed = session.scalar(select(func.count(Outbox.id)).where(text(FAILED))) or 0
    return Backlog(waiting, failed, oldest)


def given_up(session: Session, most: int) -> list[Outbox]:
    """The mails that were given up, newest first."""
    return list(session.scalars(select(Outbox).where(text(FAILED)).order_by(Outbox.failed_at.desc()).limit(most)))


def retry(session: Session, row_id: int, now: datetime) -> bool:
    """Have a mail that was given up tried again, from the start; False when it is not there or not given up."""
    failed = update(Outbox).where(Outbox.id == row_id, text(FAILED))
    return changed(session, failed.values(failed_at=None, refusals=0, attempts=0, try_after=now)) > 0


def forget(session: Session, now: datetime, days: int) -> int:
    """Remove mail of this age, address and text, whatever became of it; returns how many were removed."""
    return changed(session, delete(Outbox).where(Outbox.created_at < now - timedelta(days=days)))
