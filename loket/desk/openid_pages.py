"""The way to the provider and back."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

from loket import settings
from loket.accounts import login, openid, sessions, throttle
from loket.accounts.audit import Audited, audit
from loket.accounts.throttle import TooManyAttempts
from loket.clock import utc_now
from loket.db.base import transaction
from loket.desk import session as staff
from loket.http import cookies
from loket.http.addresses import client_address
from loket.settings import Settings

COOKIE = "balie-openid"
HERE = "/balie/inloggen/openid"
NO_CODE_IN_REFERER = {"Referrer-Policy": "no-referrer"}


class OpenIdPages(Controller):
    path = HERE
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def go(self) -> Response[Any]:
        configured = _provider()
        try:
            started = openid.start(configured, utc_now())
        except openid.LoginRefused as refused:
            return _refusal(refused)
        response = Redirect(started.address, status_code=303)
        # Lax: the browser comes back from another site, and must bring this along.
        life = int(openid.TIME_AT_PROVIDER.total_seconds())
        response.cookies = [cookies.make(COOKIE, started.ticket, HERE, same_site="lax", max_age=life)]
        return response

    @get("/terug", sync_to_thread=True)
    def back(self, request: Request) -> Response[Any]:
        """Let in whoever returns. The page goes on to the desk by itself: a redirect would not get the strict cookie."""
        configured = _provider()
        keys = [f"provider {client_address(request)}"]
        try:
            with transaction() as session:
                throttle.check(session, keys, utc_now(), configured.failed_logins)
            begun = _let_in(request, configured)
        except (openid.LoginRefused, TooManyAttempts) as refused:
            if not isinstance(refused, TooManyAttempts | openid.ProviderAway):
                with transaction() as session:
                    throttle.count(session, keys, utc_now())
                    audit(session, None, Audited.LOGIN_PROVIDER_FAILED, "account", utc_now())
            return _refusal(refused)
        response = Template("balie/arrived.html", headers=NO_CODE_IN_REFERER)
        response.cookies = [staff.cookie(begun.token)]
        cookies.remove(response, COOKIE, HERE)
        return response


def _let_in(request: Request, configured: Settings) -> login.Login:
    now = utc_now()
    answer = dict(request.query_params.items())
    kept = openid.opened(configured, cookies.read(request, COOKIE), answer, now)
    with transaction() as session:
        openid.use(session, kept, now)
    claims = openid.finish(configured, kept, answer["code"], now)
    with transaction() as session:
        try:
            account = openid.account_of(session, configured, claims, now)
        except openid.RoleGone as gone:
            refused = gone  # raised once its logins have been ended for good
        else:
            sessions.end(session, staff.token(request))
            return login.full(session, account, now, by_provider=True)
    raise refused


def _provider() -> Settings:
    configured = settings.load()
    if not configured.oidc_issuer:
        raise NotFoundException
    return configured


def _refusal(refused: Exception) -> Response[Any]:
    page = Template(
        "balie/not_arrived.html", context={"problem": str(refused)}, status_code=422, headers=NO_CODE_IN_REFERER
    )
    cookies.remove(page, COOKIE, HERE)
    return page
