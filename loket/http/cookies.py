"""Cookies that no script can read and no other site can send. Behind https their name binds them to this host."""

from __future__ import annotations

from typing import Literal

from litestar import Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from loket import settings


def make(
    name: str, value: str, path: str, *, same_site: Literal["lax", "strict"], max_age: int | None = None
) -> Cookie:
    """A cookie for the pages below `path`; with the prefix __Host- the browser requires Secure and the path "/"."""
    secure = settings.load().secure_cookies
    return Cookie(
        key=_name(name),
        value=value,
        path="/" if secure else path,
        httponly=True,
        secure=secure,
        samesite=same_site,
        max_age=max_age,
    )


def read(connection: ASGIConnection, name: str) -> str:
    """Its value; "" without one."""
    return str(connection.cookies.get(_name(name), ""))


def remove(response: Response, name: str, path: str) -> None:
    """Make the browser forget it. (It accepts the removal of a __Host- cookie only with the same attributes.)"""
    response.set_cookie(make(name, "", path, same_site="strict", max_age=0))


def _name(name: str) -> str:
    return f"__Host-{name}" if settings.load().secure_cookies else name
