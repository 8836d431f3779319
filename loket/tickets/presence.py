"""Who else has a ticket's page open: a hint, never a lock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from loket.accounts.models import Account
from loket.db.base import put
from loket.tickets import access
from loket.tickets.models import Presence

GONE_AFTER = timedelta(seconds=60)


def seen(session: Session, ticket_id: int, account_id: int, now: datetime) -> None:
    """Note that this account's page of the ticket is open."""
    put(session, Presence, {"ticket_id": ticket_id, "account_id": account_id}, seen_at=now)


def others(session: Session, ticket_id: int, who: Account, now: datetime) -> list[str]:
    """The names of the colleagues looking at this ticket now."""
    query = select(Presence).where(Presence.ticket_id == ticket_id, Presence.account_id != who.id)
    with_account = joinedload(Presence.account)
    found = session.scalars(query.where(Presence.seen_at >= now - GONE_AFTER).options(with_account))
    return sorted(presence.account.name for presence in found if access.sees_name(who, presence.account))
