"""Who is at the desk: the staff cookie, and the guard that protects every desk page."""

from __future__ import annotations

import contextlib
import re
from datetime import datetime

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from sqlalchemy.orm import Session

from loket import settings
from loket.accounts import devices, sessions, used_forms
from loket.accounts.models import Account, StaffSession
from loket.accounts.roles import Action
from loket.clock import utc_now
from loket.db.base import Busy, reading, transaction
from loket.exceptions import LoketError
from loket.http import cookies
from loket.tickets import access, transfers
from loket.tickets.models import Offer
from loket.tokens import hash_token

NAME = "balie"
HALF_NAME = "balie-code"
BROWSER_NAME = "balie-bekend"
LOGIN_PAGE = "/balie/inloggen"
LOG_OUT = "/balie/uitloggen"
CHANGE_PAGE = "/balie/wachtwoord"
FACTOR_PAGE = "/balie/account/tweede-stap"
WITH_ONE_TIME_PASSWORD = (CHANGE_PAGE, LOG_OUT)
WITHOUT_SECOND_FACTOR = (FACTOR_PAGE, f"{FACTOR_PAGE}/begin", LOG_OUT)


_FORM_ID = re.compile(r"[A-Za-z0-9_-]{8,47}")


class FirstThis(NotAuthorizedException):
    """Anyone with a one-time password, or without a required second factor, must see to that before anything else."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page


class SentBefore(LoketError):
    """This form has done its work already, by a double click or a reload; the browser goes where it led."""

    code = "sent_before"

    def __init__(self, led_to: str) -> None:
        super().__init__()
        self.led_to = led_to


def cookie(token: str) -> Cookie:
    """A cookie for the browser's session; the server ends it when it is idle or too old."""
    return cookies.make(NAME, token, "/balie", same_site="strict")


def half_cookie(token: str) -> Cookie:
    """The cookie between password and code. It opens only the login page."""
    return cookies.make(HALF_NAME, token, LOGIN_PAGE, same_site="strict")


def known_browser_cookie(account: Account) -> Cookie:
    """What this browser keeps from a login, so that other people's failures do not keep it out."""
    life = int(devices.KNOWN_FOR.total_seconds())
    return cookies.make(BROWSER_NAME, devices.note(account, utc_now()), LOGIN_PAGE, same_site="strict", max_age=life)


def token(connection: ASGIConnection) -> str:
    return cookies.read(connection, NAME)


def guard(connection: ASGIConnection, _handler: BaseRouteHandler) -> None:
    """Let only logged-in people pass, and only when nothing else comes first."""
    now = utc_now()
    with reading() as session:
        found = sessions.find(session, token(connection), now)
        reads = connection.scope.get("method") == "GET"
        offers = _offers(session, found, now) if found and reads else []
        before = used_forms.led_to(session, found.account, form_id(connection)) if found and not reads else None
    if found is None:
        raise NotAuthorizedException
    if (first := _first(found)) and connection.url.path not in first:
        raise FirstThis(first[0])
    if before is not None:
        raise SentBefore(before)
    connection.scope["state"]["account"] = found.account
    connection.scope["state"]["login"] = found
    connection.scope["state"]["offers"] = offers
    if sessions.is_due(found, now) and not connection.url.path.endswith("/events"):
        # When somebody else is writing, the next page notes it: reading waits for nobody.
        with contextlib.suppress(Busy), transaction(waits=False) as session:
            sessions.touch(session, token(connection), now)


def _offers(session: Session, login: StaffSession, now: datetime) -> list[Offer]:
    """The conversations that colleagues offer to this account, for the top of each page."""
    return transfers.offers_to(session, login.account, now) if access.may(login.account, Action.ACCEPT) else []


def form_id(connection: ASGIConnection) -> str:
    """The id that the page gave to the form that was sent (see `once` in loket.web.app), for this address; "" without one."""
    given = connection.query_params.get("formulier", "")
    return f"{given}-{hash_token(connection.url.path)[:16]}" if _FORM_ID.fullmatch(given) else ""


def allowed(request: Request, action: Action) -> Account:
    """The account that the guard let in, if it may do this at all. Raises PermissionDeniedException."""
    who = account(request)
    if not access.may(who, action):
        raise PermissionDeniedException
    return who


def account(request: Request) -> Account:
    """The account that the guard let in."""
    found: Account = request.scope["state"]["account"]
    return found


def login(request: Request) -> StaffSession:
    """The login that the guard let in."""
    found: StaffSession = request.scope["state"]["login"]
    return found


def _first(login: StaffSession) -> tuple[str, ...]:
    """The pages that stay open while something must be done first, the one to go to in front; none when all is well."""
    if login.by_provider:
        return ()
    if login.account.must_change_password:
        return WITH_ONE_TIME_PASSWORD
    if settings.load().second_factor == "required" and login.account.totp_since is None:
        return WITHOUT_SECOND_FACTOR
    return ()
