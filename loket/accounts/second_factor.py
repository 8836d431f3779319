"""The second factor: a code from an app (TOTP, RFC 6238), and recovery codes for a lost telephone."""

from __future__ import annotations

import hmac
import logging
import secrets
from datetime import datetime

import pyotp
import segno
from cryptography.fernet import InvalidToken
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from loket import settings
from loket.accounts.audit import Audited, audit
from loket.accounts.models import Account, RecoveryCode
from loket.db.base import changed
from loket.tokens import box, hash_token

logger = logging.getLogger(__name__)

STEP_SECONDS = 30
DRIFT = (0, -1, 1)
"""How many steps a telephone's clock may be off: half a minute either way."""
RECOVERY_CODES = 10
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
ISSUER = "Loket 5010"


def begin(account: Account) -> None:
    """Give the account a new secret, which counts for nothing until `confirm`."""
    account.totp_secret = box(settings.load().token("totp")).encrypt(pyotp.random_base32().encode()).decode()
    account.totp_since = None
    account.totp_step = 0


def secret(account: Account) -> str | None:
    """The account's secret, to type over; None without one, or when it was sealed under another secret key."""
    if account.totp_secret is None:
        return None
    try:
        return box(settings.load().token("totp")).decrypt(account.totp_secret.encode()).decode()
    except InvalidToken:
        logger.warning("the second factor of account %s was sealed under another LOKET_SECRET_KEY", account.id)
        return None


def picture(account: Account) -> str:
    """The secret as a QR code, for the `src` of an image."""
    address = pyotp.TOTP(secret(account) or "").provisioning_uri(name=account.email, issuer_name=ISSUER)
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")


def confirm(session: Session, account: Account, code: str, now: datetime) -> list[str] | None:
    """Make the second factor count, if the code is right; returns the recovery codes, to be shown once."""
    step = _step_of(account, code, now)
    if step is None or account.totp_since is not None:
        return None
    mine = update(Account).where(
        Account.id == account.id, Account.totp_since.is_(None), Account.totp_secret == account.totp_secret
    )
    if not changed(session, mine.values(totp_since=now, totp_step=step)):
        return None
    session.refresh(account)
    audit(session, account, Audited.SECOND_FACTOR_SET, f"account:{account.id}", now)
    return new_recovery_codes(session, account)


def accept(session: Session, account: Account, code: str, now: datetime) -> bool:
    """Whether the code is right and has not been used. A code is used once, even when two arrive at the same moment."""
    step = _step_of(account, code, now)
    if step is None or account.totp_since is None:
        return False
    later = update(Account).where(Account.id == account.id, Account.totp_step < step)
    return bool(changed(session, later.values(totp_step=step)))


def accept_recovery(session: Session, account: Account, code: str, now: datetime) -> bool:
    """Whether this is a recovery code of the account; if so, it no longer is afterwards."""
    mine = delete(RecoveryCode).where(
        RecoveryCode.account_id == account.id, RecoveryCode.code_hash == _hash(account, code)
    )
    if not changed(session, mine):
        return False
    audit(session, account, Audited.SECOND_FACTOR_RECOVERED, f"account:{account.id}", now)
    return True


def new_recovery_codes(session: Session, account: Account) -> list[str]:
    """Ten new codes in place of the old ones."""
    _forget_codes(session, account)
    codes = [
        "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    ]
    session.add_all(RecoveryCode(account_id=account.id, code_hash=_hash(account, code)) for code in codes)
    return codes


def codes_left(session: Session, account: Account) -> int:
    counted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account.id)
    return session.scalar(counted) or 0


def remove(session: Session, account: Account) -> None:
    """Log in with the password alone from now on."""
    account.totp_secret = account.totp_since = None
    account.totp_step = 0
    _forget_codes(session, account)


def _forget_codes(session: Session, account: Account) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def _step_of(account: Account, code: str, now: datetime) -> int | None:
    """The time step whose code this is, if it is the current one or nearly."""
    key = secret(account)
    typed = "".join(code.split())
    if key is None or not typed.isascii():
        return None
    current = int(now.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(key, interval=STEP_SECONDS)
    return next((current + off for off in DRIFT if hmac.compare_digest(app.generate_otp(current + off), typed)), None)


def _hash(account: Account, code: str) -> str:
    """A recovery code has 59 bits; with a key that is not in the database, a copy of it is no use for guessing."""
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hash_token(f"{settings.load().token('recovery')} {account.id} {plain}")
