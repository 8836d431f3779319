"""One holder a job: of those that try at once one gets it, and a dead one is followed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from loket.db import leases, probe
from loket.db.base import reading, transaction
from tests.conftest import NOON

LENGTH = timedelta(seconds=30)

pytestmark = pytest.mark.usefixtures("database")


def take(holder: str, after: float = 0.0, name: str = "mail") -> bool:
    with transaction() as session:
        return leases.take(session, name, holder, NOON + timedelta(seconds=after), LENGTH)


def test_the_first_has_it_and_keeps_it() -> None:
    assert (take("a"), take("b"), take("a", 20), take("b", 40)) == (True, False, True, False)


def test_it_is_anybodys_once_it_lapsed() -> None:
    take("a")
    assert (take("b", 29.9), take("b", 30)) == (False, True)
    assert not take("a", 31), "the first one is told that it lost it"


def test_each_job_has_its_own() -> None:
    assert take("a", name="mail")
    assert take("b", name="tend")


def test_who_stops_lets_go() -> None:
    take("a")
    with transaction() as session:
        leases.give_back(session, "a")
    assert take("b", 1)


def test_who_stops_lets_go_of_nothing_that_another_has() -> None:
    take("a")
    with transaction() as session:
        leases.give_back(session, "b")
    assert not take("b", 1)


@pytest.mark.parametrize("seconds", [0, 60])
def test_of_many_at_once_one_gets_it(seconds: int) -> None:
    take("z", -60)
    got: list[str] = []
    threads = [threading.Thread(target=lambda n=n: got.append(n) if take(n, seconds) else None) for n in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_whether_a_worker_is_alive_is_seen() -> None:
    def alive(after: float) -> bool:
        with reading() as session:
            return leases.alive(session, NOON + timedelta(seconds=after))

    assert not alive(0)
    take("a")
    assert (alive(29), alive(31)) == (True, False)


def test_a_write_is_tried_again_and_again(database: Engine) -> None:
    assert probe.writable(NOON)
    assert probe.writable(NOON + LENGTH)
