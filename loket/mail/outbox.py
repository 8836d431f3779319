"""The outbox: put mail in, in the transaction that causes it; see what waits or failed; forget what is old.

A text may hold a link that opens something, and nobody reads it here once it is gone. So every mail loses its text when it is
sent, whatever is in it; one that is given up keeps it sealed, for when the administrator has it tried again.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from loket import settings
from loket.db.base import changed
from loket.exceptions import Refused
from loket.mail.models import FAILED, WAITING, Outbox
from loket.tokens import box

MESSAGE_ID_DOMAIN = "loket5010"
SEALED = "sealed:"
"""How the text of a mail that was given up begins."""


class Unreadable(Refused):
    """The text was sealed under another secret key, so there is nothing to send."""

    code = "unreadable"
    status = 409
    message = "De tekst van deze mail is niet meer te lezen, omdat de geheime sleutel van deze dienst is veranderd."


@dataclass(frozen=True)
class Backlog:
    """How much mail has not gone out. `oldest` is when the first waiting mail was written."""

    waiting: int
    failed: int
    oldest: datetime | None


def put(session: Session, recipient: str, subject: str, body: str, now: datetime) -> Outbox:
    """Queue one plain-text mail. It is sent after the transaction, and again until the server accepts it."""
    row = Outbox(
        message_id=f"<{uuid.uuid4().hex}@{MESSAGE_ID_DOMAIN}>",
        recipient=recipient,
        subject=subject,
        body=body,
        created_at=now,
        try_after=now,
    )
    session.add(row)
    return row


def sent(row: Outbox, now: datetime) -> None:
    """The server has accepted it, so we need its text no more."""
    row.sent_at, row.last_error, row.body = now, None, ""


def give_up(row: Outbox, now: datetime) -> None:
    """Nobody tries it again by itself; its text waits, sealed, for the administrator."""
    row.failed_at = now
    row.body = SEALED + box(_key()).encrypt(row.body.encode()).decode()


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
    """Have a mail that was given up tried again, from the start; False when it is not there or not given up.

    Raises Unreadable.
    """
    failed = update(Outbox).where(Outbox.id == row_id, text(FAILED))
    if not changed(session, failed.values(failed_at=None, refusals=0, attempts=0, try_after=now)):
        return False
    row = session.get_one(Outbox, row_id, populate_existing=True)
    row.body = _opened(row.body)
    return True


def forget(session: Session, now: datetime, days: int) -> int:
    """Remove mail of this age, address and text, whatever became of it; returns how many were removed."""
    return changed(session, delete(Outbox).where(Outbox.created_at < now - timedelta(days=days)))


def _opened(body: str) -> str:
    if not body.startswith(SEALED):
        return body  # given up by the release before, during an upgrade
    try:
        return box(_key()).decrypt(body.removeprefix(SEALED).encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _key() -> str:
    return settings.load().token("mail")
