"""Migrations on both databases: up, no difference with the models, down, and up again with data in it."""

from __future__ import annotations

import pytest
from alembic.util.exc import CommandError
from sqlalchemy import Engine, inspect, text

from loket.migrations import migrate
from loket.migrations.tables import Base
from loket.tickets import search
from tests.support.site import make_ticket


def tables(engine: Engine) -> set[str]:
    """Every table, but for those of the full-text search, which no model stands for."""
    return {name for name in inspect(engine).get_table_names() if not name.startswith(search.TABLE)}


def test_every_table_of_the_models_is_there(database: Engine) -> None:
    assert tables(database) == set(Base.metadata.tables) | {"alembic_version"}


def test_models_and_migrations_do_not_differ(database: Engine) -> None:
    migrate.check(database)


def test_a_difference_would_be_seen(database: Engine) -> None:
    with database.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("ALTER TABLE ticket ADD COLUMN vergeten INTEGER"))
    try:
        with pytest.raises(CommandError, match="vergeten"):
            migrate.check(database)
    finally:
        with database.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(text("ALTER TABLE ticket DROP COLUMN vergeten"))


def test_upgrading_twice_changes_nothing(database: Engine) -> None:
    ticket = make_ticket()
    migrate.upgrade(database)
    with database.connect() as connection:
        assert connection.scalar(text("SELECT reference FROM ticket")) == ticket.reference


def test_down_and_up_again(database: Engine) -> None:
    migrate.downgrade(database, "base")
    assert tables(database) <= {"alembic_version"}
    migrate.upgrade(database)
    migrate.check(database)
    make_ticket()


def test_a_failed_migration_leaves_the_database_as_it_was(database: Engine) -> None:
    before = tables(database)
    with pytest.raises(CommandError):
        migrate.upgrade(database, "bestaat_niet")
    assert tables(database) == before
