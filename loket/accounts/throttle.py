"""Slows guessing down: after some failures an address, an account or a device has to wait, twice as long each time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from loket.accounts.models import LoginFailure
from loket.exceptions import Refused
from loket.tokens import hash_token

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
KEPT = timedelta(hours=1)
"""How long failures count: the wait stays long while somebody keeps trying, and is over an hour after they stop."""


class TooManyAttempts(Refused):
    """Too many failures for one key; `wait` says how long until the next try."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(f"Te vaak geprobeerd. Wacht {_in_words(wait)} en probeer het opnieuw.")


def check(session: Session, keys: Iterable[str], now: datetime, limit: int) -> None:
    """Raises TooManyAttempts while one of the keys, such as "address 192.0.2.1", has to wait.

    The first `limit` failures cost nothing; after that the next try is 30 seconds, 1, 2, 4, 8, 15 minutes after the last.
    """
    session.execute(delete(LoginFailure).where(LoginFailure.at < now - KEPT))
    waits = [_until(session, key, now, limit) - now for key in keys]
    if waits and (longest := max(waits)) > timedelta():
        raise TooManyAttempts(longest)


def count(session: Session, keys: Iterable[str], now: datetime) -> None:
    """Note a failure for each key."""
    session.add_all(LoginFailure(key=hash_token(key), at=now) for key in keys)


def _until(session: Session, key: str, now: datetime, limit: int) -> datetime:
    mine = LoginFailure.key == hash_token(key)
    number, last = session.execute(select(func.count(), func.max(LoginFailure.at)).where(mine)).one()
    if number < limit:
        return now
    # Capped before the power is taken: a million failures make no longer number.
    doubled = FIRST_WAIT * 2 ** min(number - limit, 10)
    return last + min(doubled, LONGEST_WAIT)  # type: ignore[no-any-return]


def _in_words(wait: timedelta) -> str:
    seconds = math.ceil(wait.total_seconds())
    if seconds < 60:
        return "1 seconde" if seconds == 1 else f"{seconds} seconden"
    minutes = math.ceil(seconds / 60)
    return "1 minuut" if minutes == 1 else f"{minutes} minuten"
