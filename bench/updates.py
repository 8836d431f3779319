"""Live updates under load: open pages that each follow a conversation, and messages that come in all the time.

    uv run --frozen python -m bench.updates [--pages 1000] [--rate 50] [--seconds 20] [--database URL]

Two designs in one run on the same database: `hub`, as the service has it (a page is woken by its own conversation), and
`polling`, as it was before (one look at the newest ids every 0.4 s, which wakes every page). The pages are tasks in one process
that read what a page reads; the writer is a separate process, as the action server is.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Engine, event, func, select

POLL_SECONDS = 0.4


class Polling:
    """Everyone is woken when the highest id has changed."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()

    async def _watch(self) -> None:
        seen = None
        while True:
            newest = await asyncio.to_thread(_newest)
            if seen is not None and newest != seen:
                waiting, self.changed = self.changed, asyncio.Event()
                waiting.set()
            seen = newest
            await asyncio.sleep(POLL_SECONDS)


def _newest() -> tuple[int, int]:
    from loket.conversations.models import Message
    from loket.db.base import reading
    from loket.tickets.models import TicketEvent

    with reading() as session:
        return session.scalar(select(func.max(Message.id))) or 0, session.scalar(select(func.max(TicketEvent.id))) or 0


def news(conversation_id: str, since: int) -> list[tuple[int, float]]:
    """What a page reads: id of each new message and how long ago it was written (seconds)."""
    from loket.conversations import transcript
    from loket.conversations.models import Conversation
    from loket.db.base import reading

    with reading() as session:
        session.get_one(Conversation, conversation_id)
        found = transcript.messages_after(session, conversation_id, since)
        now = time.time()
        return [(message.id, now - float(message.text)) for message in found if message.text.replace(".", "").isdigit()]


async def follow(conversation_id: str, wait: Any, delays: list[float]) -> None:
    seen = 0
    while True:
        for message_id, delay in await asyncio.to_thread(news, conversation_id, seen):
            seen = max(seen, message_id)
            delays.append(delay)
        await wait()


def write(conversations: list[str], rate: float, seconds: float) -> None:
    """Messages at a steady rate into random conversations; the text is the moment at which it was written."""
    import random

    from loket.clock import utc_now
    from loket.conversations import transcript
    from loket.conversations.models import Conversation
    from loket.db.base import transaction

    end, due = time.monotonic() + seconds, time.monotonic()
    while time.monotonic() < end:
        due += 1 / rate
        with transaction() as session:
            found = session.get_one(Conversation, random.choice(conversations))
            transcript.receive(session, found, f"{time.time():.4f}", None, utc_now(), choice=None)
        time.sleep(max(0.0, due - time.monotonic()))


async def measure(design: str, conversations: list[str], rate: float, seconds: float) -> dict[str, float]:
    from loket import settings
    from loket.updates.hub import Hub

    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(40))
    statements = 0

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    delays: list[float] = []
    source: Any = (
        Hub(settings.load().model_copy(update={"streams_per_address": 10**6})) if design == "hub" else Polling()
    )
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(source.running())
        tasks = []
        for conversation_id in conversations:
            if design == "hub":
                listener = stack.enter_context(source.conversation(conversation_id, "192.0.2.1"))
                wait = listener.wait
            else:

                async def wait() -> None:
                    await source.changed.wait()

            tasks.append(asyncio.create_task(follow(conversation_id, wait, delays)))
        await asyncio.sleep(3)
        delays.clear()
        event.listen(Engine, "before_cursor_execute", count)
        writer = multiprocessing.get_context("spawn").Process(target=write, args=(conversations, rate, seconds))
        used, start = time.process_time(), time.monotonic()
        writer.start()
        while writer.is_alive():
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        took = time.monotonic() - start
        used = time.process_time() - used
        event.remove(Engine, "before_cursor_execute", count)
        for task in tasks:
            task.cancel()
    ordered = sorted(delays)
    return {
        "messages": len(delays),
        "statements/s": statements / took,
        "p50 ms": 1000 * statistics.median(ordered) if ordered else float("nan"),
        "p95 ms": 1000 * ordered[int(0.95 * len(ordered))] if ordered else float("nan"),
        "cpu s/s": used / took,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=50, help="messages a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--database", default="", help="postgresql://…; SQLite in a temporary folder when left out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LOKET_VAR"] = folder
        if options.database:
            os.environ["LOKET_DATABASE_URL"] = options.database
            os.environ.setdefault("LOKET_SECRET_KEY", "for this measurement alone, nothing else")
        from loket.clock import utc_now
        from loket.conversations import registry
        from loket.db.base import engine, transaction
        from loket.migrations import migrate

        migrate.upgrade(engine())
        with transaction() as session:
            conversations = [registry.start(session, utc_now())[0].id for _ in range(options.pages)]
        rows = {
            design: asyncio.run(measure(design, conversations, options.rate, options.seconds))
            for design in ("polling", "hub")
        }
        engine().dispose()
    print(f"{options.pages} pages, {options.rate:g} messages/s, {engine().dialect.name}")
    names = list(rows["hub"])
    print("| design | " + " | ".join(names) + " |\n|---|" + "--:|" * len(names))
    for design, row in rows.items():
        print(
            f"| {design} | "
            + " | ".join(f"{row[name]:.1f}" if name != "cpu s/s" else f"{row[name]:.2f}" for name in names)
            + " |"
        )


if __name__ == "__main__":
    main()
