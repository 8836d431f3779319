"""Accounts: make them, log in, keep a login alive, log out."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from loket.accounts import passwords
from loket.accounts.audit import Audited, audit
from loket.accounts.models import ROLES, Account, LoginFailure, StaffSession
from loket.tokens import hash_token

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
WINDOW = timedelta(minutes=5)


class AccountError(Exception):
    """An account cannot be made or changed so; the message is for who asked."""


class TooManyAttempts(Exception):
    """Te vaak geprobeerd. Wacht vijf minuten en probeer het opnieuw."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def add(session: Session, email: str, name: str, role: str, now: datetime) -> tuple[Account, str]:
    """A new account with a one-time password. Raises AccountError."""
    email = email.strip().lower()
    if role not in ROLES:
        raise AccountError(f"unknown role {role!r}; known: {', '.join(ROLES)}")
    if "@" not in email:
        raise AccountError(f"{email!r} is not an e-mail address")
    if session.scalar(select(Account).where(Account.email == email)):
        raise AccountError(f"{email} has an account already")
    password = passwords.one_time()
    account = Account(
        email=email,
        name=name,
        role=role,
        password_hash=passwords.hashed(password),
        must_change_password=True,
        created_at=now,
    )
    session.add(account)
    session.flush()
    audit(session, None, Audited.ACCOUNT_ADD, f"account:{account.id}", now)
    return account, password


def first_administrator(session: Session, now: datetime) -> tuple[Account, str] | None:
    """The administrator that a new installation begins with; None when there are accounts."""
    if session.scalar(select(func.count()).select_from(Account)):
        return None
    return add(session, "beheer@loket.local", "Beheer", "administrator", now)


def log_in(
    session: Session, email: str, password: str, address: str, now: datetime, limit: int
) -> tuple[Account, str] | None:
    """The account and a new session token, or None: an unknown account and a wrong password look the same.

    Raises TooManyAttempts after `limit` failures in five minutes from one address or for one account.
    """
    email = email.strip().lower()
    keys = [hash_token(f"address {address}"), hash_token(f"account {email}")]
    session.execute(delete(LoginFailure).where(LoginFailure.at < now - WINDOW))
    for key in keys:
        count = session.scalar(select(func.count()).select_from(LoginFailure).where(LoginFailure.key == key))
        if (count or 0) >= limit:
            raise TooManyAttempts
    account = session.scalar(select(Account).where(Account.email == email, Account.active))
    if not passwords.verify(account.password_hash if account else None, password) or account is None:
        session.add_all(LoginFailure(key=key, at=now) for key in keys)
        audit(session, None, Audited.LOGIN_FAILED, "account", now)
        return None
    audit(session, account, Audited.LOGIN, f"account:{account.id}", now)
    return account, open_session(session, account, now)


def open_session(session: Session, account: Account, now: datetime) -> str:
    """A fresh session token for the account; older ones of the same browser are ended by the caller."""
    token = secrets.token_urlsafe(32)
    session.add(StaffSession(token_hash=hash_token(token), account_id=account.id, created_at=now, seen_at=now))
    return token


def of_token(session: Session, token: str, now: datetime) -> Account | None:
    """Who is logged in with this token; None when it is unknown, idle for too long, or too old."""
    login = session.get(StaffSession, hash_token(token))
    if login is None or now - login.seen_at > IDLE or now - login.created_at > ABSOLUTE or not login.account.active:
        return None
    return login.account


def touch(session: Session, token: str, now: datetime) -> None:
    """Note that the session is in use, at most once a minute."""
    login = session.get(StaffSession, hash_token(token))
    if login is not None and now - login.seen_at > timedelta(minutes=1):
        login.seen_at = now


def log_out(session: Session, token: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_hash == hash_token(token)))


def change_password(session: Session, account: Account, old: str, new: str, now: datetime) -> None:
    """Set a new password and end every session of the account. Raises AccountError with a Dutch message."""
    if not passwords.verify(account.password_hash, old):
        raise AccountError("Uw huidige wachtwoord klopt niet.")
    if len(new) < passwords.LEAST_LENGTH:
        raise AccountError(f"Kies een wachtwoord van ten minste {passwords.LEAST_LENGTH} tekens.")
    if new == old:
        raise AccountError("Kies een ander wachtwoord dan het huidige.")
    account.password_hash = passwords.hashed(new)
    account.must_change_password = False
    session.execute(delete(StaffSession).where(StaffSession.account_id == account.id))
    audit(session, account, Audited.PASSWORD_CHANGE, f"account:{account.id}", now)
