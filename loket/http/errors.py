"""The one shape in which the API says what is wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ApiError:
    """`code` is for programs, `message` for people (Dutch); `field` names the part that was sent, if there is one."""

    code: str
    message: str
    field: str | None = None


@dataclass(frozen=True)
class ErrorBody:
    """The body of every API response with a status of 400 or more."""

    error: ApiError
