"""A ticket's files: pdf, image or plain text, recognised by content and kept outside the web root."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from loket import settings
from loket.accounts.models import Account
from loket.conversations.models import Message
from loket.exceptions import Refused
from loket.tickets import access, events
from loket.tickets.mails import link
from loket.tickets.models import Attachment, EventKind, RemovedFile, Ticket

MAX_BYTES = 10 * 1024 * 1024
MOST_SWEPT = 1_000
"""Files that are deleted in one transaction."""
_MAGIC = (
    ("application/pdf", re.compile(rb"%PDF-\d")),
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/gif", re.compile(rb"GIF8[79]a")),
    ("image/webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
)
_ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "text/plain": ".txt",
}


class FileRefused(Refused):
    """A file that cannot be kept; the message says what to do."""

    code = "file_refused"


def add(
    session: Session, ticket: Ticket, account: Account, name: str, content: bytes, now: datetime, *, internal: bool
) -> Attachment:
    """Keep a file with a ticket. One that is not internal goes to the parent with the next reply. Raises FileRefused."""
    media_type = checked(content)
    key = secrets.token_hex(20)
    path = _path(key)
    settings.load().state_folder()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    # Our sessions are one transaction: if it is not committed, no row ever names this file.
    event.listen(session, "after_rollback", lambda _: path.unlink(missing_ok=True), once=True)
    attachment = Attachment(
        ticket_id=ticket.id,
        account_id=account.id,
        internal=internal,
        name=safe_name(name, media_type),
        media_type=media_type,
        size=len(content),
        key=key,
        created_at=now,
    )
    session.add(attachment)
    events.record(session, ticket, EventKind.ATTACHED, now, account, {"type": media_type, "internal": internal})
    return attachment


def checked(content: bytes) -> str:
    """The media type that the content itself shows. Raises FileRefused."""
    if not content:
        raise FileRefused("Kies eerst een bestand.")
    if len(content) > MAX_BYTES:
        raise FileRefused("Dit bestand is te groot. Het mag ten hoogste 10 MB zijn.")
    for media_type, magic in _MAGIC:
        if magic.match(content):
            return media_type
    if _is_text(content):
        return "text/plain"
    raise FileRefused("Dit soort bestand kan niet. Kies een pdf, een afbeelding of platte tekst.")


def safe_name(name: str, media_type: str) -> str:
    """A name fit to be offered for saving, with the extension that belongs to the content."""
    stem = re.sub(r"[^\w .()-]", "_", Path(name.replace("\\", "/")).name).strip(" .")
    ending = _ENDINGS[media_type]
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", stem)[:100] or "bijlage"
    return stem + ending


def of_ticket(session: Session, ticket_id: int, reader: Account) -> list[Attachment]:
    """The files of a ticket that this account gets, oldest first."""
    query = select(Attachment).where(Attachment.ticket_id == ticket_id).order_by(Attachment.id)
    return [file for file in session.scalars(query) if readable(session, file, reader)]


def readable(session: Session, file: Attachment, reader: Account) -> bool:
    """Whether this account, which may read the ticket, gets this file."""
    author = session.get(Account, file.account_id) if file.account_id else None
    return access.sees_file(reader, file, author)


def content(attachment: Attachment) -> bytes:
    """The bytes. Raises FileNotFoundError when the state folder no longer has them."""
    return _path(attachment.key).read_bytes()


def send_along(session: Session, ticket: Ticket, adviser: Account, message: Message) -> None:
    """Give the parent the files that this adviser prepared for the reply."""
    ready = select(Attachment).where(
        Attachment.ticket_id == ticket.id,
        Attachment.account_id == adviser.id,
        Attachment.message_id.is_(None),
        Attachment.internal.is_(False),
    )
    files = session.scalars(ready.order_by(Attachment.id)).all()
    for file in files:
        file.message_id = message.id
    if files:
        shown = [{"name": file.name, "size": file.size, "url": f"{link(ticket)}/bijlagen/{file.id}"} for file in files]
        message.extra = (message.extra or {}) | {"attachments": shown}


def sweep(session: Session) -> int:
    """Delete the files of attachments whose rows are gone; returns how many.

    Only what this database has known: a trigger recorded their keys (RemovedFile). A file that it does not know is left
    alone, because the database may be new or restored and the file somebody's only copy.
    """
    removed = session.scalars(select(RemovedFile).limit(MOST_SWEPT)).all()
    for gone in removed:
        if session.scalar(select(Attachment.id).where(Attachment.key == gone.key)) is None:
            _path(gone.key).unlink(missing_ok=True)
        session.delete(gone)
    return len(removed)


def _path(key: str) -> Path:
    return _folder() / key[:2] / key


def _folder() -> Path:
    return settings.load().var / "attachments"


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    # A script or a page in a text file is served as plain text for saving, never shown.
    return not any(ord(character) < 32 and character not in "\t\n\r\f" for character in text)
