"""What changed, noted as it is written: every process that writes through a session takes part, whatever it serves.

A table whose rows others should hear of is Announced; so no process can write such a row without this module. The note is made
when the session flushes and sent when the transaction commits: on PostgreSQL by NOTIFY, which the database delivers at the commit
itself and in the order of commits; with Redis after it. SQLite needs no telling: its readers see the rows, in the order in which
they were committed, because one writes at a time.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import ClassVar

from redis import Redis, RedisError
from sqlalchemy import event, inspect, text
from sqlalchemy.orm import Session

from loket import settings

logger = logging.getLogger(__name__)

CHANNEL = "loket"
REDIS_SECONDS = 0.5
"""How long a commit may wait for Redis. What is not sent is found at each page's next look."""
_NOTED = "changes"


@dataclass(frozen=True)
class Change:
    """Something new in a conversation; with a ticket also whose list it may change."""

    conversation_id: str
    team: str | None = None
    partners: tuple[str, ...] = ()

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Change:
        found = json.loads(text)
        return cls(found["conversation_id"], found["team"], tuple(found["partners"]))


class Announced:
    """A table whose new rows are told; with `announced_with` only the rows that there were, when that attribute changes."""

    announced_with: ClassVar[str | None] = None

    def change(self) -> Change:
        raise NotImplementedError


@event.listens_for(Session, "after_flush")
def _note(session: Session, _context: object) -> None:
    noted = dict.fromkeys(_changes(session))
    if not noted:
        return
    if settings.load().redis_url:
        session.info.setdefault(_NOTED, {}).update(noted)
    elif session.get_bind().dialect.name == "postgresql":
        for change in noted:
            session.connection().execute(
                text("SELECT pg_notify(:channel, :change)"), {"channel": CHANNEL, "change": change.as_json()}
            )


@event.listens_for(Session, "after_commit")
def _tell(session: Session) -> None:
    # The end of a savepoint is no commit: nobody could read it yet, and it may still be undone.
    if session.in_nested_transaction():
        return
    noted = session.info.pop(_NOTED, {})
    try:
        for change in noted:
            _redis(settings.load().redis_url).publish(redis_channel(), change.as_json())
    except RedisError as error:
        logger.warning("Redis did not take a change (%s); pages find it at their next look", type(error).__name__)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.info.pop(_NOTED, None)


def _changes(session: Session) -> Iterator[Change]:
    for new in session.new:
        if isinstance(new, Announced) and new.announced_with is None:
            yield new.change()
    for old in session.dirty:
        name = old.announced_with if isinstance(old, Announced) else None
        if name is not None and inspect(old).attrs[name].history.has_changes():
            yield old.change()


def redis_channel() -> str:
    """Of this service alone: a channel of Redis is not kept apart by the number of a database."""
    return f"{CHANNEL}:{settings.load().token('updates')[:16]}"


@cache
def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)
