"""Two starts at the same moment, as when two machines come up together: both succeed, and there is one first administrator."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from loket import settings
from loket.accounts.models import Account
from loket.cli import app
from loket.db import base
from loket.migrations import migrate
from loket.paths import ROOT
from tests.conftest import drop_everything
from tests.support.site import all_of

PREPARE = "from loket.run import serve; print(serve.prepare() is not None)"


@pytest.fixture
def empty(request: pytest.FixtureRequest, database: Engine, own_settings: settings.Settings) -> Engine:
    """A database in which nothing is yet."""
    if database.dialect.name == "postgresql":
        with database.begin() as connection:
            drop_everything(connection)
        return database
    database.dispose()
    for file in Path(own_settings.var).glob("loket.db*"):
        file.unlink()
    base.engine.cache_clear()
    return base.engine()


def test_both_succeed_and_one_makes_the_first_administrator(empty: Engine) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PREPARE],
            cwd=ROOT,
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    assert sorted(out.strip() for out, _ in said) == ["False", "False", "True"]
    assert len(all_of(Account)) == 1
    migrate.check(empty)


def test_an_empty_database_is_refused_by_what_only_serves(empty: Engine) -> None:
    with pytest.raises(migrate.SchemaTooOld):
        migrate.require_current(empty)
    done = subprocess.run(
        [sys.executable, "-m", "loket", "web"],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Run `loket db upgrade` first" in done.stderr
    assert "Traceback" not in done.stderr
    migrate.upgrade(empty)


def test_a_database_of_a_later_release_is_accepted(database: Engine) -> None:
    newest = set_revision(database, "from_the_future")
    try:
        migrate.require_current(database)
    finally:
        set_revision(database, newest)


def test_db_check_says_that_models_and_migrations_agree(database: Engine) -> None:
    done = CliRunner().invoke(app, ["db", "check"])
    assert (done.exit_code, done.output.strip()) == (0, "models and migrations agree")


def set_revision(engine: Engine, revision: str) -> str:
    """Pretend that the database is at another revision; returns which it was."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        before = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        connection.execute(text("UPDATE alembic_version SET version_num = :wanted"), {"wanted": revision})
        return before
