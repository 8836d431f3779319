"""Who may see and do what: one rule for lists, objects, search, export and counts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, true

from loket.accounts.models import Account
from loket.tickets.models import Ticket

PARTNER_ACTIONS = {"read", "claim", "release", "reply", "note", "attach", "close", "return"}


def visible(account: Account) -> ColumnElement[bool]:
    """The condition on Ticket that holds for every ticket this account may see."""
    if account.role == "partner":
        return and_(Ticket.partner.is_not(None), Ticket.partner == account.partner)
    return true()


def may(account: Account, action: str, ticket: Ticket) -> bool:
    """Whether this account may do this to this ticket."""
    if account.role == "partner":
        return ticket.partner is not None and ticket.partner == account.partner and action in PARTNER_ACTIONS
    return True
