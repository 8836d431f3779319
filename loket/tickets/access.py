"""Who may see and do what: one rule for lists, objects, search, export and counts.

`visible` and `may(…, Action.READ, …)` say the same, once to the database and once to an object; a property test keeps them
in step. docs/desk.md has the rule as a table.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from loket.accounts import roles
from loket.accounts.models import Account, TeamMember
from loket.accounts.roles import Action
from loket.routing import rules
from loket.staff_roles import Role
from loket.tickets.models import CLOSED, Attachment, EventKind, Note, Ticket, TicketEvent

NOT_WHILE_WITH_PARTNER = frozenset({Action.CLAIM, Action.TAKE_OVER, Action.ACCEPT, Action.UNDO_CLOSE})
"""What an adviser leaves to the partner while the question is there. A lead can step in."""


def visible(account: Account) -> ColumnElement[bool]:
    """The condition on Ticket that is true for every ticket this account may see."""
    if Action.READ not in roles.actions_of(account):
        return false()
    if account.role == Role.PARTNER:
        if account.partner is None:
            return false()
        return and_(Ticket.partner == account.partner, Ticket.state != CLOSED)
    closed = rules.load().closed_teams
    if account.role != Role.ADVISER or not closed:
        return true()
    own = select(TeamMember.team).where(TeamMember.account_id == account.id)
    return or_(Ticket.team.not_in(sorted(closed)), Ticket.team.in_(own), Ticket.claimed_by == account.id)


def takeable(account: Account) -> ColumnElement[bool]:
    """The condition on Ticket that is true for every ticket this account may take: as `may(…, Action.CLAIM, …)`, in the
    statement that takes it, because a colleague may just have referred it."""
    if account.role != Role.ADVISER:
        return visible(account)
    return and_(visible(account), or_(Ticket.partner.is_(None), Ticket.state == CLOSED))


def hears_of(account: Account) -> Callable[[str, tuple[str, ...]], bool]:
    """Whether a change of a ticket of this team and these partners is news for this account. As `visible`, but on values:
    an account hears too little rather than too much, and looks again by itself every so often."""
    if Action.READ not in roles.actions_of(account):
        return lambda _team, _partners: False
    if account.role == Role.PARTNER:
        return lambda _team, partners: account.partner in partners
    closed = rules.load().closed_teams if account.role == Role.ADVISER else frozenset()
    barred = closed - {member.team for member in account.memberships}
    return lambda team, _partners: team not in barred


def may(account: Account, action: Action, ticket: Ticket | None = None) -> bool:
    """Whether this account may do this to this ticket; without a ticket, whether it may do this at all."""
    if action not in roles.actions_of(account):
        return False
    if ticket is None:
        return True
    if not _reads(account, ticket):
        return False
    return not (account.role == Role.ADVISER and with_partner(ticket) and action in NOT_WHILE_WITH_PARTNER)


def with_partner(ticket: Ticket) -> bool:
    """Whether a partner organisation has this ticket: from the referral until it is returned or closed."""
    return ticket.partner is not None and ticket.state != CLOSED


def sees_note(account: Account, note: Note, ticket: Ticket) -> bool:
    """A partner reads its own organisation's notes and the reasons why a question was referred to it."""
    return account.role != Role.PARTNER or _colleague(account, note.account) or note.id in _reasons(account, ticket)


def sees_file(account: Account, file: Attachment, author: Account | None) -> bool:
    """A partner gets the parent's files, what was sent to the parent, and its own organisation's files."""
    return account.role != Role.PARTNER or author is None or file.message_id is not None or _colleague(account, author)


def sees_event(account: Account, event: TicketEvent) -> bool:
    """A partner sees what the parent also knows, and what its own organisation did."""
    known = event.kind in KNOWN_TO_PARENT
    return account.role != Role.PARTNER or known or (event.account is not None and _colleague(account, event.account))


def sees_name(account: Account, other: Account) -> bool:
    """A partner sees the names of its own people; those of the counter stay within the counter."""
    return account.role != Role.PARTNER or _colleague(account, other)


def shown_name(account: Account, other: Account) -> str:
    """How this account sees the name of another."""
    return other.name if sees_name(account, other) else "Loket 5010"


KNOWN_TO_PARENT = frozenset(
    {
        EventKind.CREATED,
        EventKind.CONTACT_LEFT,
        EventKind.PARENT_WROTE,
        EventKind.REOPENED,
        EventKind.ASKED_PARENT,
        EventKind.REPLIED,
        EventKind.CALLED,
        EventKind.REFERRED,
    }
)


def _reads(account: Account, ticket: Ticket) -> bool:
    if account.role == Role.PARTNER:
        return with_partner(ticket) and ticket.partner == account.partner
    if account.role != Role.ADVISER or ticket.team not in rules.load().closed_teams:
        return True
    return ticket.claimed_by == account.id or ticket.team in {member.team for member in account.memberships}


def _colleague(account: Account, other: Account) -> bool:
    return other.role == Role.PARTNER and other.partner == account.partner


def _reasons(account: Account, ticket: Ticket) -> set[int]:
    referred = [event.data or {} for event in ticket.events if event.kind == EventKind.REFERRED]
    return {data["note"] for data in referred if data.get("partner") == account.partner and "note" in data}
