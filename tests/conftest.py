"""What the tests stand on: settings and a database of their own, a running service, a real browser.

What needs something that this machine lacks is skipped and says so. With LOKET_TEST_ALL=1 (as CI sets) that is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from loket import settings
from loket.db import base
from loket.migrations import migrate
from loket.migrations.tables import Base
from tests.support.service import RunningService, trained_model

pytest_plugins = [
    "tests.support.browser",
    "tests.support.faq",
    "tests.support.mail",
    "tests.support.provider",
    "tests.support.rasa",
    "tests.support.site",
]


def pytest_configure(config: pytest.Config) -> None:
    """Tests that run side by side (pytest-xdist) have a PostgreSQL and a Redis database each."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker:
        return
    if url := os.environ.get("LOKET_TEST_POSTGRES"):
        os.environ["LOKET_TEST_POSTGRES"] = _own_postgresql(url, worker)
    if url := os.environ.get("LOKET_TEST_REDIS"):
        os.environ["LOKET_TEST_REDIS"] = f"{url.rpartition('/')[0]}/{int(worker.removeprefix('gw')) + 1}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One of those side by side trains the model and starts the whole service, and has all tests that need these.

    First, because pytest-xdist reads the marks in this same hook.
    """
    for item in items:
        if "model" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("model"))


def _own_postgresql(url: str, worker: str) -> str:
    """The address of a database next to this one, made unless it is there."""
    own = make_url(url)
    own = own.set(database=f"{own.database}_{worker}")
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": own.database}):
            connection.execute(text(f'CREATE DATABASE "{own.database}"'))
    engine.dispose()
    return own.render_as_string(hide_password=False)


NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""A Tuesday, noon in Amsterdam: the counter is open."""


def missing(what: str) -> None:
    """Skip a test because this machine lacks something; fail where nothing may be lacking."""
    if os.environ.get("LOKET_TEST_ALL") == "1":
        pytest.fail(f"{what} is missing, and LOKET_TEST_ALL=1 allows no gaps")
    pytest.skip(f"{what} is not on this machine")


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[settings.Settings]:
    """Settings that point at a folder of this test alone, whatever the environment says."""
    for name in list(os.environ):
        if name.startswith("LOKET_") and not name.startswith("LOKET_TEST"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LOKET_VAR", str(tmp_path / "var"))
    # Under this name Litestar's client in a test asks for pages.
    monkeypatch.setenv("LOKET_ALLOWED_HOSTS", "testserver.local")
    settings.load.cache_clear()
    base.engine.cache_clear()
    yield settings.load()
    if base.engine.cache_info().currsize:
        base.engine().dispose()
    base.engine.cache_clear()
    settings.load.cache_clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, own_settings: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """An empty, migrated database, as the service uses it: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), _folder(own_settings) / "loket.db")
        return base.engine()
    url = os.environ.get("LOKET_TEST_POSTGRES")
    if not url:
        missing("PostgreSQL (LOKET_TEST_POSTGRES)")
    monkeypatch.setenv("LOKET_DATABASE_URL", str(url))
    monkeypatch.setenv("LOKET_SECRET_KEY", "alleen voor de tests, verder nergens")
    settings.load.cache_clear()
    base.engine.cache_clear()
    _prepare_postgresql(base.engine())
    return base.engine()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty, migrated database, made once."""
    path = tmp_path_factory.mktemp("empty") / "loket.db"
    engine = base.make_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def sqlite(own_settings: settings.Settings, empty_sqlite: Path) -> Engine:
    """An empty, migrated SQLite database, for tests whose subject is not the database."""
    shutil.copy(empty_sqlite, _folder(own_settings) / "loket.db")
    return base.engine()


@pytest.fixture
def session(database: Engine) -> Iterator[Session]:
    """A session in a transaction on an empty database, once on SQLite and once on PostgreSQL."""
    with base.transaction() as opened:
        yield opened


@pytest.fixture(scope="session")
def model() -> Path:
    """The assistant, trained on data/ as it is now (kept between runs until the data or the pipeline change)."""
    return trained_model()


@pytest.fixture(scope="session")
def service(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The whole service, started as `loket serve` starts it, on ports of its own."""
    with RunningService.started(tmp_path_factory.mktemp("service"), model) as running:
        yield running


def _folder(configured: settings.Settings) -> Path:
    configured.var.mkdir(exist_ok=True)
    return configured.var


_prepared: set[str] = set()


def _prepare_postgresql(engine: Engine) -> None:
    """Migrate the database once a run, and empty its tables for every test after that."""
    tables = ", ".join(f'"{name}"' for name in Base.metadata.tables)
    with engine.begin() as connection:
        if str(engine.url) in _prepared:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
            return
        drop_everything(connection)
    migrate.upgrade(engine)
    _prepared.add(str(engine.url))


def drop_everything(connection: Connection) -> None:
    """Leave a PostgreSQL database as new."""
    connection.execute(text("DROP SCHEMA public CASCADE"))
    connection.execute(text("CREATE SCHEMA public"))
