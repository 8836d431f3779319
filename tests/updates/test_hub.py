"""A page that is open hears of what concerns it and of nothing else, whichever process wrote it and whenever it committed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator

import pytest
from redis import Redis
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from loket import settings
from loket.accounts.models import Account
from loket.clock import utc_now
from loket.conversations import models as chat
from loket.conversations import registry, transcript
from loket.conversations.models import Conversation
from loket.db import base
from loket.db.base import transaction
from loket.paths import ROOT
from loket.tickets import access, claims, events
from loket.tickets.models import EventKind, Ticket
from loket.updates import sources
from loket.updates.hub import Hub, Listener, TooManyStreams
from tests.conftest import missing
from tests.support.site import make_account, make_ticket

SOON = 5.0
QUIET = 0.6


@pytest.fixture(params=["database", "redis"])
def told_by(request: pytest.FixtureRequest, database: Engine, monkeypatch: pytest.MonkeyPatch) -> str:
    """How a process hears of changes: from the database itself, or through Redis."""
    if request.param == "redis":
        url = os.environ.get("LOKET_TEST_REDIS")
        if not url:
            missing("Redis (LOKET_TEST_REDIS)")
        monkeypatch.setenv("LOKET_REDIS_URL", str(url))
        settings.load.cache_clear()
        base.engine.cache_clear()
    return str(request.param)


def with_hub(act: Callable[[Hub], Awaitable[None]]) -> None:
    async def run() -> None:
        hub = Hub(settings.load())
        async with hub.running():
            with hub.conversation("nobody's", "192.0.2.9") as first:
                # The source listens from its first word on; what is written before that is not its affair.
                await settled(first)
            await act(hub)

    asyncio.run(run())


async def settled(listener: Listener) -> None:
    """Until the source has said all that it says at its start."""
    assert await listener.wait(SOON)
    while await listener.wait(QUIET):
        pass


async def after(act: Callable[[], object]) -> None:
    await asyncio.to_thread(act)


def conversation() -> str:
    with transaction() as session:
        return registry.start(session, utc_now())[0].id


def write(conversation_id: str) -> None:
    with transaction() as session:
        found = session.get_one(Conversation, conversation_id)
        transcript.receive(session, found, "Mag dit?", None, utc_now(), choice=None)


def test_a_message_wakes_its_own_conversation_and_no_other(told_by: str) -> None:
    mine, other = conversation(), conversation()

    async def act(hub: Hub) -> None:
        with hub.conversation(mine, "192.0.2.1") as listener, hub.conversation(other, "192.0.2.2") as bystander:
            await after(lambda: write(mine))
            assert await listener.wait(SOON)
            assert not await bystander.wait(QUIET)

    with_hub(act)


WRITER = """
import sys
from loket.clock import utc_now
from loket.conversations import transcript
from loket.conversations.models import Conversation
from loket.db.base import transaction

with transaction() as session:
    transcript.receive(session, session.get_one(Conversation, sys.argv[1]), "Mag dit?", None, utc_now(), choice=None)
"""


def test_another_process_that_knows_nothing_of_live_updates_is_heard(told_by: str) -> None:
    """As the action server and the worker, which import no web page."""
    mine = conversation()
    configured = settings.load()
    env = os.environ | {"LOKET_DATABASE_URL": configured.database}
    if configured.secret_key:
        env["LOKET_SECRET_KEY"] = str(configured.secret_key)

    async def act(hub: Hub) -> None:
        with hub.conversation(mine, "192.0.2.1") as listener:
            await after(lambda: subprocess.run([sys.executable, "-c", WRITER, mine], env=env, cwd=ROOT, check=True))
            assert await listener.wait(SOON)

    with_hub(act)


def test_news_between_two_looks_is_not_missed(told_by: str) -> None:
    mine = conversation()

    async def act(hub: Hub) -> None:
        with hub.conversation(mine, "192.0.2.1") as listener:
            await after(lambda: write(mine))
            await asyncio.sleep(QUIET)  # as if reading took long
            assert await listener.wait(0.01)

    with_hub(act)


def test_what_is_committed_late_is_told_when_it_is_committed(told_by: str, database: Engine) -> None:
    """An id that was taken first and committed last: the reader who goes by the highest id alone never saw it."""
    if database.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time, so none commits late")
    late, quick = conversation(), conversation()
    go = threading.Event()

    def slowly() -> None:
        with transaction() as session:
            transcript.receive(session, session.get_one(Conversation, late), "Eerst", None, utc_now(), choice=None)
            session.flush()
            go.wait(SOON)

    async def act(hub: Hub) -> None:
        with hub.conversation(late, "192.0.2.1") as listener:
            slow = asyncio.create_task(asyncio.to_thread(slowly))
            await asyncio.sleep(0.1)
            await after(lambda: write(quick))
            assert not await listener.wait(QUIET), "nothing can be read yet"
            go.set()
            await slow
            assert await listener.wait(SOON)

    with_hub(act)


def test_a_new_owner_is_news(told_by: str) -> None:
    mine = conversation()

    def step_in() -> None:
        with transaction() as session:
            session.get_one(Conversation, mine).owner = chat.QUEUE
            # Who changes an owner also says so; on SQLite it is the message that is seen.
            transcript.note(session, session.get_one(Conversation, mine), "Er is nu een mens", utc_now())

    async def act(hub: Hub) -> None:
        with hub.conversation(mine, "192.0.2.1") as listener:
            await after(step_in)
            assert await listener.wait(SOON)

    with_hub(act)


def test_a_new_owner_is_news_by_itself(told_by: str, database: Engine) -> None:
    """As when a lease lapses after the answer: nothing is said and no event is kept, and the parent's page shows who is there."""
    if (told_by, database.dialect.name) == ("database", "sqlite"):
        pytest.skip("SQLite tells of new rows only; pages find the rest when they look again by themselves")
    mine = conversation()

    def leave() -> None:
        with transaction() as session:
            session.get_one(Conversation, mine).owner = chat.QUEUE

    async def act(hub: Hub) -> None:
        with hub.conversation(mine, "192.0.2.1") as listener:
            await after(leave)
            assert await listener.wait(SOON)

    with_hub(act)


def test_when_a_conversation_last_changed_is_no_news_by_itself(told_by: str) -> None:
    mine = conversation()

    def touch() -> None:
        with transaction() as session:
            session.get_one(Conversation, mine).changed_at = utc_now()

    async def act(hub: Hub) -> None:
        with hub.conversation(mine, "192.0.2.1") as listener:
            await after(touch)
            assert not await listener.wait(QUIET)

    with_hub(act)


def test_all_that_one_transaction_wrote_is_told(told_by: str) -> None:
    mine, other = conversation(), conversation()

    def write_both() -> None:
        with transaction() as session:
            for one in (mine, other):
                transcript.receive(session, session.get_one(Conversation, one), "Ja", None, utc_now(), choice=None)
                session.flush()

    async def act(hub: Hub) -> None:
        with hub.conversation(mine, "192.0.2.1") as first, hub.conversation(other, "192.0.2.2") as second:
            await after(write_both)
            assert await first.wait(SOON)
            assert await second.wait(SOON)

    with_hub(act)


def test_what_was_told_is_not_told_again_with_the_next_change(told_by: str) -> None:
    mine, other = conversation(), conversation()

    async def act(hub: Hub) -> None:
        with hub.conversation(mine, "192.0.2.1") as listener, hub.conversation(other, "192.0.2.2") as bystander:
            await after(lambda: write(mine))
            assert await listener.wait(SOON)
            await after(lambda: write(other))
            assert await bystander.wait(SOON)
            assert not await listener.wait(QUIET)

    with_hub(act)


def test_it_is_told_when_it_can_be_read_and_not_at_a_savepoint(told_by: str) -> None:
    """Locks are taken within a savepoint (loket.tickets.locks), which ends long before the transaction."""
    mine, other = conversation(), conversation()
    go = threading.Event()

    def slowly() -> None:
        with transaction() as session:
            transcript.receive(session, session.get_one(Conversation, mine), "Eerst", None, utc_now(), choice=None)
            session.flush()
            with session.begin_nested():
                session.get_one(Conversation, other).changed_at = utc_now()
            session.begin_nested().rollback()
            go.wait(SOON)

    async def act(hub: Hub) -> None:
        with hub.conversation(mine, "192.0.2.1") as listener:
            slow = asyncio.create_task(asyncio.to_thread(slowly))
            assert not await listener.wait(QUIET)
            go.set()
            await slow
            assert await listener.wait(SOON)

    with_hub(act)


@pytest.mark.parametrize("said", ["{}", "geen json", '{"conversation_id": "x"}'])
def test_what_cannot_be_read_makes_everybody_look_and_ends_nothing(said: str) -> None:
    assert sources._read(said) is None


def test_what_was_rolled_back_is_not_told_with_what_is_committed_next(told_by: str, database: Engine) -> None:
    mine, other = conversation(), conversation()

    def think_better_of_it() -> None:
        with Session(base.engine().execution_options(writes=True)) as session:
            transcript.receive(session, session.get_one(Conversation, mine), "Nee", None, utc_now(), choice=None)
            session.rollback()
            transcript.receive(session, session.get_one(Conversation, other), "Ja", None, utc_now(), choice=None)
            session.commit()

    async def act(hub: Hub) -> None:
        with hub.conversation(mine, "192.0.2.1") as listener, hub.conversation(other, "192.0.2.2") as bystander:
            await after(think_better_of_it)
            assert await bystander.wait(SOON)
            assert not await listener.wait(QUIET)

    with_hub(act)


def test_the_desk_hears_of_the_tickets_that_an_account_may_see(told_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = make_ticket()
    adviser, editor = make_account(), make_account("Ed", role="editor")
    partner = make_account("Petra", role="partner", partner="balans")

    def note() -> None:
        with transaction() as session:
            events.record(session, session.get_one(Ticket, ticket.id), EventKind.NOTED, utc_now())

    def refer() -> None:
        with transaction() as session:
            found = session.get_one(Ticket, ticket.id)
            found.partner = "balans"
            events.record(session, found, EventKind.NOTED, utc_now())

    def give_back() -> None:
        with transaction() as session:
            found = session.get_one(Ticket, ticket.id)
            found.partner = None
            events.record(session, found, EventKind.RETURNED, utc_now(), data={"partner": "balans"})

    async def act(hub: Hub) -> None:
        with (
            hub.desk("1", _concerns(adviser)) as counter,
            hub.desk("2", _concerns(editor)) as nobody,
            hub.desk("3", _concerns(partner)) as organisation,
        ):
            await after(note)
            assert await counter.wait(SOON)
            assert not await organisation.wait(QUIET)
            await after(refer)
            assert await organisation.wait(SOON)
            await after(give_back)
            assert await organisation.wait(SOON), "a partner hears that a question goes away too"
            assert not await nobody.wait(QUIET)

    with_hub(act)


def _concerns(account: Account) -> Callable[[object], bool]:
    with base.reading() as session:
        partner, account = account.partner, session.get_one(Account, account.id)
        account.partner = partner
        hears = access.hears_of(account)
    return lambda change: change.team is not None and hears(change.team, change.partners)  # type: ignore[attr-defined]


def test_a_renewed_lease_is_no_news(told_by: str) -> None:
    who, ticket = make_account(), make_ticket()
    with transaction() as session:
        claims.claim(session, ticket.id, who, utc_now())

    def renew() -> None:
        with transaction() as session:
            claims.renew(session, ticket.id, who, utc_now())

    async def act(hub: Hub) -> None:
        with hub.desk("1", lambda _change: True) as listener:
            await after(renew)
            assert not await listener.wait(QUIET)

    with_hub(act)


def test_a_source_says_to_look_again_once_it_listens(told_by: str) -> None:
    """What was committed after its thread began and before it listened is told by nobody."""
    heard: list[object] = []
    source = sources.choose(settings.load(), heard.append)
    source.start()
    for _ in range(100):
        if len(heard) >= 2:
            break
        threading.Event().wait(0.02)
    source.stop()
    assert heard == [None, None]


def test_after_an_interruption_everyone_looks_again(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PAUSE_SECONDS", 0.05)
    failures = iter([OSError("away")])

    def listen(stopping: threading.Event) -> Iterator[None]:
        if (failure := next(failures, None)) is not None:
            raise failure
        stopping.wait()
        yield None

    heard: list[object] = []
    source = sources.Source(listen, heard.append)
    source.start()
    for _ in range(100):
        if len(heard) >= 2:
            break
        threading.Event().wait(0.02)
    source.stop()
    assert heard[:2] == [None, None], "once at the start, once after the failure"


def test_when_something_may_have_been_missed_parents_and_desk_both_look_again(database: Engine) -> None:
    hub = Hub(settings.load())

    async def act() -> None:
        with hub.conversation("a", "192.0.2.1") as parent, hub.desk("1", lambda _change: False) as adviser:
            hub.dispatch(None)
            assert await parent.wait(0.01)
            assert await adviser.wait(0.01)

    asyncio.run(act())


def test_a_commit_does_not_fail_when_redis_is_away(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_REDIS_URL", "redis://127.0.0.1:1/0")
    settings.load.cache_clear()
    mine = conversation()
    write(mine)
    with transaction() as session:
        assert len(transcript.messages_after(session, mine, 0)) == 2


def test_streams_of_one_conversation_and_of_one_address_are_limited(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOKET_STREAMS_PER_CONVERSATION", "2")
    monkeypatch.setenv("LOKET_STREAMS_PER_ADDRESS", "3")
    settings.load.cache_clear()
    hub = Hub(settings.load())

    async def act() -> None:
        with hub.conversation("a", "192.0.2.1"), hub.conversation("a", "192.0.2.2"):
            with pytest.raises(TooManyStreams):
                hub.check_room("a", "192.0.2.3")
            with hub.conversation("b", "192.0.2.1"), hub.conversation("c", "192.0.2.1"):
                with pytest.raises(TooManyStreams):
                    hub.check_room("d", "192.0.2.1")
                hub.check_room("d", "192.0.2.2")
        hub.check_room("a", "192.0.2.1")
        assert hub.open_streams == 0

    asyncio.run(act())


def test_pages_of_the_desk_are_limited_by_account(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_STREAMS_PER_ACCOUNT", "2")
    settings.load.cache_clear()
    hub = Hub(settings.load())

    def opens(account: str) -> bool:
        try:
            with hub.desk(account, lambda _change: True):
                return True
        except TooManyStreams:
            return False

    async def act() -> None:
        with hub.desk("1", lambda _change: True), hub.desk("1", lambda _change: True):
            assert (opens("1"), opens("2")) == (False, True)
        assert opens("1")
        assert hub.open_streams == 0

    asyncio.run(act())


def test_redis_is_real(told_by: str) -> None:
    if told_by == "redis":
        assert Redis.from_url(settings.load().redis_url).ping()
