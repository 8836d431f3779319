"""Staff accounts, their sessions, and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from loket.db.base import Base


class Account(Base):
    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    partner: Mapped[str | None] = mapped_column(String(32))
    """For the role partner: the organisation (id in data/routing.yml) whose referrals this account reads."""
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    """The secret of the second factor, sealed (loket.accounts.second_factor)."""
    totp_since: Mapped[datetime | None]
    """Since when a code is asked for at login; None while there is no secret or it has not been confirmed with a code."""
    totp_step: Mapped[int] = mapped_column(default=0)
    """The time step of the last accepted code; it and earlier ones are not accepted again."""
    oidc_subject: Mapped[str | None] = mapped_column(String(255), unique=True, index=True)
    """Who this is at the OpenID Connect provider, once they have logged in through it."""

    @property
    def first_name(self) -> str:
        """What a parent sees. (Names are checked when they are given; one from an earlier release may be blank.)"""
        return next(iter(self.name.split()), "Adviseur")

    # What an account may read depends on it, so code that decides about that loads it too (sessions.find); a page that only
    # shows names does not.
    memberships: Mapped[list[TeamMember]] = relationship(viewonly=True)


class TeamMember(Base):
    """Membership of a team; the ids of teams are in data/routing.yml."""

    __tablename__ = "team_member"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    team: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


class StaffSession(Base):
    """A login. The cookie holds a token; its SHA-256 is kept here."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    by_provider: Mapped[bool] = mapped_column(default=False)
    """Whether an OpenID Connect provider vouched for this login; then the second factor is up to it."""

    account: Mapped[Account] = relationship()


class HalfLogin(Base):
    """The right password was given; the code is still to come. Opens no page but the one that asks for it."""

    __tablename__ = "half_login"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class RecoveryCode(Base):
    """A code for someone who lost the telephone, hashed. The row is deleted when the code is used."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class MailLink(Base):
    """A mailed link with which somebody chooses a password. The row is deleted when the link is used."""

    __tablename__ = "mail_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class UsedState(Base):
    """The state of a login through the provider that has come back, so that it cannot come back twice."""

    __tablename__ = "used_state"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class UsedForm(Base):
    """A form of the desk that has done its work, and the page it led to."""

    __tablename__ = "used_form"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    led_to: Mapped[str] = mapped_column(String(120))
    used_at: Mapped[datetime] = mapped_column(index=True)


class LoginFailure(Base):
    """A failed login, kept for a short while to slow down guessing. `key` is an address or an e-mail, hashed."""

    __tablename__ = "login_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Audit(Base):
    """Who did or read what. Append-only: the database refuses UPDATE and DELETE. Never contains a message's text."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "account_id", "id"), Index(None, "action", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(String(60), index=True)
    detail: Mapped[dict[str, Any] | None]
