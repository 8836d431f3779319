"""Bring the database to the newest version, or say how it differs from the models."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the migrations that are not in yet."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        command.downgrade(_config(connection), revision)


def check(engine: Engine) -> None:
    """Raises alembic's CommandError when models and database differ."""
    with engine.connect() as connection:
        command.check(_config(connection))


def new_revision(engine: Engine, message: str) -> None:
    """Write a migration from the difference between database and models; read and mend it before it is used."""
    with engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config
