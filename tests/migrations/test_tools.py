"""A table is changed without losing a row, a trigger or a rule; what a migration breaks is not committed."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, Engine, inspect, text

from loket import settings
from loket.db import base
from loket.migrations import migrate, tools
from loket.migrations.tables import Base
from loket.paths import ROOT
from tests.conftest import NOON
from tests.migrations.test_earlier_release import STATE
from tests.support.site import make_ticket

VERSIONS = sorted((ROOT / "loket" / "migrations" / "versions").glob("*.py"))
ALL = sorted(Base.metadata.tables)


@contextmanager
def migration(engine: Engine) -> Iterator[Connection]:
    """What a migration runs in."""
    with migrate._migrating(engine) as connection, Operations.context(MigrationContext.configure(connection)):
        yield connection


@pytest.fixture
def filled(own_settings: settings.Settings) -> Engine:
    """A database with a row in every table."""
    shutil.copytree(STATE, own_settings.var)
    engine = base.engine()
    migrate.upgrade(engine)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        for statement in (
            "INSERT INTO job_lease VALUES ('mail', 'a', '2026-11-25 00:00:00')",
            "INSERT INTO write_probe VALUES (1, '2026-11-25 00:00:00', x'00')",
            "INSERT INTO removed_file VALUES ('weg')",
            "INSERT INTO rate_count VALUES ('messages/x/60/1/minute', 1, '2026-11-25 00:00:00')",
            "INSERT INTO used_form VALUES ('formulier', 1, '/balie', '2026-11-25 00:00:00')",
            "INSERT INTO safety_mark SELECT 1, min(id), NULL, 'needless', NULL, 1, '2026-11-25 00:00:00' FROM ticket",
        ):
            connection.exec_driver_sql(statement)
    return engine


def contents(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}"))), key=repr) for name in ALL}


def rules(engine: Engine) -> dict[str, Any]:
    """Triggers and indexes, and each table's columns, keys and checks."""
    seen = inspect(engine)
    with engine.connect() as connection:
        query = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index')"
        made = set(map(tuple, connection.exec_driver_sql(query)))
    tables = {
        name: repr(
            (
                [(column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(name)],
                seen.get_pk_constraint(name)["constrained_columns"],
                sorted(
                    (key["constrained_columns"], key["referred_table"], str(key["options"]))
                    for key in seen.get_foreign_keys(name)
                ),
                sorted(repr(unique["column_names"]) for unique in seen.get_unique_constraints(name)),
                sorted(check["sqltext"] for check in seen.get_check_constraints(name)),
            )
        )
        for name in ALL
    }
    return {"made": made, **tables}


def change(name: str) -> None:
    """A change that SQLite cannot make without copying the table, and another that undoes it."""
    with tools.changed_table(name) as batch:
        batch.create_check_constraint("proef", sa.text("1 = 1"))
    with tools.changed_table(name) as batch:
        batch.drop_constraint("proef", type_="check")


@pytest.mark.parametrize("name", ALL)
def test_a_changed_table_loses_no_row_and_no_rule(filled: Engine, name: str) -> None:
    before, kept = contents(filled), rules(filled)
    assert all(before.values()), {table for table, found in before.items() if not found}
    with migration(filled):
        change(name)
    assert contents(filled) == before
    assert rules(filled) == kept
    migrate.check(filled)


def test_search_still_follows_after_tables_were_changed(filled: Engine) -> None:
    from tests.tickets.test_search import found

    with migration(filled):
        change("ticket")
        change("message")
    ticket = make_ticket("Een vraag over zwemles", NOON)
    assert found("zwemles") == [ticket.id]


def test_foreign_keys_are_on_again_afterwards(filled: Engine) -> None:
    with migration(filled):
        change("account")
    with filled.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_that_leaves_rows_without_their_parent_is_undone(filled: Engine) -> None:
    before = contents(filled)
    with pytest.raises(migrate.BrokenReferences, match="team_member -> account"), migration(filled) as connection:
        connection.exec_driver_sql("DELETE FROM account WHERE id = 2")
    assert contents(filled) == before


@pytest.mark.parametrize("file", VERSIONS, ids=lambda file: file.stem)
def test_a_migration_uses_nothing_of_the_code_of_today(file: Path) -> None:
    """Otherwise a change of that code changes what the migration did."""
    imported = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            imported |= {f"{node.module}.{name.name}" for name in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
    ours = {name for name in imported if name.startswith("loket")}
    allowed = ("loket.migrations.tools", "loket.migrations.search_")
    assert not {name for name in ours if name != "loket.migrations" and not name.startswith(allowed)}


def test_what_migrations_share_uses_nothing_of_the_code_of_today() -> None:
    for file in [ROOT / "loket" / "migrations" / "tools.py", *(ROOT / "loket" / "migrations").glob("search_*.py")]:
        assert "loket." not in "".join(
            line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith(("import", "from"))
        ), file


def test_on_postgresql_no_statement_of_a_migration_waits_for_long(database: Engine) -> None:
    if database.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    with migration(database) as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "4s"
        assert connection.scalar(text("SHOW statement_timeout")) == "5s"
        with tools.unhurried():
            assert connection.scalar(text("SHOW statement_timeout")) == "0"
        assert connection.scalar(text("SHOW statement_timeout")) == "5s"


def test_a_table_that_somebody_holds_stops_the_migration_and_changes_nothing(database: Engine) -> None:
    if database.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    with database.connect() as holder, holder.begin():
        holder.execute(text("SELECT * FROM ticket"))
        with pytest.raises(migrate.MigrationBlocked):
            add_a_column(database)
    migrate.check(database)


def add_a_column(engine: Engine) -> None:
    with migration(engine) as connection:
        connection.execute(text("SET LOCAL lock_timeout = '200ms'"))
        connection.execute(text("ALTER TABLE ticket ADD COLUMN proef integer"))
