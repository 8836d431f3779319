"""Logging in: the password, then the code for those with a second factor."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from loket.accounts import devices, passwords, second_factor, sessions, throttle
from loket.accounts.audit import Audited, audit
from loket.accounts.models import Account, HalfLogin
from loket.db.base import changed
from loket.exceptions import Refused
from loket.tokens import hash_token

TIME_FOR_CODE = timedelta(minutes=5)


@dataclass(frozen=True)
class Login:
    """A login that has begun. While `code_needed`, the token opens nothing but the page that asks for the code."""

    account: Account
    token: str
    code_needed: bool = False


class HalfLoginGone(Refused):
    """The time to type the code is over, or it was already used."""

    code = "half_login_gone"
    message = "De tijd om de code te typen is voorbij. Log opnieuw in."


def with_password(
    session: Session, email: str, password: str, address: str, now: datetime, limit: int, *, browser: str = ""
) -> Login | None:
    """None for an unknown account and for a wrong password: they look the same.

    Raises TooManyAttempts while the address or the account has to wait (loket.accounts.throttle). `browser` is what a browser
    kept from an earlier login with this account; then only failures in that browser count.
    """
    email = email.strip().lower()
    account = session.scalar(select(Account).where(Account.email == email, Account.active))
    known = devices.number(browser, account, now)
    keys = [f"device {known}"] if known else [f"address {address}", f"account {email}"]
    throttle.check(session, keys, now, limit)
    if not passwords.verify(account.password_hash if account else None, password) or account is None:
        throttle.count(session, keys, now)
        audit(session, None, Audited.LOGIN_FAILED, "account", now)
        return None
    if account.totp_since is None:
        return full(session, account, now)
    token = secrets.token_urlsafe(32)
    session.execute(delete(HalfLogin).where(HalfLogin.expires_at < now))
    session.add(HalfLogin(token_hash=hash_token(token), account_id=account.id, expires_at=now + TIME_FOR_CODE))
    return Login(account, token, code_needed=True)


def half(session: Session, token: str, now: datetime) -> Account | None:
    """Whoever gave the right password and must still give a code."""
    found = session.get(HalfLogin, hash_token(token))
    return found.account if found is not None and found.expires_at >= now and found.account.active else None


def with_code(
    session: Session, token: str, code: str, address: str, now: datetime, limit: int, *, browser: str = ""
) -> Login | None:
    """The login, if the code is right: one from the app, or a recovery code. None if it is not.

    Raises HalfLoginGone, and TooManyAttempts after `limit` wrong codes for one account or from one address.
    """
    account = half(session, token, now)
    if account is None:
        raise HalfLoginGone
    known = devices.number(browser, account, now)
    # Wrong codes for the account count everywhere: only somebody who knows the password can give them.
    keys = [f"device {known}" if known else f"address {address}", f"code {account.id}"]
    throttle.check(session, keys, now, limit)
    accepted = second_factor.accept(session, account, code, now)
    if not accepted and not second_factor.accept_recovery(session, account, code, now):
        throttle.count(session, keys, now)
        audit(session, account, Audited.LOGIN_FAILED, f"account:{account.id}", now)
        return None
    if not changed(session, delete(HalfLogin).where(HalfLogin.token_hash == hash_token(token))):
        raise HalfLoginGone
    return full(session, account, now)


def full(session: Session, account: Account, now: datetime, *, by_provider: bool = False) -> Login:
    """Let this account in: the caller has established who it is."""
    account.last_login_at = now
    audit(session, account, Audited.LOGIN_PROVIDER if by_provider else Audited.LOGIN, f"account:{account.id}", now)
    return Login(account, sessions.begin(session, account, now, by_provider=by_provider))


def is_own_password(session: Session, account: Account, password: str, now: datetime, limit: int) -> bool:
    """Whether the person logged in knows the password; asked before anything that a passer-by must not do.

    Raises TooManyAttempts. Commit what it did even when the answer is no: that is what is counted.
    """
    keys = [f"own {account.id}"]
    throttle.check(session, keys, now, limit)
    if passwords.verify(account.password_hash, password):
        return True
    throttle.count(session, keys, now)
    return False


def is_own_code(session: Session, account: Account, code: str, now: datetime, limit: int) -> bool:
    """Whether this is the logged-in person's app code or recovery code. Raises TooManyAttempts; commit even a no."""
    keys = [f"code {account.id}"]
    throttle.check(session, keys, now, limit)
    if second_factor.accept(session, account, code, now) or second_factor.accept_recovery(session, account, code, now):
        return True
    throttle.count(session, keys, now)
    return False
