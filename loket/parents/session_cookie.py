"""The chat page's cookie: which conversation this browser is in, and its token."""

from __future__ import annotations

from litestar import Request
from litestar.datastructures import Cookie

from loket import settings

NAME = "gesprek"
DAYS = 7


def read(request: Request) -> tuple[str, str]:
    """(conversation id, token); two empty strings without a usable cookie."""
    conversation_id, _, token = request.cookies.get(NAME, "").partition(".")
    return conversation_id, token


def write(conversation_id: str, token: str) -> Cookie:
    return Cookie(
        key=NAME,
        value=f"{conversation_id}.{token}",
        path="/",
        httponly=True,
        secure=settings.load().secure_cookies,
        samesite="lax",
        max_age=DAYS * 24 * 3600,
    )
