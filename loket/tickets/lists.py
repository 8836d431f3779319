"""The work lists: which tickets an account sees in which list, in which order, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from loket.accounts import teams
from loket.accounts.models import Account
from loket.staff_roles import Role
from loket.tickets import access, search
from loket.tickets.models import ANSWERED, CLAIMED, CLOSED, OPEN, REFERRED, WAITING, Mention, Ticket
from loket.tickets.states import OURS

PAGE = 50
MOST_PAGES = 40
ALL = "doen"
VIEWS = {
    ALL: "Te doen",
    "mijn": "Van mij",
    "teams": "Mijn teams",
    "vrij": "Niet opgepakt",
    "te-laat": "Te laat",
    "dringend": "Dringend",
    "genoemd": "Ik ben genoemd",
    "wacht": "Wacht op ouder",
    "partner": "Bij een partner",
    "nakijken": "Nakijken na doorverwijzing",
    "beantwoord": "Beantwoord",
    "gesloten": "Afgesloten",
}
OF_THE_COUNTER = ("teams", "partner", "nakijken", "gesloten")
"""Lists that are empty or of no use to a partner."""
FIELDS = ("theme", "sector", "channel", "team", "partner", "region", "language")


@dataclass(frozen=True)
class Wanted:
    """Which list, narrowed by facts of the ticket (name and value, see FIELDS), and what was searched for."""

    view: str = ALL
    facts: tuple[tuple[str, str], ...] = ()
    search: str = ""
    page: int = 1


@dataclass(frozen=True)
class Found:
    tickets: list[Ticket]
    more: bool


def find(session: Session, account: Account, wanted: Wanted, now: datetime) -> Found:
    """One page of a list: urgent first, then by promise, then by age; closed ones and what was searched newest first."""
    narrowed = [getattr(Ticket, name) == value for name, value in wanted.facts if name in FIELDS]
    where = and_(access.visible(account), *narrowed)
    if wanted.search.strip():
        ids = search.newest_first(session, wanted.search, where, PAGE)
        return Found(_load(session, ids), False)
    where = and_(where, condition(session, account, wanted.view, now))
    order = (Ticket.urgent.desc(), Ticket.promised_by, Ticket.id)
    if wanted.view in ("gesloten", "beantwoord"):
        order = (Ticket.id.desc(),)  # type: ignore[assignment]
    page = min(max(wanted.page, 1), MOST_PAGES)
    # First only the ids, which an index gives in order; then the few rows that are shown.
    query = select(Ticket.id).where(where).order_by(*order).limit(PAGE + 1).offset((page - 1) * PAGE)
    ids = list(session.scalars(query))
    return Found(_load(session, ids[:PAGE]), len(ids) > PAGE)


def views(account: Account) -> dict[str, str]:
    """The lists that this account has, with their names."""
    return {view: label for view, label in VIEWS.items() if account.role != Role.PARTNER or view not in OF_THE_COUNTER}


def condition(session: Session, account: Account, view: str, now: datetime) -> ColumnElement[bool]:
    """What a ticket must be to be in a list."""
    ours = Ticket.state.in_(OURS)
    named = select(Mention.ticket_id).where(Mention.account_id == account.id, Mention.seen_at.is_(None))
    conditions: dict[str, ColumnElement[bool]] = {
        "mijn": and_(Ticket.claimed_by == account.id, Ticket.state.in_((CLAIMED, WAITING, ANSWERED))),
        "teams": and_(ours, Ticket.team.in_(teams.of_account(session, account.id))) if view == "teams" else ours,
        "vrij": or_(Ticket.state == OPEN, and_(Ticket.state == CLAIMED, Ticket.claimed_until < now)),
        "te-laat": and_(ours, Ticket.promised_by < now),
        "dringend": and_(ours, Ticket.urgent),
        "genoemd": Ticket.id.in_(named),
        "wacht": Ticket.state == WAITING,
        "partner": and_(Ticket.partner.is_not(None), Ticket.state.in_((REFERRED, CLAIMED))),
        "nakijken": Ticket.check_at <= now,
        "beantwoord": Ticket.state == ANSWERED,
        "gesloten": Ticket.state == CLOSED,
    }
    return conditions.get(view, ours)


def counts(session: Session, account: Account, now: datetime) -> dict[str, int]:
    """How many tickets are in each list of open work; closed ones are not counted."""
    mine = teams.of_account(session, account.id)
    ours = Ticket.state.in_(OURS)
    claimed = Ticket.claimed_by == account.id
    wanted: dict[str, Any] = {
        ALL: ours,
        "mijn": claimed,
        "teams": and_(ours, Ticket.team.in_(mine)),
        "vrij": condition(session, account, "vrij", now),
        "te-laat": and_(ours, Ticket.promised_by < now),
        "dringend": and_(ours, Ticket.urgent),
        "wacht": Ticket.state == WAITING,
        "partner": condition(session, account, "partner", now),
        "beantwoord": Ticket.state == ANSWERED,
    }
    # Named states, so that the index on state skips the closed ones.
    open_states = Ticket.state.in_((OPEN, CLAIMED, REFERRED, WAITING, ANSWERED))
    columns = [func.coalesce(func.sum(case((test, 1), else_=0)), 0) for test in wanted.values()]
    row = session.execute(select(*columns).where(open_states, access.visible(account))).one()
    found = dict(zip(wanted, map(int, row), strict=True))
    for view in ("genoemd", "nakijken"):
        query = select(func.count()).select_from(Ticket).where(access.visible(account))
        found[view] = session.scalar(query.where(condition(session, account, view, now))) or 0
    return found


def _load(session: Session, ids: list[int]) -> list[Ticket]:
    query = select(Ticket).where(Ticket.id.in_(ids)).options(joinedload(Ticket.claimant))
    loaded = {ticket.id: ticket for ticket in session.scalars(query)}
    return [loaded[ticket_id] for ticket_id in ids]
