"""The chat page's cookie: which conversation this browser is in, and its token."""

from __future__ import annotations

from litestar import Request, Response
from litestar.datastructures import Cookie

from loket.http import cookies

NAME = "gesprek"
DAYS = 7


def read(request: Request) -> tuple[str, str]:
    """(conversation id, token); two empty strings without a usable cookie."""
    conversation_id, _, token = cookies.read(request, NAME).partition(".")
    return conversation_id, token


def write(conversation_id: str, token: str) -> Cookie:
    return cookies.make(NAME, f"{conversation_id}.{token}", "/", same_site="lax", max_age=DAYS * 24 * 3600)


def forget(response: Response) -> None:
    cookies.remove(response, NAME, "/")
