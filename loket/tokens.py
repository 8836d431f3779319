"""Tokens that open something, kept only as their SHA-256, and secrets that are sealed: a copy of the database opens nothing."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet


def hash_token(token: str) -> str:
    """The SHA-256 of a random token, in hex. (Passwords are another matter: loket.accounts.passwords.)"""
    return hashlib.sha256(token.encode()).hexdigest()


def box(key: str) -> Fernet:
    """What seals and opens secrets with a key of 64 hexadecimal digits, as Settings.token gives one."""
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(key)))
