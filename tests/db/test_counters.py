"""Counts in the database, which all processes share."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from limits.errors import StorageError
from sqlalchemy import Engine, text

from loket.db import counters
from loket.db.base import transaction
from loket.db.counters import DatabaseStorage, RateCount
from tests.conftest import NOON
from tests.support.site import all_of
from tests.support.threads import at_once


class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


def test_a_window_counts_until_it_ends_and_then_begins_again(database: Engine) -> None:
    clock = Clock()
    storage = DatabaseStorage(clock=clock)
    assert [storage.incr("k", 60) for _ in range(3)] == [1, 2, 3]
    clock.now += timedelta(seconds=59)
    assert storage.incr("k", 60, 5) == 8
    assert storage.get_expiry("k") == (NOON + timedelta(seconds=60)).timestamp()
    clock.now += timedelta(seconds=1)
    assert storage.get("k") == 0
    assert storage.incr("k", 60) == 1


def test_one_key_does_not_count_for_another(database: Engine) -> None:
    storage = DatabaseStorage()
    assert (storage.incr("a", 60), storage.incr("b", 60), storage.incr("a", 60)) == (1, 1, 2)


def test_of_many_at_once_each_is_counted(database: Engine) -> None:
    storage = DatabaseStorage()
    found = at_once([lambda: storage.incr("k", 60) for _ in range(12)])
    assert sorted(found) == list(range(1, 13))


def test_what_is_over_is_forgotten_and_the_rest_stays(database: Engine) -> None:
    storage = DatabaseStorage(clock=lambda: NOON)
    storage.incr("kort", 60)
    storage.incr("lang", 3600)
    with transaction() as session:
        assert counters.forget_old(session, NOON + timedelta(seconds=60)) == 1
    assert [row.key for row in all_of(RateCount)] == ["lang"]


def test_a_database_that_fails_is_told_as_the_library_expects(sqlite: Engine) -> None:
    with transaction() as session:
        session.execute(text("DROP TABLE rate_count"))
    with pytest.raises(StorageError):
        DatabaseStorage().incr("k", 60)
