"""Guessing is slowed down: after some failures in five minutes an address, or an account, has to wait."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from loket.accounts.models import LoginFailure
from loket.exceptions import Refused
from loket.tokens import hash_token

WINDOW = timedelta(minutes=5)


class TooManyAttempts(Refused):
    """Too many failures for one key within the window."""

    code = "too_many_attempts"
    message = "Te vaak geprobeerd. Wacht vijf minuten en probeer het opnieuw."


def check(session: Session, keys: Iterable[str], now: datetime, limit: int) -> None:
    """Raises TooManyAttempts when one of the keys, such as "address 192.0.2.1", has failed `limit` times."""
    session.execute(delete(LoginFailure).where(LoginFailure.at < now - WINDOW))
    for key in keys:
        counted = select(func.count()).select_from(LoginFailure).where(LoginFailure.key == hash_token(key))
        if (session.scalar(counted) or 0) >= limit:
            raise TooManyAttempts


def count(session: Session, keys: Iterable[str], now: datetime) -> None:
    """Note a failure for each key."""
    session.add_all(LoginFailure(key=hash_token(key), at=now) for key in keys)
