"""Is it well? What decides, what is only told, and that nothing private is."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, text

from loket.clock import utc_now
from loket.db import base, leases, probe
from loket.db.base import transaction
from loket.mail import outbox
from loket.web import health
from loket.worker.loop import LEASE
from tests.conftest import NOON

Site = TestClient[Any]


@pytest.fixture(autouse=True)
def forget_probes() -> None:
    health._probed.clear()


def test_it_tells_which_part_is_missing(site: Site) -> None:
    assert site.get("/healthz").json() == {"status": "ok"}
    answer = site.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "parts": {"rasa": True, "actions": False, "database": True, "room": True},
        "worker": False,
        "mail": {"waiting": 0, "failed": 0, "oldest_seconds": 0},
    }


def test_mail_that_waits_or_failed_is_counted_without_addresses(site: Site) -> None:
    with transaction() as session:
        outbox.put(session, "ouder@voorbeeld.nl", "x", "geheim", utc_now())
        outbox.put(session, "ander@voorbeeld.nl", "x", "geheim", utc_now()).failed_at = utc_now()
        leases.take(session, "mail", "a", utc_now(), LEASE)
    answer, metrics = site.get("/readyz"), site.get("/metrics")
    assert {"waiting": 1, "failed": 1}.items() <= answer.json()["mail"].items()
    assert answer.json()["worker"] is True
    assert {"loket_mail_waiting 1", "loket_mail_failed 1", "loket_worker_alive 1"} <= set(metrics.text.splitlines())
    assert "voorbeeld" not in answer.text + metrics.text


def test_a_database_that_cannot_be_written_to_is_not_ready(site: Site, own_settings: Any) -> None:
    base.engine().dispose()
    url = f"sqlite:///file:{own_settings.var / 'loket.db'}?mode=ro&uri=true"
    readonly = base.create_engine(url)
    assert not probe.writable(NOON, readonly)
    readonly.dispose()


def test_a_full_disk_is_not_ready(site: Site) -> None:
    """A database that may not grow, with something in it, refuses what a real write needs: the real error of SQLite."""
    engine = base.engine()
    engine.dispose()

    def no_more(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    base.event.listen(engine, "connect", no_more)
    assert not probe.writable(NOON)
    assert site.get("/readyz").json()["parts"]["database"] is False


def test_a_database_that_is_only_busy_is_ready(database: Engine) -> None:
    assert probe.writable(NOON)
    with database.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE conversation SET owner = owner"))
        assert probe.writable(NOON)


def test_no_room_for_files_is_not_ready(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(health, "ROOM_BYTES", usage.total * 2)
    assert site.get("/readyz").json()["parts"]["room"] is False


def test_many_who_ask_cause_one_write(site: Site) -> None:
    def written() -> Any:
        with base.reading() as session:
            return session.scalar(text("SELECT at FROM write_probe"))

    site.get("/readyz")
    first = written()
    site.get("/readyz")
    assert written() == first
