"""Mailed links with which somebody chooses a password: an invitation, or a reset for a forgotten one."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from loket import settings
from loket.accounts import credentials, throttle
from loket.accounts.audit import Audited, audit
from loket.accounts.models import Account, MailLink
from loket.clock import dutch_moment
from loket.db.base import changed
from loket.exceptions import Refused
from loket.mail import outbox
from loket.tokens import hash_token


class Purpose(StrEnum):
    INVITATION = "invitation"
    RESET = "reset"


LIFE = {Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}


class LinkGone(Refused):
    """A link that was used, was replaced, or is too old."""

    code = "link_gone"
    message = "Deze link werkt niet (meer). Een link werkt één keer en niet langer dan in de mail staat."


def send(session: Session, account: Account, purpose: Purpose, now: datetime) -> str:
    """Put a mail with a new link in the outbox and return the link.

    Earlier links stay valid until one of them is used: otherwise anybody who asks for a reset would cancel them.
    """
    token = secrets.token_urlsafe(32)
    ends = now + LIFE[purpose]
    session.execute(delete(MailLink).where(MailLink.expires_at < now))
    session.add(MailLink(token_hash=hash_token(token), account_id=account.id, purpose=purpose, expires_at=ends))
    link = f"{settings.load().url}/balie/link/{token}"
    subject, body = _mail(purpose, account.name, link, ends)
    outbox.put(session, account.email, subject, body, now)
    return link


def ask_reset(session: Session, email: str, address: str, now: datetime, limit: int) -> None:
    """Note that somebody asks for a reset. Raises TooManyAttempts, also for an account that does not exist."""
    keys = [f"reset address {address}", f"reset account {email.strip().lower()}"]
    throttle.check(session, keys, now, limit)
    throttle.count(session, keys, now)


def send_reset(session: Session, email: str, now: datetime) -> None:
    """Mail a reset link, if there is such an account. Done after the answer, so that its timing tells nothing."""
    account = session.scalar(select(Account).where(Account.email == email.strip().lower(), Account.active))
    if account is not None and may_have_password(account):
        send(session, account, Purpose.RESET, now)
        audit(session, account, Audited.PASSWORD_RESET_ASKED, f"account:{account.id}", now)


def find(session: Session, token: str, now: datetime) -> MailLink:
    """The link with this token. Raises LinkGone when it is unknown, used or expired, or the account is not active."""
    link = session.get(MailLink, hash_token(token))
    if link is None or link.expires_at < now or not link.account.active or not may_have_password(link.account):
        raise LinkGone
    return link


def may_have_password(account: Account) -> bool:
    """Whether a password opens this account: not when the provider, with its own second factor, is its only way in."""
    return not account.oidc_subject or bool(account.password_hash) or settings.load().oidc_local_passwords


def choose_password(session: Session, token: str, password: str, now: datetime) -> Account:
    """Set the password with a link, which is then used up. Raises LinkGone, or AccountError with the link unused."""
    account = find(session, token, now).account
    credentials.set_password(session, account, password)
    if not changed(session, delete(MailLink).where(MailLink.token_hash == hash_token(token))):
        raise LinkGone
    session.execute(delete(MailLink).where(MailLink.account_id == account.id))
    audit(session, account, Audited.PASSWORD_CHOSEN, f"account:{account.id}", now)
    return account


def _mail(purpose: Purpose, name: str, link: str, ends: datetime) -> tuple[str, str]:
    if purpose is Purpose.INVITATION:
        subject = "Uw account bij Loket 5010"
        why = "U heeft een account gekregen voor de balie van Loket 5010.\nKies met deze link uw wachtwoord:"
        not_you = "Verwacht u deze mail niet? Dan hoeft u niets te doen."
    else:
        subject = "Een nieuw wachtwoord voor Loket 5010"
        why = "Iemand heeft een nieuw wachtwoord gevraagd voor uw account bij Loket 5010.\nKies met deze link een nieuw wachtwoord:"
        not_you = "Heeft u dit niet gevraagd? Dan hoeft u niets te doen. Uw wachtwoord blijft hetzelfde."
    body = (
        f"Goedendag {name},\n\n{why}\n{link}\n\n"
        f"De link werkt één keer, tot {dutch_moment(ends)}. Deel de link met niemand.\n\n{not_you}\n\n"
        "Met vriendelijke groet,\nLoket 5010\n"
    )
    return subject, body
