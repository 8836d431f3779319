"""What a staff member is typing, kept by the server: a closed browser, another desk or a lost claim loses nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from loket.db.base import put
from loket.tickets.models import Draft

MAX_TEXT = 20_000


def save(session: Session, ticket_id: int, account_id: int, text: str, now: datetime) -> None:
    """Keep the text as it stands; an empty one clears the draft."""
    if not text.strip():
        return drop(session, ticket_id, account_id)
    put(session, Draft, {"ticket_id": ticket_id, "account_id": account_id}, text=text[:MAX_TEXT], saved_at=now)


def find(session: Session, ticket_id: int, account_id: int) -> Draft | None:
    return session.get(Draft, (ticket_id, account_id))


def drop(session: Session, ticket_id: int, account_id: int) -> None:
    session.execute(delete(Draft).where(Draft.ticket_id == ticket_id, Draft.account_id == account_id))
