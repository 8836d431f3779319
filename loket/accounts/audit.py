"""The audit trail: who did or read what, and when. Never a word of what was read or written."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from loket.accounts.models import Account, Audit


class Audited(StrEnum):
    """Everything that leaves a line in the audit trail. What is done to a ticket is called as in loket.accounts.access."""

    ACCOUNT_ADD = "account.add"
    LOGIN = "login"
    LOGIN_FAILED = "login.failed"
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
    TICKET_STEP_IN = "ticket.step_in"
    TICKET_CALL = "ticket.call"
    ATTACHMENT_READ = "attachment.read"
    MODULE_SAVE = "module.save"
    MODULE_REMOVE = "module.remove"


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
