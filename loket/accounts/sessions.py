"""Lasting logins: begin one, see whose it is, keep it alive, end it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from loket.accounts.models import Account, HalfLogin, StaffSession
from loket.tokens import hash_token

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)


def begin(session: Session, account: Account, now: datetime, *, by_provider: bool = False) -> str:
    """A fresh session token for the account; older ones of the same browser are ended by the caller."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(StaffSession).where(StaffSession.created_at < now - ABSOLUTE))
    session.add(
        StaffSession(
            token_hash=hash_token(token), account_id=account.id, created_at=now, seen_at=now, by_provider=by_provider
        )
    )
    return token


def find(session: Session, token: str, now: datetime) -> StaffSession | None:
    """The login that this token opens; None when it is unknown, idle for too long, too old, or its account is off."""
    whole = joinedload(StaffSession.account).selectinload(Account.memberships)
    login = session.get(StaffSession, hash_token(token), options=[whole])
    return login if login is not None and login.account.active and _alive(login, now) else None


def of_account(session: Session, account_id: int, now: datetime) -> list[StaffSession]:
    """The account's logins that still open something, most recently used first."""
    query = select(StaffSession).where(StaffSession.account_id == account_id).order_by(StaffSession.seen_at.desc())
    return [login for login in session.scalars(query) if _alive(login, now)]


def is_due(login: StaffSession, now: datetime) -> bool:
    """Whether it is time to note again that the session is in use: at most once a minute, so that reading rarely writes."""
    return now - login.seen_at > NOTED_EVERY


def touch(session: Session, token: str, now: datetime) -> None:
    """Note that the session is in use."""
    session.execute(update(StaffSession).where(StaffSession.token_hash == hash_token(token)).values(seen_at=now))


def end(session: Session, token: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_hash == hash_token(token)))


def end_one(session: Session, account_id: int, token_hash: str) -> None:
    """End a login of this account, known by the hash of its token, as the page lists it."""
    session.execute(
        delete(StaffSession).where(StaffSession.account_id == account_id, StaffSession.token_hash == token_hash)
    )


def end_all(session: Session, account_id: int, *, but: str | None = None) -> None:
    """End every login of the account, half ones too; `but` is the token of one to keep."""
    others = delete(StaffSession).where(StaffSession.account_id == account_id)
    session.execute(others if but is None else others.where(StaffSession.token_hash != hash_token(but)))
    session.execute(delete(HalfLogin).where(HalfLogin.account_id == account_id))


def _alive(login: StaffSession, now: datetime) -> bool:
    return now - login.seen_at <= IDLE and now - login.created_at <= ABSOLUTE
