"""News: one look at the database for all who wait, so that a page open in a browser hears of a change within a second.

The look is at the newest message and the newest ticket event, so that it does not matter which process wrote them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from sqlalchemy import func, select

from loket.conversations.models import Message
from loket.db.base import reading
from loket.tickets.models import TicketEvent

logger = logging.getLogger(__name__)

INTERVAL = 0.4
KEEP_ALIVE = 15.0


class Feed:
    """Wakes everyone who listens when something new was written."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self._task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def wait(self, timeout: float = KEEP_ALIVE) -> bool:
        """Wait for news; False when there was none for `timeout` seconds."""
        try:
            await asyncio.wait_for(self._changed.wait(), timeout)
        except TimeoutError:
            return False
        return True

    async def _watch(self) -> None:
        seen: tuple[int, int] | None = None
        while True:
            try:
                newest = await asyncio.to_thread(_newest)
            except Exception:
                logger.exception("the feed cannot read the database")
                newest = seen or (0, 0)
            if seen is not None and newest != seen:
                waiting, self._changed = self._changed, asyncio.Event()
                waiting.set()
            seen = newest
            await asyncio.sleep(INTERVAL)


def _newest() -> tuple[int, int]:
    with reading() as session:
        message = session.scalar(select(func.max(Message.id))) or 0
        event = session.scalar(select(func.max(TicketEvent.id))) or 0
        return message, event
