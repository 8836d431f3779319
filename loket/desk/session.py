"""Who is at the desk: the staff cookie, and the guard that every desk page stands behind."""

from __future__ import annotations

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from loket import settings
from loket.accounts import access, accounts
from loket.accounts.access import Action
from loket.accounts.models import Account
from loket.clock import utc_now
from loket.db.base import reading, transaction

NAME = "balie"
CHANGE_PAGE = "/balie/wachtwoord"
WITH_ONE_TIME_PASSWORD = (CHANGE_PAGE, "/balie/uitloggen")


class PasswordFirst(NotAuthorizedException):
    """Who has a one-time password must choose one of their own before anything else."""


def cookie(token: str) -> Cookie:
    """A cookie for the browser's session; the server ends it when it is idle or too old."""
    return Cookie(
        key=NAME, value=token, path="/balie", httponly=True, secure=settings.load().secure_cookies, samesite="strict"
    )


def token(connection: ASGIConnection) -> str:
    return str(connection.cookies.get(NAME, ""))


def guard(connection: ASGIConnection, _handler: BaseRouteHandler) -> None:
    """Let only who is logged in pass; who has a one-time password must change it first."""
    now = utc_now()
    with reading() as session:
        account = accounts.of_token(session, token(connection), now)
    if account is None:
        raise NotAuthorizedException
    if account.must_change_password and connection.url.path not in WITH_ONE_TIME_PASSWORD:
        raise PasswordFirst
    connection.scope["state"]["account"] = account
    if not connection.url.path.endswith("/events"):
        with transaction() as session:
            accounts.touch(session, token(connection), now)


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
