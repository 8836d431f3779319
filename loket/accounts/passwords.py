"""Passwords: argon2id, with the library's current parameters."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_LENGTH = 12

_hasher = PasswordHasher()
_nobody = _hasher.hash(secrets.token_urlsafe(16))


def hashed(password: str) -> str:
    return _hasher.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. Without an account the same work is done, so that the time tells nothing."""
    try:
        return _hasher.verify(password_hash or _nobody, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def one_time() -> str:
    """A password to hand out once, to be changed at the first login."""
    return secrets.token_urlsafe(12)
