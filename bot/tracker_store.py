"""Conversations as Rasa sees them: the last turns of the last conversations, in memory.

The service's own database is the record; a sender id lives no longer than one question. So nothing is written to disk, no
old event is replayed, and what is kept is bounded in number, time and length.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterable
from functools import cache
from typing import Any

from cachetools import TTLCache
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


class BoundedTrackerStore(TrackerStore):
    """Keeps the most recently used conversations, each with its slots and its last turns.

    Args:
        max_conversations: at most this many; the least recently used goes first.
        minutes: a conversation that is not used for this long is dropped.
        turns: of each, the events of this many messages are kept; older ones leave their slots behind.
    """

    def __init__(
        self,
        domain: Domain | None,
        event_broker: EventBroker | None = None,
        max_conversations: int = 2000,
        minutes: float = 60,
        turns: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        self.turns = int(turns)
        self._conversations = conversations(int(max_conversations), float(minutes) * 60)

    async def save(self, tracker: DialogueStateTracker) -> None:
        shorten(tracker, self.turns)
        self._conversations[tracker.sender_id] = tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """A tracker that the caller may change: nothing of a turn that fails halfway is kept."""
        saved = self._conversations.get(sender_id)
        return None if saved is None else fork(saved, self.domain)

    async def keys(self) -> Iterable[str]:
        return list(self._conversations)


@cache
def conversations(size: int, seconds: float) -> TTLCache[str, DialogueStateTracker]:
    """One cache per configuration: Rasa makes a new store when a model is swapped, and chats go on across that."""
    return TTLCache(maxsize=size, ttl=seconds)


def fork(saved: DialogueStateTracker, domain: Domain) -> DialogueStateTracker:
    """A copy that shares the events but not the list of them, with the slots of the domain that is loaded now."""
    tracker = copy.copy(saved)
    tracker.events = deque(saved.events)
    tracker.slots = {slot.name: copy.copy(saved.slots.get(slot.name, slot)) for slot in domain.slots}
    return tracker


def shorten(tracker: DialogueStateTracker, turns: int) -> None:
    """Drop the events before the last `turns` messages; a session start with their slots stands in for them."""
    events = list(tracker.events)
    messages = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(messages) <= turns:
        return
    start = messages[-turns]
    tracker.events = deque([*_session_start(events[:start]), *events[start:]])


def _session_start(dropped: list[Event]) -> list[Event]:
    slots = {event.key: event.value for event in dropped if isinstance(event, SlotSet)}
    at = dropped[-1].timestamp
    return [
        ActionExecuted(ACTION_SESSION_START_NAME, timestamp=at),
        SessionStarted(timestamp=at),
        *(SlotSet(name, value, timestamp=at) for name, value in slots.items() if value is not None),
        ActionExecuted(ACTION_LISTEN_NAME, timestamp=at),
    ]
