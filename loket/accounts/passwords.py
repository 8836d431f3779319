"""Passwords: argon2id, with the library's current parameters."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_LENGTH = 12
MOST_LENGTH = 200
RULES = f"Ten minste {LEAST_LENGTH} tekens, en niet uw naam of e-mailadres. Een zin van een paar woorden is goed."

COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
"""Passwords of twelve characters or more that are tried first, in lower case and without spaces."""

_CONTEXT = re.compile("loket|5010|balie|school|onderwijs|ouders?|wachtwoord|welkom")
"""Words that somebody who guesses here tries first."""

_hasher = PasswordHasher()
_nobody = _hasher.hash(secrets.token_urlsafe(16))


def hashed(password: str) -> str:
    return _hasher.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. Without an account the same work is done, so that the timing tells nothing."""
    try:
        return _hasher.verify(password_hash or _nobody, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def problem(password: str, email: str, name: str) -> str | None:
    """Why this person may not have this password, in Dutch; None when it is fine."""
    if len(password) < LEAST_LENGTH:
        return f"Kies een wachtwoord van ten minste {LEAST_LENGTH} tekens."
    if len(password) > MOST_LENGTH:
        return f"Kies een wachtwoord van ten hoogste {MOST_LENGTH} tekens."
    plain = password.casefold()
    bare = "".join(plain.split())
    if bare in COMMON or len(set(bare)) < 4:
        return "Dit wachtwoord is te makkelijk te raden. Kies een zin van een paar woorden."
    if len(_CONTEXT.sub("", bare)) < LEAST_LENGTH / 2:
        return "Woorden van dit loket zijn te makkelijk te raden. Kies een zin van een paar andere woorden."
    own = {email.casefold(), email.casefold().partition("@")[0], name.casefold()}
    if any(len(part) >= 4 and len(plain.replace(part, "")) < LEAST_LENGTH / 2 for part in own):
        return "Uw naam of e-mailadres is te makkelijk te raden. Kies iets anders."
    return None


def one_time() -> str:
    """A password to hand out once, to be changed at the first login."""
    return secrets.token_urlsafe(12)
