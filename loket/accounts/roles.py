"""What each role may do at all. Which tickets it may do it to: loket.tickets.access."""

from __future__ import annotations

from enum import StrEnum

from loket.accounts.models import Account
from loket.staff_roles import Role


class Action(StrEnum):
    """Everything that staff do at the desk. The audit trail calls what is done to a ticket `ticket.<action>`."""

    READ = "read"
    CLAIM = "claim"
    TAKE_OVER = "take_over"
    RELEASE = "release"
    REPLY = "reply"
    NOTE = "note"
    ATTACH = "attach"
    REFER = "refer"
    RETURN = "return"
    CHECK = "check"
    REROUTE = "reroute"
    MERGE = "merge"
    LINK = "link"
    SPLIT = "split"
    CLOSE = "close"
    UNDO_CLOSE = "undo_close"
    HAND_BACK = "hand_back"
    TRANSFER = "transfer"
    ACCEPT = "accept"
    DECLINE = "decline"
    STEP_IN = "step_in"
    CALL = "call"
    WRITE_MODULES = "write_modules"
    ADMINISTER = "administer"


EVERYTHING = frozenset(Action)
ALLOWED: dict[str, frozenset[Action]] = {
    Role.ADVISER: EVERYTHING - {Action.RETURN, Action.ADMINISTER},
    Role.LEAD: EVERYTHING - {Action.RETURN, Action.ADMINISTER},
    Role.ADMINISTRATOR: EVERYTHING,
    Role.EDITOR: frozenset({Action.WRITE_MODULES}),
    Role.PARTNER: frozenset(
        {
            Action.READ,
            Action.CLAIM,
            Action.RELEASE,
            Action.REPLY,
            Action.NOTE,
            Action.ATTACH,
            Action.CLOSE,
            Action.RETURN,
        }
    ),
}
"""What each role does at all."""


def actions_of(account: Account) -> frozenset[Action]:
    """What this account may do at all; nothing once it is switched off."""
    return ALLOWED.get(account.role, frozenset()) if account.active else frozenset()
