"""Open pages wait here for what concerns them, and are woken only by that."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator

from loket.conversations.limited import TooMany
from loket.db.changes import Change
from loket.settings import Settings
from loket.updates import sources

KEEP_ALIVE = 15.0
"""Seconds after which a page that heard nothing looks again all the same, and tells the browser that the line is open."""

Concerns = Callable[[Change], bool]


TRY_AGAIN_SECONDS = 60
"""After which a refused page may try again: long enough to close another."""


class TooManyStreams(TooMany):
    """One conversation, address or account has more pages open than anybody needs."""

    code = "too_many_streams"
    message = "Er staan te veel vensters tegelijk open. Sluit er een."

    def __init__(self) -> None:
        super().__init__(retry_after=TRY_AGAIN_SECONDS)


class Listener:
    """One open page. `wait` says whether there was news; news that comes between two waits is not missed."""

    def __init__(self, concerns: Concerns) -> None:
        self.concerns = concerns
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def wait(self, seconds: float = KEEP_ALIVE) -> bool:
        """Wait for news, at most so long. Call it before reading: what is written after it began wakes the next wait."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self._woken.clear()
        return True


class Hub:
    """All open pages of this process, and the one source that reports changes."""

    def __init__(self, configured: Settings) -> None:
        self._configured = configured
        self._of_conversation: dict[str, set[Listener]] = defaultdict(set)
        self._of_desk: set[Listener] = set()
        self._open: Counter[str] = Counter()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()

        def told(change: Change | None) -> None:
            # A source that reports while the loop is ending is not heard, and need not be.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self.dispatch, change)

        source = sources.choose(self._configured, told)
        source.start()
        try:
            yield
        finally:
            await asyncio.to_thread(source.stop)

    def dispatch(self, change: Change | None) -> None:
        """Wake whom this concerns; everyone when something may have been missed."""
        if change is None:
            waiting = [listener for listeners in self._of_conversation.values() for listener in listeners]
            for listener in (*waiting, *self._of_desk):
                listener.wake()
            return
        for listener in self._of_conversation.get(change.conversation_id, ()):
            listener.wake()
        for listener in self._of_desk:
            if listener.concerns(change):
                listener.wake()

    def check_room(self, conversation_id: str, address: str) -> None:
        """Before a stream begins, while its answer can still be a refusal. Raises TooManyStreams."""
        self._check(self._limits(conversation_id, address))

    def check_desk_room(self, account: str) -> None:
        """The same for a page of the desk. Raises TooManyStreams."""
        self._check(self._desk_limits(account))

    @contextlib.contextmanager
    def conversation(self, conversation_id: str, address: str) -> Iterator[Listener]:
        """Listen to one conversation. Raises TooManyStreams."""
        limits = self._limits(conversation_id, address)
        listener = Listener(lambda _change: True)
        with self._counted(limits):
            self._of_conversation[conversation_id].add(listener)
            try:
                yield listener
            finally:
                self._of_conversation[conversation_id].discard(listener)
                if not self._of_conversation[conversation_id]:
                    del self._of_conversation[conversation_id]

    @contextlib.contextmanager
    def desk(self, account: str, concerns: Concerns) -> Iterator[Listener]:
        """Listen to what this account's lists may show. Raises TooManyStreams."""
        listener = Listener(concerns)
        with self._counted(self._desk_limits(account)):
            self._of_desk.add(listener)
            try:
                yield listener
            finally:
                self._of_desk.discard(listener)

    @property
    def open_streams(self) -> int:
        return sum(map(len, self._of_conversation.values())) + len(self._of_desk)

    def _limits(self, conversation_id: str, address: str) -> dict[str, int]:
        return {
            f"conversation {conversation_id}": self._configured.streams_per_conversation,
            f"address {address}": self._configured.streams_per_address,
        }

    def _desk_limits(self, account: str) -> dict[str, int]:
        return {f"account {account}": self._configured.streams_per_account}

    def _check(self, limits: dict[str, int]) -> None:
        if any(self._open[key] >= most for key, most in limits.items()):
            raise TooManyStreams

    @contextlib.contextmanager
    def _counted(self, limits: dict[str, int]) -> Iterator[None]:
        self._check(limits)
        self._open.update(limits.keys())
        try:
            yield
        finally:
            self._open.subtract(limits.keys())
            for key in limits:
                if not self._open[key]:
                    del self._open[key]
