"""Tokens that open something: kept only as their SHA-256, so that a copy of the database opens nothing."""

from __future__ import annotations

import hashlib


def hash_token(token: str) -> str:
    """The SHA-256 of a random token, in hex. (Passwords are another matter: loket.accounts.passwords.)"""
    return hashlib.sha256(token.encode()).hexdigest()
