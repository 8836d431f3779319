"""How much parents may send, all processes together. Who is sending is known before anything is counted.

Counts are kept by the library `limits`, in Redis (LOKET_REDIS_URL) or in the database (loket.db.counters), under a separate
name for each limit. When Redis is away, parents go on: a limit protects the service and is not worth a lost question.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from functools import cache

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter
from litestar import Request

from loket import settings
from loket.conversations.limited import TooMany
from loket.db.counters import DatabaseStorage
from loket.http.addresses import client_address
from loket.settings import Settings, is_loopback
from loket.tokens import hash_token

logger = logging.getLogger(__name__)

REDIS_SECONDS = 0.5
"""How long a parent's message may wait for Redis before it is taken in uncounted."""
AWAY_SECONDS = 5
"""How long a process does without Redis after it was away, so that only the first message in a while waits for it."""


@dataclass(frozen=True)
class Limit:
    """This many within a window. `setting` is the name of the setting with the number, `why` is said to those refused."""

    name: str
    window: type[RateLimitItem]
    setting: str
    why: str


MANY = "Dat zijn veel berichten achter elkaar. Uw eerdere berichten zijn bewaard."
CONVERSATIONS = Limit(
    "conversations",
    RateLimitItemPerHour,
    "conversations_per_hour",
    "Vanaf uw internetverbinding zijn net veel gesprekken begonnen. Misschien deelt u die met anderen, zoals op een school.",
)
MESSAGES = Limit("messages", RateLimitItemPerMinute, "messages_per_minute", MANY)
CHARACTERS = Limit(
    "characters",
    RateLimitItemPerHour,
    "characters_per_hour",
    "U heeft ons in korte tijd veel tekst gestuurd. Uw eerdere berichten zijn bewaard.",
)
ADDITIONS = Limit("additions", RateLimitItemPerHour, "additions_per_hour", MANY)
HANDOFFS = Limit(
    "handoffs",
    RateLimitItemPerHour,
    "handoffs_per_hour",
    "U heeft uw vraag of gegevens net vaak aangepast. Uw vraag is bewaard.",
)
FEEDBACK = Limit(
    "feedback", RateLimitItemPerHour, "feedback_per_hour", "U heeft net op veel antwoorden gereageerd. Dank u wel."
)
STREAMS = Limit("streams", RateLimitItemPerMinute, "stream_openings_per_minute", "Dit gesprek is heel vaak geopend.")
RESTARTS = Limit(
    "restarts", RateLimitItemPerHour, "restarts_per_hour", "Vanaf uw internetverbinding zijn net veel gesprekken beëindigd."
)  # fmt: skip


def count(limit: Limit, whom: str, cost: int = 1) -> None:
    """Count something in a conversation. Raises TooMany. Waits for the database or Redis, so never on the event loop."""
    configured = settings.load()
    item = limit.window(getattr(configured, limit.setting), namespace=limit.name)
    key = hash_token(f"{configured.token('limits')} {whom}")[:32]
    limiter = _limiter(configured.redis_url)
    if uncounted.is_away(configured.redis_url):
        uncounted.add()
        return
    try:
        if limiter.hit(item, key, cost=cost):
            return
        wait = limiter.get_window_stats(item, key).reset_time - time.time()
    except StorageError as error:
        uncounted.away(configured.redis_url, type(error.__cause__ or error).__name__)
        return
    raise TooMany(limit.why, max(1, math.ceil(wait)))


def count_address(limit: Limit, request: Request) -> None:
    """Count something for a sender without a conversation. Raises TooMany."""
    address = client_address(request)
    if _exempt(address, settings.load()):
        return
    count(limit, f"address {address}")


def count_text(conversation_id: str, text: str) -> None:
    """Count what a parent adds to a conversation, on whichever page. Raises TooMany."""
    if text:
        count(CHARACTERS, conversation_id, len(text))


class Uncounted:
    """What was let through because the counts could not be kept; `total` is for the metrics."""

    def __init__(self) -> None:
        self.total = 0
        self._until: dict[str, float] = {}

    def is_away(self, storage: str) -> bool:
        """Whether the storage failed a moment ago, and is not asked again yet."""
        return time.monotonic() < self._until.get(storage, 0.0)

    def away(self, storage: str, kind: str) -> None:
        """The storage failed: leave it alone for a while."""
        self._until[storage] = time.monotonic() + AWAY_SECONDS
        self.add()
        logger.warning("limits are not counted for %s s (%s); %s so far", AWAY_SECONDS, kind, self.total)

    def add(self) -> None:
        self.total += 1


uncounted = Uncounted()


def _exempt(address: str, configured: Settings) -> bool:
    """In development and tests everybody is this machine; in public nobody who comes through a proxy is."""
    return not configured.in_public and is_loopback(address)


@cache
def _limiter(redis_url: str) -> FixedWindowRateLimiter:
    if not redis_url:
        return FixedWindowRateLimiter(DatabaseStorage())
    return FixedWindowRateLimiter(
        RedisStorage(
            redis_url, wrap_exceptions=True, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
    )
