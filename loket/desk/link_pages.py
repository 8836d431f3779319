"""A password through a link in a mail: asking for the link, and choosing the password with it."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath
from litestar.response import Redirect, Template

from loket import settings
from loket.accounts import links, passwords
from loket.accounts.credentials import AccountError
from loket.accounts.throttle import TooManyAttempts
from loket.clock import utc_now
from loket.db.base import reading, transaction
from loket.desk import session as staff
from loket.desk.forms import page
from loket.http.addresses import client_address
from loket.http.forms import Form

# The token is in the address, which may not go into a Referer. With no-referrer a browser would send a form with the
# Origin "null", which older browsers need to show that it is ours.
NO_TOKEN_IN_REFERER = {"Referrer-Policy": "strict-origin"}


class LinkPages(Controller):
    path = "/balie"
    include_in_schema = False

    @get("/wachtwoord-vergeten", sync_to_thread=False)
    def ask_form(self) -> Template:
        return page("balie/forgotten.html", {"asked": False})

    @post("/wachtwoord-vergeten", sync_to_thread=True)
    def ask(self, request: Request, data: Form) -> Template:
        email = data.get("email", "")
        if "@" not in email:
            problem = {"email": "Vul uw e-mailadres in, zoals naam@voorbeeld.nl."}
            return page("balie/forgotten.html", {"asked": False}, problem, data)
        try:
            with transaction() as session:
                limit = settings.load().failed_logins
                links.ask_reset(session, email, client_address(request), utc_now(), limit)
        except TooManyAttempts as too_many:
            return page("balie/forgotten.html", {"asked": False}, {"email": str(too_many)}, data)
        answer = page("balie/forgotten.html", {"asked": True})
        answer.background = BackgroundTask(_send_reset, email)
        return answer

    @get("/link/{token:str}", sync_to_thread=True)
    def form(self, token: FromPath[str]) -> Template:
        return _form(token)

    @post("/link/{token:str}", sync_to_thread=True)
    def choose(self, token: FromPath[str], data: Form) -> Response[Any]:
        try:
            with transaction() as session:
                links.choose_password(session, token, data.get("new", ""), utc_now())
        except links.LinkGone as gone:
            return _gone(gone)
        except AccountError as error:
            return _form(token, {"new": str(error)})
        return Redirect(f"{staff.LOGIN_PAGE}?gelukt=1", status_code=303, headers=NO_TOKEN_IN_REFERER)


async def _send_reset(email: str) -> None:
    await asyncio.to_thread(_send_reset_now, email)


def _send_reset_now(email: str) -> None:
    with transaction() as session:
        links.send_reset(session, email, utc_now())


def _form(token: str, errors: dict[str, str] | None = None) -> Template:
    try:
        with reading() as session:
            link = links.find(session, token, utc_now())
    except links.LinkGone as gone:
        return _gone(gone)
    context = {"owner": link.account, "invited": link.purpose == links.Purpose.INVITATION, "rules": passwords.RULES}
    answer = page("balie/link.html", context | {"gone": ""}, errors)
    answer.headers.update(NO_TOKEN_IN_REFERER)
    return answer


def _gone(gone: links.LinkGone) -> Template:
    answer = page("balie/link.html", {"gone": str(gone), "invited": False})
    answer.status_code = 404
    answer.headers.update(NO_TOKEN_IN_REFERER)
    return answer
