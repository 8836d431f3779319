"""Browsers in which somebody has logged in before: other people's failures elsewhere never keep these out.

The browser keeps a sealed note of the account and its own number. Failures in such a browser are counted for that number
only, so whoever guesses from other places slows down other places (OWASP calls it a device cookie).
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken

from loket import settings
from loket.accounts.models import Account
from loket.tokens import box

KNOWN_FOR = timedelta(days=180)


def note(account: Account, now: datetime) -> str:
    """What a browser keeps after a login."""
    text = f"{account.id} {secrets.token_hex(8)}"
    return _box().encrypt_at_time(text.encode(), int(now.timestamp())).decode()


def number(kept: str, account: Account | None, now: datetime) -> str | None:
    """The browser's number, if it was given for this account and not too long ago."""
    if account is None or not kept:
        return None
    try:
        life = int(KNOWN_FOR.total_seconds())
        found = _box().decrypt_at_time(kept, life, int(now.timestamp())).decode()
    except (InvalidToken, ValueError):
        return None
    of, _, mine = found.partition(" ")
    return mine if of == str(account.id) else None


def _box() -> Fernet:
    return box(settings.load().token("device"))
