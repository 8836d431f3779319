"""What every response carries, and what no request may do: headers, content security policy, cross-site requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.types import Message, Scope

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}


def headers(*, secure: bool) -> Callable[[Message, Scope], Awaitable[None]]:
    """A hook that puts the security headers on every response, even for an unknown path; with https also HSTS."""
    extra = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if secure else {}

    async def add(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        answer = MutableScopeHeaders.from_message(message)
        for name, value in (HEADERS | extra).items():
            answer.setdefault(name, value)
        if not scope["path"].startswith("/static/"):
            answer.setdefault("Cache-Control", "no-store")

    return add


async def same_origin_guard(connection: ASGIConnection, _handler: BaseRouteHandler) -> None:
    """Refuse a state-changing request that a browser sends for another site.

    Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin. A program that is not a browser sends
    neither, and has none of our cookies for another site to misuse. (Async, so that it waits for no thread.)
    """
    if connection.scope.get("method", "GET") in SAFE_METHODS:
        return
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        origin = connection.headers.get("origin")
        allowed = origin is None or urlsplit(origin).netloc == connection.headers.get("host")
    if not allowed:
        raise PermissionDeniedException("Dit verzoek komt van een andere website.")
