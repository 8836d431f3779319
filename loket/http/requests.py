"""Every request as the pages read it: what was typed has no control characters, and what cannot be read is refused."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException

from loket.http.plain_text import plain_form, plain_values


class PlainRequest(Request):
    """A request whose forms and JSON are plain text, and whose JSON can be read at all."""

    async def body(self) -> bytes:
        body = await super().body()
        return plain_form(body) if self.content_type[0] == RequestEncodingType.URL_ENCODED else body

    async def json(self) -> Any:
        try:
            return plain_values(await super().json())
        except (UnicodeDecodeError, RecursionError) as error:
            # Not UTF-8, or brackets within brackets deeper than a program reads.
            raise ClientException from error
