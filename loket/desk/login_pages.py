"""The door of the desk at /balie: log in, change one's password, log out, and the help page."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.response import Redirect, Template

from loket import settings
from loket.accounts import credentials, login, passwords, sessions
from loket.accounts.audit import Audited, audit
from loket.accounts.login import HalfLoginGone, Login
from loket.accounts.models import Account
from loket.accounts.throttle import TooManyAttempts
from loket.clock import utc_now
from loket.db.base import reading, transaction
from loket.desk import session as staff
from loket.desk.forms import page
from loket.desk.once import once
from loket.http import cookies
from loket.http.addresses import client_address
from loket.http.forms import Form

LOGIN_FAILED = "E-mailadres of wachtwoord klopt niet."
CODE_FAILED = "Deze code klopt niet, of is al gebruikt. Wacht op een nieuwe code en typ die."
RECOVERY_FAILED = "Deze herstelcode klopt niet, of is al gebruikt."
TOO_LATE = "Dat duurde te lang. Log opnieuw in."


class LoginPages(Controller):
    path = "/balie"
    include_in_schema = False

    @get("/inloggen", sync_to_thread=False)
    def form(self, request: Request) -> Template:
        return _login_form(notice="Uw wachtwoord is bewaard. Log nu in." if "gelukt" in request.query_params else "")

    @post("/inloggen", sync_to_thread=True)
    def log_in(self, request: Request, data: Form) -> Response[Any]:
        configured = settings.load()
        if configured.oidc_only:
            raise PermissionDeniedException
        email = data.get("email", "")
        error = LOGIN_FAILED
        try:
            with transaction() as session:
                begun = login.with_password(
                    session,
                    email,
                    data.get("password", ""),
                    client_address(request),
                    utc_now(),
                    configured.failed_logins,
                    browser=cookies.read(request, staff.BROWSER_NAME),
                )
                if begun is not None:
                    sessions.end(session, staff.token(request))
        except TooManyAttempts as too_many:
            begun, error = None, str(too_many)
        return let_in(begun) if begun is not None else _login_form(error, email)

    @get("/inloggen/code", sync_to_thread=True)
    def code_form(self, request: Request) -> Response[Any]:
        with reading() as session:
            waiting = login.half(session, _half(request), utc_now())
        return page("balie/code.html", {}) if waiting else Redirect(staff.LOGIN_PAGE, status_code=303)

    @post("/inloggen/code", sync_to_thread=True)
    def give_code(self, request: Request, data: Form) -> Response[Any]:
        field = "recovery" if data.get("recovery") else "code"
        error = RECOVERY_FAILED if field == "recovery" else CODE_FAILED
        limit = settings.load().failed_logins
        try:
            with transaction() as session:
                whole = login.with_code(
                    session,
                    _half(request),
                    data.get(field, ""),
                    client_address(request),
                    utc_now(),
                    limit,
                    browser=cookies.read(request, staff.BROWSER_NAME),
                )
                if whole is not None:
                    sessions.end(session, staff.token(request))
        except HalfLoginGone:
            return _login_form(TOO_LATE)
        except TooManyAttempts as too_many:
            whole, error = None, str(too_many)
        if whole is None:
            return page("balie/code.html", {}, {field: error})
        response = let_in(whole)
        cookies.remove(response, staff.HALF_NAME, staff.LOGIN_PAGE)
        return response


class DeskPages(Controller):
    path = "/balie"
    include_in_schema = False
    guards = [staff.guard]

    @get("/wachtwoord", sync_to_thread=False)
    def password_form(self, request: Request) -> Template:
        return page("balie/password.html", _context(request))

    @post("/wachtwoord", sync_to_thread=True)
    def change_password(self, request: Request, data: Form) -> Response[Any]:
        who, now, old = staff.account(request), utc_now(), data.get("old", "")
        if problem := wrong_password(who, old):
            return page("balie/password.html", _context(request), {"old": problem})
        try:
            with once(request, "/balie") as work:
                account = work.session.get_one(Account, who.id)
                credentials.change_password(work.session, account, old, data.get("new", ""), now)
                token = sessions.begin(work.session, account, now)
        except credentials.AccountError as error:
            return page("balie/password.html", _context(request), {"new": str(error)})
        response = Redirect("/balie", status_code=303)
        response.cookies = [staff.cookie(token)]
        return response

    @get("/hulp", sync_to_thread=False)
    def help(self, request: Request) -> Template:
        """The keys, for anyone without script or who wants to read them at leisure."""
        return Template("balie/help.html", context=_context(request))

    @post("/uitloggen", sync_to_thread=True)
    def log_out(self, request: Request) -> Response[Any]:
        with once(request, staff.LOGIN_PAGE) as work:
            who = staff.account(request)
            sessions.end(work.session, staff.token(request))
            audit(work.session, who, Audited.LOGOUT, f"account:{who.id}", utc_now())
        response = Redirect(staff.LOGIN_PAGE, status_code=303)
        cookies.remove(response, staff.NAME, "/balie")
        return response


def let_in(begun: Login) -> Response[Any]:
    """To the desk, or first to the page that asks for the code."""
    if begun.code_needed:
        response = Redirect("/balie/inloggen/code", status_code=303)
        response.cookies = [staff.half_cookie(begun.token)]
        return response
    response = Redirect("/balie/wachtwoord" if begun.account.must_change_password else "/balie", status_code=303)
    response.cookies = [staff.cookie(begun.token), staff.known_browser_cookie(begun.account)]
    return response


def wrong_password(who: Account, password: str) -> str | None:
    """Why the password retyped by somebody logged in is not accepted."""
    try:
        with transaction() as session:
            account = session.get_one(Account, who.id)
            limit = settings.load().failed_logins
            right = login.is_own_password(session, account, password, utc_now(), limit)
    except TooManyAttempts as too_many:
        return str(too_many)
    return None if right else "Uw huidige wachtwoord klopt niet."


def wrong_code(who: Account, code: str) -> str | None:
    """Why a logged-in person's code, from the app or for recovery, is not accepted; None without a second factor."""
    try:
        with transaction() as session:
            account = session.get_one(Account, who.id)
            limit = settings.load().failed_logins
            right = account.totp_since is None or login.is_own_code(session, account, code, utc_now(), limit)
    except TooManyAttempts as too_many:
        return str(too_many)
    return None if right else f"{CODE_FAILED} Een herstelcode mag ook."


def _login_form(error: str = "", email: str = "", notice: str = "") -> Template:
    configured = settings.load()
    context = {
        "notice": notice,
        "provider": configured.oidc_name if configured.oidc_issuer else "",
        "with_password": not configured.oidc_only,
    }
    return page("balie/login.html", context, {"form": error} if error else None, {"email": email})


def _half(request: Request) -> str:
    return cookies.read(request, staff.HALF_NAME)


def _context(request: Request) -> dict[str, Any]:
    return {"account": staff.account(request), "rules": passwords.RULES}
