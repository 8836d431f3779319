"""Accounts: make them, change a password, let in someone who is locked out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loket.accounts import names, passwords, second_factor, sessions
from loket.accounts.audit import Audited, audit
from loket.accounts.models import Account
from loket.exceptions import Refused
from loket.staff_roles import ROLES, Role


class AccountError(Refused):
    """An account cannot be made or changed like this; the message is for whoever asked."""

    code = "account_refused"


def add(session: Session, email: str, name: str, role: str, now: datetime) -> tuple[Account, str]:
    """A new account with a one-time password. Raises AccountError."""
    email = email.strip().lower()
    if role not in ROLES:
        raise AccountError(f"unknown role {role!r}; known: {', '.join(ROLES)}")
    if "@" not in email:
        raise AccountError(f"{email!r} is not an e-mail address")
    if session.scalar(select(Account).where(Account.email == email)):
        raise AccountError(f"{email} has an account already")
    if names.problem(name):
        raise AccountError(f"a name has 1 to {names.LONGEST} printable characters")
    password = passwords.one_time()
    account = Account(
        email=email,
        name=names.clean(name),
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
    """The administrator that a new installation starts with; None when there are accounts."""
    if session.scalar(select(func.count()).select_from(Account)):
        return None
    return add(session, "beheer@loket.local", "Beheer", Role.ADMINISTRATOR, now)


def change_password(session: Session, account: Account, old: str, new: str, now: datetime) -> None:
    """Set a new password and end every session of the account. Raises AccountError with a Dutch message."""
    if not passwords.verify(account.password_hash, old):
        raise AccountError("Uw huidige wachtwoord klopt niet.")
    if new == old:
        raise AccountError("Kies een ander wachtwoord dan het huidige.")
    set_password(session, account, new)
    audit(session, account, Audited.PASSWORD_CHANGE, f"account:{account.id}", now)


def set_password(session: Session, account: Account, new: str) -> None:
    """Give the account this password, if it is good enough, and end every session. Raises AccountError in Dutch."""
    if problem := passwords.problem(new, account.email, account.name):
        raise AccountError(problem)
    account.password_hash = passwords.hashed(new)
    account.must_change_password = False
    sessions.end_all(session, account.id)


def reset(session: Session, email: str, now: datetime) -> tuple[Account, str]:
    """Let in someone locked out: a one-time password, no second factor, no sessions, active. Raises AccountError."""
    account = session.scalar(select(Account).where(Account.email == email.strip().lower()))
    if account is None:
        raise AccountError(f"{email!r} has no account")
    password = passwords.one_time()
    account.password_hash = passwords.hashed(password)
    account.must_change_password = True
    account.active = True
    second_factor.remove(session, account)
    sessions.end_all(session, account.id)
    audit(session, None, Audited.ACCOUNT_RESET, f"account:{account.id}", now)
    return account, password
