"""Text from outside, without what nobody types: NUL (PostgreSQL refuses it), other control characters, half characters."""

from __future__ import annotations

import re
from typing import Any

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters except tab and line ends, lone surrogates, and what is not a character at all."""
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of what follows: in a name they make it look like another."""
_ENCODED = re.compile(rb"%(?:0[0-8bce-f]|1[0-9a-f]|7f|c2%[89][0-9a-f])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", re.IGNORECASE)


def plain(text: str) -> str:
    """The text without them; line ends and tabs stay."""
    return _UNWANTED.sub("", text)


def one_line(text: str) -> str:
    """A name, an address, a file's name: one line, with single spaces."""
    return " ".join(_DIRECTION.sub("", plain(text)).split())


def has_unwanted(text: str) -> bool:
    return _UNWANTED.search(text) is not None


def plain_values(value: Any) -> Any:
    """JSON with every text in it made plain, keys too."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [plain_values(one) for one in value]
    if isinstance(value, dict):
        return {plain(name): plain_values(one) for name, one in value.items()}
    return value


def plain_form(body: bytes) -> bytes:
    """The body of a form (application/x-www-form-urlencoded) as UTF-8 without them, while it is still encoded."""
    body = body.decode("utf-8", "replace").encode()
    while (cleaned := _ENCODED.sub(b"", body)) != body:
        body = cleaned  # removing one may bring the halves of another together
    return body
