"""The page "Uw account": one's name, password, second factor and logins."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.response import Redirect, Template

from loket import settings
from loket.accounts import names, second_factor, sessions
from loket.accounts.audit import Audited, audit
from loket.accounts.models import Account
from loket.clock import utc_now
from loket.db.base import reading
from loket.desk import session as staff
from loket.desk.forms import page
from loket.desk.login_pages import wrong_code, wrong_password
from loket.desk.once import once
from loket.http.forms import Form

HERE = "/balie/account"
WRONG_CODE = "Deze code klopt niet. Kijk of de klok van uw telefoon goed staat en typ de nieuwste code."


class OwnAccountPages(Controller):
    path = HERE
    include_in_schema = False
    guards = [staff.guard]

    @get("/", sync_to_thread=True)
    def show(self, request: Request) -> Template:
        return _page(request)

    @post("/naam", sync_to_thread=True)
    def rename(self, request: Request, data: Form) -> Response[Any]:
        name = names.clean(data.get("name", ""))
        if problem := names.problem(name):
            return _page(request, {"name": problem}, {"name": name})
        with once(request, HERE) as work:
            account = _mine(work.session, request)
            account.name = name
            audit(work.session, account, Audited.ACCOUNT_NAME, f"account:{account.id}", utc_now())
        return Redirect(HERE, status_code=303)

    @post("/sessies", sync_to_thread=True)
    def end_sessions(self, request: Request, data: Form) -> Response[Any]:
        """End one login, by the hash that the page lists, or all but this one."""
        with once(request, HERE) as work:
            session = work.session
            account = _mine(session, request)
            if one := data.get("one"):
                sessions.end_one(session, account.id, one)
            else:
                sessions.end_all(session, account.id, but=staff.token(request))
            audit(session, account, Audited.SESSIONS_END, f"account:{account.id}", utc_now())
        return Redirect(HERE, status_code=303)

    @get("/tweede-stap", sync_to_thread=True)
    def factor_form(self, request: Request) -> Template:
        return _factor_page(request)

    @post("/tweede-stap/begin", sync_to_thread=True)
    def begin_factor(self, request: Request, data: Form) -> Response[Any]:
        """A new secret. Anyone with one in force keeps it until it is removed."""
        who = staff.account(request)
        if problem := _unsure(request, data):
            return _factor_page(request, {"password": problem}, "begin")
        with once(request, staff.FACTOR_PAGE) as work:
            account = work.session.get_one(Account, who.id)
            if account.totp_since is None:
                second_factor.begin(account)
        return Redirect(staff.FACTOR_PAGE, status_code=303)

    @post("/tweede-stap", sync_to_thread=True)
    def confirm_factor(self, request: Request, data: Form) -> Response[Any]:
        with once(request, staff.FACTOR_PAGE) as work:
            mine = _mine(work.session, request)
            codes = second_factor.confirm(work.session, mine, data.get("code", ""), utc_now())
            work.done = codes is not None
            if codes is not None:
                sessions.end_all(work.session, staff.account(request).id, but=staff.token(request))
        return _codes_page(request, codes) if codes else _factor_page(request, {"code": WRONG_CODE})

    @post("/tweede-stap/uit", sync_to_thread=True)
    def remove_factor(self, request: Request, data: Form) -> Response[Any]:
        if problem := _unsure(request, data):
            return _factor_page(request, {"password": problem}, "uit")
        if problem := wrong_code(staff.account(request), data.get("code", "")):
            return _factor_page(request, {"code": problem}, "uit")
        with once(request, HERE) as work:
            account = _mine(work.session, request)
            second_factor.remove(work.session, account)
            audit(work.session, account, Audited.SECOND_FACTOR_REMOVED, f"account:{account.id}", utc_now())
        return Redirect(HERE, status_code=303)

    @post("/tweede-stap/codes", sync_to_thread=True)
    def new_codes(self, request: Request, data: Form) -> Response[Any]:
        if problem := _unsure(request, data):
            return _factor_page(request, {"password": problem}, "codes")
        with once(request, staff.FACTOR_PAGE) as work:
            account = _mine(work.session, request)
            if account.totp_since is None:
                return Redirect(staff.FACTOR_PAGE, status_code=303)
            codes = second_factor.new_recovery_codes(work.session, account)
            audit(work.session, account, Audited.RECOVERY_CODES_NEW, f"account:{account.id}", utc_now())
        return _codes_page(request, codes)


def _page(request: Request, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None) -> Template:
    who = staff.account(request)
    with reading() as session:
        logins = sessions.of_account(session, who.id, utc_now())
        left = second_factor.codes_left(session, who)
    context = {"account": who, "logins": logins, "this": staff.login(request).token_hash, "codes_left": left}
    return page("balie/account.html", context, errors, typed or {"name": who.name})


def _factor_page(request: Request, errors: dict[str, str] | None = None, form: str = "") -> Template:
    """`form` names the one of the page's forms that has the error."""
    with reading() as session:
        account = _mine(session, request)
        left = second_factor.codes_left(session, account)
    key = second_factor.secret(account)
    context = {
        "account": account,
        "key": key if account.totp_since is None else None,
        "picture": second_factor.picture(account) if key and account.totp_since is None else "",
        "codes_left": left,
        "required": settings.load().second_factor == "required",
        "form": form,
        "ask_password": bool(account.password_hash),
    }
    return page("balie/second_factor.html", context, errors)


def _codes_page(request: Request, codes: list[str]) -> Template:
    return Template("balie/recovery_codes.html", context={"account": staff.account(request), "codes": codes})


def _unsure(request: Request, data: dict[str, str]) -> str | None:
    """The password is asked for again before the second factor changes; those without one use the provider."""
    who = staff.account(request)
    return wrong_password(who, data.get("password", "")) if who.password_hash else None


def _mine(session: Any, request: Request) -> Account:
    found: Account = session.get_one(Account, staff.account(request).id)
    return found
