"""How much of its time and memory the server gives to one connection: what uvicorn is told, and what it does not know."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from loket.settings import Settings

MOST_HEADER_BYTES = 32 * 1024
"""Of one request line with its headers. h11 keeps no more before it refuses; httptools would keep without end."""
KEEP_ALIVE_SECONDS = 15
HEADER_SECONDS, BODY_SECONDS = 15.0, 60.0
"""Within which the headers of a request must have come in, and then its body: 10 MB over a slow line."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that waits for a request, but not for ever: a connection that sends nothing, or a byte a minute, is closed."""

    _deadline: asyncio.TimerHandle | None = None
    _in_body = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_at_most(HEADER_SECONDS)

    def data_received(self, data: bytes) -> None:
        if self._deadline is None:
            self._wait_at_most(HEADER_SECONDS)
        super().data_received(data)
        if self._all_here():
            self._forget_deadline()
        elif not self._in_body and self._answering():
            self._wait_at_most(BODY_SECONDS)
            self._in_body = True

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        super().connection_lost(exc)

    def _all_here(self) -> bool:
        """Whether the request being answered has come in completely."""
        return self._answering() and not self.cycle.more_body

    def _answering(self) -> bool:
        """Whether a request has begun, as far as its headers go, that has no whole answer yet."""
        return self.cycle is not None and not self.cycle.response_complete

    def _give_up(self) -> None:
        self._deadline = None
        if not self._all_here() and not self.transport.is_closing():
            self.transport.close()

    def _wait_at_most(self, seconds: float) -> None:
        self._forget_deadline()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _forget_deadline(self) -> None:
        self._in_body = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def limits(configured: Settings) -> dict[str, Any]:
    """Arguments for uvicorn. Who asks is found by loket.http.addresses, so uvicorn leaves the addresses as they are."""
    return {
        "http": PatientProtocol,
        "h11_max_incomplete_event_size": MOST_HEADER_BYTES,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "limit_concurrency": configured.most_connections,
        "proxy_headers": False,
        "server_header": False,
        "date_header": True,
    }
