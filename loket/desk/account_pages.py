"""The administrator's pages at /balie/accounts: who has an account, and what they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from loket import settings
from loket.accounts import administration, sessions, teams
from loket.accounts.administration import Wish, WishRefused
from loket.accounts.credentials import AccountError
from loket.accounts.models import Account
from loket.accounts.roles import Action
from loket.clock import utc_now
from loket.db.base import reading
from loket.desk import session as staff
from loket.desk.forms import page
from loket.desk.labels import ROLE_LABELS
from loket.desk.once import once
from loket.http.forms import Form
from loket.routing import rules
from loket.staff_roles import ROLES, Role

HERE = "/balie/accounts"


class AccountPages(Controller):
    path = HERE
    include_in_schema = False
    guards = [staff.guard]

    @get("/", sync_to_thread=True)
    def show(self, request: Request) -> Template:
        with reading() as session:
            rows = administration.listed(session)
        return Template("balie/accounts.html", context=_context(request) | {"rows": rows})

    @get("/nieuw", sync_to_thread=True)
    def new(self, request: Request) -> Template:
        return page(
            "balie/account_new.html", _context(request) | {"chosen": (), "link": ""}, typed={"role": Role.ADVISER}
        )

    @post("/nieuw", sync_to_thread=True)
    def invite(self, request: Request, data: Form) -> Response[Any]:
        by, wish = staff.allowed(request, Action.ADMINISTER), _wish(data)
        try:
            with once(request, HERE) as work:
                account, link = administration.invite(work.session, by, data.get("email", ""), wish, utc_now())
        except WishRefused as refused:
            context = _context(request) | {"chosen": wish.teams, "link": ""}
            return page("balie/account_new.html", context, refused.problems, data)
        return _handed(request, account, link)

    @get("/{account_id:int}", sync_to_thread=True)
    def edit(self, request: Request, account_id: FromPath[int]) -> Template:
        return _account_page(request, account_id)

    @post("/{account_id:int}", sync_to_thread=True)
    def change(self, request: Request, account_id: FromPath[int], data: Form) -> Response[Any]:
        by, wish = staff.allowed(request, Action.ADMINISTER), _wish(data)
        try:
            with once(request, HERE) as work:
                administration.change(work.session, by, _found(work.session, account_id), wish, utc_now())
        except WishRefused as refused:
            return _account_page(request, account_id, refused.problems, data, wish.teams)
        except AccountError as error:
            return _account_page(request, account_id, {"role": str(error)}, data, wish.teams)
        return Redirect(HERE, status_code=303)

    @post("/{account_id:int}/uit", sync_to_thread=True)
    def deactivate(self, request: Request, account_id: FromPath[int]) -> Response[Any]:
        return _do(request, account_id, administration.deactivate)

    @post("/{account_id:int}/aan", sync_to_thread=True)
    def activate(self, request: Request, account_id: FromPath[int]) -> Response[Any]:
        return _do(request, account_id, administration.activate)

    @post("/{account_id:int}/sessies", sync_to_thread=True)
    def end_sessions(self, request: Request, account_id: FromPath[int]) -> Response[Any]:
        return _do(request, account_id, administration.end_sessions)

    @post("/{account_id:int}/tweede-stap", sync_to_thread=True)
    def remove_second_factor(self, request: Request, account_id: FromPath[int]) -> Response[Any]:
        return _do(request, account_id, administration.remove_second_factor)

    @post("/{account_id:int}/link", sync_to_thread=True)
    def send_link(self, request: Request, account_id: FromPath[int]) -> Response[Any]:
        by = staff.allowed(request, Action.ADMINISTER)
        try:
            with once(request, f"{HERE}/{account_id}") as work:
                account = _found(work.session, account_id)
                link = administration.send_link(work.session, by, account, utc_now())
        except AccountError as error:
            return _account_page(request, account_id, {"action": str(error)})
        return _handed(request, account, link)


def _do(
    request: Request, account_id: int, action: Callable[[Session, Account, Account, datetime], None]
) -> Response[Any]:
    by = staff.allowed(request, Action.ADMINISTER)
    try:
        with once(request, f"{HERE}/{account_id}") as work:
            action(work.session, by, _found(work.session, account_id), utc_now())
    except AccountError as error:
        return _account_page(request, account_id, {"action": str(error)})
    return Redirect(f"{HERE}/{account_id}", status_code=303)


def _account_page(
    request: Request,
    account_id: int,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    chosen: tuple[str, ...] | None = None,
) -> Template:
    context = _context(request)
    with reading() as session:
        other = _found(session, account_id)
        of_teams = teams.of_account(session, other.id)
        logins = sessions.of_account(session, other.id, utc_now())
    context |= {"other": other, "logins": logins, "chosen": of_teams if chosen is None else chosen}
    now = {"name": other.name, "role": other.role, "partner": other.partner or ""}
    return page("balie/account_edit.html", context, errors, typed or now)


def _handed(request: Request, account: Account, link: str) -> Template:
    """After a link was made: it went by mail, or the administrator hands it over. Shown now and never again."""
    shown = "" if settings.load().smtp_host else link
    return Template("balie/account_link.html", context=_context(request) | {"other": account, "link": shown})


def _context(request: Request) -> dict[str, Any]:
    table = rules.load()
    return {
        "account": staff.allowed(request, Action.ADMINISTER),
        "roles": {role: ROLE_LABELS[role] for role in ROLES},
        "teams": table.teams,
        "partners": {name: partner.name for name, partner in table.partners.items()},
    }


def _wish(data: dict[str, str]) -> Wish:
    chosen = tuple(name.removeprefix("team-") for name in data if name.startswith("team-"))
    return Wish(data.get("name", ""), data.get("role", ""), chosen, data.get("partner") or None)


def _found(session: Session, account_id: int) -> Account:
    found = session.get(Account, account_id)
    if found is None:
        raise NotFoundException
    return found
