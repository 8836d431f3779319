"""What the administrator does to accounts. Every change is one line in the audit trail, without names or addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from loket.accounts import links, names, second_factor, sessions
from loket.accounts.audit import Audited, audit
from loket.accounts.credentials import AccountError
from loket.accounts.links import Purpose
from loket.accounts.models import Account, MailLink, TeamMember
from loket.exceptions import Refused
from loket.routing import rules
from loket.staff_roles import ROLES, Role

EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s.,;<>\"]+")
LONGEST_EMAIL = 254


@dataclass(frozen=True)
class Wish:
    """What the administrator wants an account to be. `partner` counts for the role partner, teams for the others."""

    name: str
    role: str
    teams: tuple[str, ...] = ()
    partner: str | None = None


class WishRefused(Refused):
    """What is wrong, in Dutch, by field."""

    code = "wish_refused"

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


class LastAdministrator(AccountError):
    """Nobody would be left who can administer."""

    code = "last_administrator"
    message = "Dit is de laatste beheerder die kan inloggen. Maak eerst iemand anders beheerder."


def listed(session: Session) -> list[tuple[Account, list[str]]]:
    """Every account with its teams: active ones first, then by name."""
    teams: dict[int, list[str]] = {}
    for member in session.scalars(select(TeamMember).order_by(TeamMember.team)):
        teams.setdefault(member.account_id, []).append(member.team)
    found = session.scalars(select(Account).order_by(Account.active.desc(), Account.name, Account.id))
    return [(account, teams.get(account.id, [])) for account in found]


def invite(session: Session, by: Account, email: str, wish: Wish, now: datetime) -> tuple[Account, str]:
    """A new account without a password, and the link to choose one, which is also mailed. Raises WishRefused."""
    email = email.strip().lower()
    problems = _problems(wish)
    if not EMAIL.fullmatch(email) or len(email) > LONGEST_EMAIL:
        problems["email"] = "Vul een e-mailadres in, zoals naam@voorbeeld.nl."
    elif session.scalar(select(Account.id).where(Account.email == email)):
        problems["email"] = "Er is al een account met dit e-mailadres."
    if problems:
        raise WishRefused(problems)
    account = Account(email=email, name=names.clean(wish.name), role=wish.role, password_hash="", created_at=now)
    session.add(account)
    session.flush()
    _belong(session, account, wish)
    _record(session, by, Audited.ACCOUNT_INVITE, account, now, {"role": wish.role})
    return account, links.send(session, account, Purpose.INVITATION, now)


def join(session: Session, email: str, wish: Wish, now: datetime) -> Account:
    """A new account for somebody whom the OpenID Connect provider vouches for. Raises WishRefused."""
    if problems := _problems(wish):
        raise WishRefused(problems)
    account = Account(email=email, name=names.clean(wish.name), role=wish.role, password_hash="", created_at=now)
    session.add(account)
    session.flush()
    audit(session, account, Audited.ACCOUNT_ADD, f"account:{account.id}", now, {"role": wish.role})
    return account


def change(session: Session, by: Account, account: Account, wish: Wish, now: datetime) -> None:
    """Change the account as wished; another role ends its sessions. Raises WishRefused or LastAdministrator."""
    if problems := _problems(wish):
        raise WishRefused(problems)
    _keep_an_administrator(session, account, still=wish.role == Role.ADMINISTRATOR)
    before = _described(session, account)
    account.name = names.clean(wish.name)
    account.role = wish.role
    _belong(session, account, wish)
    session.flush()
    after = _described(session, account)
    detail = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if before["role"] != after["role"] or before["partner"] != after["partner"]:
        sessions.end_all(session, account.id)
    _record(session, by, Audited.ACCOUNT_CHANGE, account, now, detail)


def take_role(session: Session, account: Account, role: str, now: datetime) -> None:
    """The role that the provider says somebody has. Raises LastAdministrator, and WishRefused without an organisation."""
    if role == account.role:
        return
    teams = tuple(_described(session, account)["teams"])
    change(session, account, account, Wish(account.name, role, teams, account.partner), now)


def deactivate(session: Session, by: Account, account: Account, now: datetime) -> None:
    """Nobody can log in with this account any more, and whoever is in is out. Raises LastAdministrator."""
    _keep_an_administrator(session, account, still=False)
    account.active = False
    sessions.end_all(session, account.id)
    session.execute(delete(MailLink).where(MailLink.account_id == account.id))
    _record(session, by, Audited.ACCOUNT_DEACTIVATE, account, now)


def activate(session: Session, by: Account, account: Account, now: datetime) -> None:
    account.active = True
    _record(session, by, Audited.ACCOUNT_ACTIVATE, account, now)


def end_sessions(session: Session, by: Account, account: Account, now: datetime) -> None:
    sessions.end_all(session, account.id)
    _record(session, by, Audited.SESSIONS_END, account, now)


def remove_second_factor(session: Session, by: Account, account: Account, now: datetime) -> None:
    """For someone who lost the telephone and the recovery codes; ends the sessions, which a finder may have."""
    second_factor.remove(session, account)
    sessions.end_all(session, account.id)
    _record(session, by, Audited.SECOND_FACTOR_REMOVED, account, now)


def send_link(session: Session, by: Account, account: Account, now: datetime) -> str:
    """Mail a link to choose a password: an invitation for those who never had one, a reset for others."""
    if not account.active:
        raise AccountError("Dit account staat uit. Zet het eerst weer aan.")
    if not links.may_have_password(account):
        raise AccountError("Dit account logt in via de inlogdienst van uw organisatie en heeft geen eigen wachtwoord.")
    purpose = Purpose.RESET if account.password_hash else Purpose.INVITATION
    _record(session, by, Audited.ACCOUNT_SEND_LINK, account, now)
    return links.send(session, account, purpose, now)


def _problems(wish: Wish) -> dict[str, str]:
    table = rules.load()
    problems = {}
    if problem := names.problem(wish.name):
        problems["name"] = problem
    if wish.role not in ROLES:
        problems["role"] = "Kies een rol."
    if wish.role == Role.PARTNER and wish.partner not in table.partners:
        problems["partner"] = "Kies de organisatie waarvoor deze partner werkt."
    if wish.role != Role.PARTNER and not set(wish.teams) <= set(table.teams):
        problems["teams"] = "Kies teams uit de lijst."
    return problems


def _belong(session: Session, account: Account, wish: Wish) -> None:
    """Put the account in its teams, or with its organisation."""
    is_partner = wish.role == Role.PARTNER
    account.partner = wish.partner if is_partner else None
    session.execute(delete(TeamMember).where(TeamMember.account_id == account.id))
    session.add_all(TeamMember(account_id=account.id, team=team) for team in ({*wish.teams} if not is_partner else ()))


def _described(session: Session, account: Account) -> dict[str, Any]:
    """What the audit trail may contain; of the name only that there is one, so that a change of it is not revealed."""
    teams: Sequence[str] = session.scalars(select(TeamMember.team).where(TeamMember.account_id == account.id)).all()
    return {"role": account.role, "partner": account.partner, "teams": sorted(teams)}


def _keep_an_administrator(session: Session, account: Account, *, still: bool) -> None:
    """Refuse to take the last administrator away. Locks their rows, so that two cannot remove each other."""
    can_log_in: ColumnElement[bool] = or_(Account.password_hash != "", Account.oidc_subject.is_not(None))
    administrators = select(Account.id).where(Account.role == Role.ADMINISTRATOR, Account.active, can_log_in)
    found = list(session.scalars(administrators.order_by(Account.id).with_for_update()))
    if not still and found == [account.id]:
        raise LastAdministrator


def _record(
    session: Session,
    by: Account,
    action: Audited,
    account: Account,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    audit(session, by, action, f"account:{account.id}", now, detail or None)
