"""The audit trail: who did or read what, and when. Never a word of what was read or written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket.accounts.models import Account, Audit
from loket.db import afterwards
from loket.db.base import reading

PAGE = 50
SAME_VISIT = timedelta(minutes=1)
"""A page that refreshes itself is read once, not at each refresh."""


class Audited(StrEnum):
    """Everything that leaves a line in the audit trail. What is done to a ticket is named as in loket.tickets.access."""

    ACCOUNT_ADD = "account.add"
    LOGIN = "login"
    LOGIN_FAILED = "login.failed"
    LOGOUT = "logout"
    PASSWORD_CHANGE = "password.change"  # noqa: S105 (what was done, not a secret)
    PASSWORD_RESET_ASKED = "password.reset_asked"  # noqa: S105
    PASSWORD_CHOSEN = "password.chosen"  # noqa: S105
    LOGIN_PROVIDER = "login.provider"
    LOGIN_PROVIDER_FAILED = "login.provider_failed"
    SECOND_FACTOR_SET = "second_factor.set"
    SECOND_FACTOR_REMOVED = "second_factor.removed"
    SECOND_FACTOR_RECOVERED = "second_factor.recovered"
    RECOVERY_CODES_NEW = "second_factor.new_codes"
    SESSIONS_END = "session.end"
    ACCOUNT_LINK_PROVIDER = "account.link_provider"
    ACCOUNT_NAME = "account.name"
    ACCOUNT_CHANGE = "account.change"
    ACCOUNT_DEACTIVATE = "account.deactivate"
    ACCOUNT_ACTIVATE = "account.activate"
    ACCOUNT_INVITE = "account.invite"
    ACCOUNT_SEND_LINK = "account.send_link"
    ACCOUNT_RESET = "account.reset"
    TICKET_READ = "ticket.read"
    TICKET_CLAIM = "ticket.claim"
    TICKET_TAKE_OVER = "ticket.take_over"
    TICKET_RELEASE = "ticket.release"
    TICKET_REPLY = "ticket.reply"
    TICKET_NOTE = "ticket.note"
    TICKET_ATTACH = "ticket.attach"
    TICKET_REFER = "ticket.refer"
    TICKET_RETURN = "ticket.return"
    TICKET_CHECK = "ticket.check"
    TICKET_REROUTE = "ticket.reroute"
    TICKET_MERGE = "ticket.merge"
    TICKET_LINK = "ticket.link"
    TICKET_SPLIT = "ticket.split"
    TICKET_CLOSE = "ticket.close"
    TICKET_UNDO_CLOSE = "ticket.undo_close"
    TICKET_HAND_BACK = "ticket.hand_back"
    TICKET_TRANSFER = "ticket.transfer"
    TICKET_ACCEPT = "ticket.accept"
    TICKET_DECLINE = "ticket.decline"
    TICKET_STEP_IN = "ticket.step_in"
    TICKET_CALL = "ticket.call"
    TICKET_SEARCH = "ticket.search"
    CONVERSATIONS_READ = "conversation.list"
    ATTACHMENT_READ = "attachment.read"
    MODULE_SAVE = "module.save"
    MODULE_REMOVE = "module.remove"
    AUDIT_READ = "audit.read"
    MAIL_READ = "mail.read"
    MAIL_RETRY = "mail.retry"


def audit(
    session: Session,
    account: Account | None,
    action: Audited,
    object_: str,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """One line in the audit trail. Never put a message's text in `detail`."""
    session.add(Audit(at=now, account_id=account.id if account else None, action=action, object=object_, detail=detail))


def audit_read(account: Account, action: Audited, object_: str, now: datetime) -> None:
    """One line for reading something, unless the same account read the same a moment ago.

    In its own transaction: before what is read is shown, or as soon as the lock is free (loket.db.afterwards).
    """
    same = (Audit.account_id == account.id, Audit.action == action, Audit.object == object_)
    recent = select(Audit.id).where(Audit.at > now - SAME_VISIT, Audit.at <= now, *same).limit(1)
    with reading() as session:
        if session.scalar(recent) is not None:
            return

    def write(session: Session) -> None:
        # Again, because the same page may have been read twice while this waited.
        if session.scalar(recent) is None:
            audit(session, account, action, object_, now)

    afterwards.do(write)


@dataclass(frozen=True)
class Wanted:
    """Which lines of the trail: by one person, of one action, about one object, in a period (`until` excluded)."""

    account_id: int | None = None
    action: str = ""
    object: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    """Only lines with a lower id: where the previous page ended."""


def find(session: Session, wanted: Wanted) -> tuple[list[Audit], bool]:
    """One page of the trail, newest first, and whether there are older lines."""
    query = select(Audit)
    if wanted.account_id:
        query = query.where(Audit.account_id == wanted.account_id)
    if wanted.action:
        query = query.where(Audit.action == wanted.action)
    if wanted.object:
        query = query.where(Audit.object == wanted.object)
    if wanted.since:
        query = query.where(Audit.at >= wanted.since)
    if wanted.until:
        query = query.where(Audit.at < wanted.until)
    if wanted.before:
        query = query.where(Audit.id < wanted.before)
    rows = list(session.scalars(query.order_by(Audit.id.desc()).limit(PAGE + 1)))
    return rows[:PAGE], len(rows) > PAGE
