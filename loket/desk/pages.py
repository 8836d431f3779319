"""The door of the desk at /balie: log in, change one's password, log out, and the help page."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Template

from loket import settings
from loket.accounts import accounts
from loket.accounts.audit import Audited, audit
from loket.accounts.models import Account
from loket.clock import utc_now
from loket.db.base import transaction
from loket.desk import session as staff
from loket.web.security import client_address

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

LOGIN_FAILED = "E-mailadres of wachtwoord klopt niet."


class LoginPages(Controller):
    path = "/balie"
    include_in_schema = False

    @get("/inloggen", sync_to_thread=False)
    def form(self) -> Template:
        return Template("balie/login.html", context={"error": "", "email": ""})

    @post("/inloggen", sync_to_thread=True)
    def log_in(self, request: Request, data: Form) -> Response[Any]:
        email = data.get("email", "")
        error = LOGIN_FAILED
        try:
            with transaction() as session:
                found = accounts.log_in(
                    session,
                    email,
                    data.get("password", ""),
                    client_address(request),
                    utc_now(),
                    settings.load().logins_per_5_minutes,
                )
                if found is not None:
                    accounts.log_out(session, staff.token(request))
        except accounts.TooManyAttempts as too_many:
            found, error = None, str(too_many)
        if found is None:
            return Template("balie/login.html", context={"error": error, "email": email}, status_code=422)
        account, token = found
        target = "/balie/wachtwoord" if account.must_change_password else "/balie"
        response = Redirect(target, status_code=303)
        response.cookies = [staff.cookie(token)]
        return response


class DeskPages(Controller):
    path = "/balie"
    include_in_schema = False
    guards = [staff.guard]

    @get("/wachtwoord", sync_to_thread=False)
    def password_form(self, request: Request) -> Template:
        return Template("balie/password.html", context=_context(request) | {"error": ""})

    @post("/wachtwoord", sync_to_thread=True)
    def change_password(self, request: Request, data: Form) -> Response[Any]:
        now = utc_now()
        try:
            with transaction() as session:
                account = session.get_one(Account, staff.account(request).id)
                accounts.change_password(session, account, data.get("old", ""), data.get("new", ""), now)
                token = accounts.open_session(session, account, now)
        except accounts.AccountError as error:
            context = _context(request) | {"error": str(error)}
            return Template("balie/password.html", context=context, status_code=422)
        response = Redirect("/balie", status_code=303)
        response.cookies = [staff.cookie(token)]
        return response

    @get("/hulp", sync_to_thread=False)
    def help(self, request: Request) -> Template:
        """The keys, for who has no script or wants to read them at leisure."""
        return Template("balie/help.html", context=_context(request))

    @post("/uitloggen", sync_to_thread=True)
    def log_out(self, request: Request) -> Response[Any]:
        with transaction() as session:
            who = staff.account(request)
            accounts.log_out(session, staff.token(request))
            audit(session, who, Audited.LOGOUT, f"account:{who.id}", utc_now())
        response = Redirect("/balie/inloggen", status_code=303)
        response.delete_cookie(staff.NAME, path="/balie")
        return response


def _context(request: Request) -> dict[str, Any]:
    return {"account": staff.account(request)}
