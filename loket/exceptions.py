"""The one base of everything that this service raises on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class LoketError(Exception):
    """Something that is not done, and why.

    `code` is for programs, `message` is what a person reads (Dutch for parents and staff, English for operators and
    developers), `field` names the part of a form or request at fault, if there is one. A subclass gives its own code and
    usual message; the text of a case goes to the constructor. Neither is read from a docstring: those vanish under -OO.
    """

    code = "failed"
    message = ""
    field = ""

    def __init__(self, message: str = "", *, code: str = "", field: str = "") -> None:
        self.message = message or self.message
        self.code = code or self.code
        self.field = field or self.field
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class Refused(LoketError):
    """What a parent or a member of staff sent is not accepted, or may not be done; nothing was changed."""

    code = "refused"
    message = "Dit kan niet."
    status = 400
    """The HTTP status that tells a program the same."""
    headers: Mapping[str, str] = MappingProxyType({})
    """HTTP headers that go with it, such as Retry-After."""


class Collision(Refused):
    """Somebody else was first: the request was based on a state that no longer exists (HTTP 409)."""

    code = "collision"
    status = 409
    message = "Iemand anders was u voor. Kijk hoe de vraag er nu voor staat."
