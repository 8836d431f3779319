"""Teams and who is in them. Their ids and names are in data/routing.yml."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket.accounts.models import Account, TeamMember
from loket.staff_roles import Role


def of_account(session: Session, account_id: int) -> list[str]:
    return list(session.scalars(select(TeamMember.team).where(TeamMember.account_id == account_id)))


def leads(session: Session, team: str) -> list[Account]:
    """The leads of a team; those without a team when it has none, so that an alert always reaches somebody."""
    active = select(Account).where(Account.role == Role.LEAD, Account.active)
    own = active.join(TeamMember, TeamMember.account_id == Account.id).where(TeamMember.team == team)
    found = list(session.scalars(own))
    return found or list(session.scalars(active)) or _administrators(session)


def of_partner(session: Session, partner: str) -> list[Account]:
    """Who works for a partner organisation."""
    query = select(Account).where(Account.role == Role.PARTNER, Account.partner == partner, Account.active)
    return list(session.scalars(query))


def _administrators(session: Session) -> list[Account]:
    return list(session.scalars(select(Account).where(Account.role == Role.ADMINISTRATOR, Account.active)))
