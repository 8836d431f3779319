"""The token in a parent's private link: found by its hash, and kept sealed so that a later mail can hold the link again."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken

from loket import settings
from loket.tokens import box, hash_token

logger = logging.getLogger(__name__)

HASH_LENGTH = 32
"""Hexadecimal digits: 128 bits, as many as the token has."""


def new_token() -> str:
    return secrets.token_urlsafe(16)


def hashed(token: str) -> str:
    return hash_token(token)[:HASH_LENGTH]


def sealed(token: str) -> str:
    return box(settings.load().token("private link")).encrypt(token.encode()).decode()


def opened(seal: str) -> str:
    """The token; "" when it was sealed under another secret key. (The link that the parent has works all the same.)"""
    try:
        return box(settings.load().token("private link")).decrypt(seal.encode()).decode()
    except InvalidToken:
        logger.warning("a private link was sealed under another LOKET_SECRET_KEY, so that mails go without it")
        return ""


def is_over(closed_at: datetime | None, now: datetime, days: int) -> bool:
    return closed_at is not None and closed_at < now - timedelta(days=days)


def life_in_words(days: int) -> str:
    """As a parent reads it: "12 maanden", "90 dagen"."""
    return "12 maanden" if days in (365, 366) else "1 dag" if days == 1 else f"{days} dagen"
