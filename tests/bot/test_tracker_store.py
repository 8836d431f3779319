import uuid
from typing import Any

import pytest
from cachetools import TTLCache
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import tracker_store
from bot.tracker_store import BoundedTrackerStore, shorten

DOMAIN = Domain.from_dict(
    {
        "intents": ["hallo"],
        "entities": ["sector"],
        "slots": {"sector": {"type": "text", "influence_conversation": False, "mappings": [{"type": "custom"}]}},
    }
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(tracker_store, "conversations", lambda size, ttl: TTLCache(size, ttl, timer=clock))
    return clock


def turn(text: str) -> list[Any]:
    said = UserUttered(text, {"name": "hallo"})
    return [said, ActionExecuted("action_answer"), BotUttered("x"), ActionExecuted("action_listen")]


def say(tracker: DialogueStateTracker, text: str) -> None:
    tracker.update_with_events(turn(text), DOMAIN)


async def begin(store: BoundedTrackerStore, sender: str) -> DialogueStateTracker:
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    tracker.update_with_events(
        [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")], DOMAIN
    )
    return tracker


async def test_saved_conversation_comes_back(clock: Clock) -> None:
    store = BoundedTrackerStore(DOMAIN)
    tracker = await begin(store, "a")
    say(tracker, "hallo")
    await store.save(tracker)
    again = await store.retrieve("a")
    assert list(again.events) == list(tracker.events)
    assert again.latest_message.text == "hallo"


async def test_unknown_conversation_is_none(clock: Clock) -> None:
    assert await BoundedTrackerStore(DOMAIN).retrieve("onbekend") is None


async def test_turn_that_fails_halfway_leaves_nothing(clock: Clock) -> None:
    store = BoundedTrackerStore(DOMAIN)
    await store.save(await begin(store, "a"))
    halfway = await store.retrieve("a")
    say(halfway, "hallo")
    halfway.update(SlotSet("sector", "po"), DOMAIN)
    untouched = await store.retrieve("a")
    assert len(untouched.events) == 3
    assert untouched.get_slot("sector") is None


async def test_least_recently_used_goes_first(clock: Clock) -> None:
    store = BoundedTrackerStore(DOMAIN, max_conversations=2)
    for sender in ("a", "b"):
        await store.save(await begin(store, sender))
    await store.retrieve("a")
    await store.save(await begin(store, "c"))
    assert sorted(await store.keys()) == ["a", "c"]


async def test_unused_conversation_is_gone_in_time(clock: Clock) -> None:
    store = BoundedTrackerStore(DOMAIN, minutes=60)
    await store.save(await begin(store, "a"))
    clock.now = 59 * 60
    assert await store.retrieve("a") is not None
    clock.now = 61 * 60
    assert await store.retrieve("a") is None
    assert list(await store.keys()) == []


async def test_number_of_events_is_bounded_and_slots_stay(clock: Clock) -> None:
    store = BoundedTrackerStore(DOMAIN, turns=2)
    tracker = await begin(store, "a")
    tracker.update(SlotSet("sector", "po"), DOMAIN)
    lengths = set()
    for number in range(200):
        say(tracker, f"vraag {number}")
        await store.save(tracker)
        tracker = await store.retrieve("a")
        lengths.add(len(tracker.events))
    assert max(lengths) <= 2 * 4 + 4
    assert tracker.get_slot("sector") == "po"
    assert tracker.copy().get_slot("sector") == "po"
    assert tracker.latest_message.text == "vraag 199"


def test_forgotten_slot_stays_forgotten() -> None:
    tracker = DialogueStateTracker("a", DOMAIN.slots)
    tracker.update_with_events([SlotSet("sector", "po"), *turn("1"), SlotSet("sector", None), *turn("2")], DOMAIN)
    shorten(tracker, 1)
    assert tracker.copy().get_slot("sector") is None


async def test_new_store_of_a_swapped_model_has_the_conversations() -> None:
    size = 1000 + uuid.uuid4().int % 1000
    old, new = BoundedTrackerStore(DOMAIN, max_conversations=size), BoundedTrackerStore(DOMAIN, max_conversations=size)
    await old.save(await begin(old, "a"))
    assert await new.retrieve("a") is not None


async def test_slots_are_those_of_the_domain_that_is_loaded(clock: Clock) -> None:
    store = BoundedTrackerStore(DOMAIN)
    await store.save(await begin(store, "a"))
    store.domain = Domain.empty()
    assert "sector" not in (await store.retrieve("a")).slots
