"""News reaches who waits, whichever process wrote it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import Engine

from loket.clock import utc_now
from loket.db.base import transaction
from loket.tickets import events
from loket.tickets.models import Ticket
from loket.updates.feed import INTERVAL, Feed
from tests.support.site import make_ticket


def with_feed(act: Callable[[Feed], Awaitable[None]]) -> None:
    async def run() -> None:
        feed = Feed()
        async with feed.running():
            await asyncio.sleep(INTERVAL)  # the first look is what everything is compared with
            await act(feed)

    asyncio.run(run())


async def after_a_moment(act: Callable[[], object]) -> None:
    await asyncio.sleep(0.1)
    await asyncio.to_thread(act)


def test_a_new_message_wakes_everyone(sqlite: Engine) -> None:
    async def act(feed: Feed) -> None:
        woken, _ = await asyncio.gather(
            asyncio.gather(*(feed.wait(10) for _ in range(50))), after_a_moment(make_ticket)
        )
        assert all(woken)

    with_feed(act)


def test_a_change_of_a_ticket_is_news_too(sqlite: Engine) -> None:
    ticket = make_ticket()

    def change() -> None:
        with transaction() as session:
            events.record(session, session.get_one(Ticket, ticket.id), "noted", utc_now())

    async def act(feed: Feed) -> None:
        woken, _ = await asyncio.gather(feed.wait(10), after_a_moment(change))
        assert woken

    with_feed(act)


def test_without_news_the_wait_ends(sqlite: Engine) -> None:
    async def act(feed: Feed) -> None:
        assert not await feed.wait(INTERVAL * 2.5)

    with_feed(act)


def test_news_is_told_once(sqlite: Engine) -> None:
    async def act(feed: Feed) -> None:
        await asyncio.gather(feed.wait(10), after_a_moment(make_ticket))
        assert not await feed.wait(INTERVAL * 2.5)

    with_feed(act)


def test_it_goes_on_when_the_database_was_away(sqlite: Engine) -> None:
    path = sqlite.url.database
    assert path is not None

    async def act(feed: Feed) -> None:
        sqlite.dispose()
        with open(path, "rb+") as file:
            good = file.read(100)
            file.seek(0)
            file.write(b"x" * 100)
        await asyncio.sleep(INTERVAL * 2)
        with open(path, "rb+") as file:
            file.write(good)
        sqlite.dispose()
        woken, _ = await asyncio.gather(feed.wait(10), after_a_moment(make_ticket))
        assert woken

    with_feed(act)
