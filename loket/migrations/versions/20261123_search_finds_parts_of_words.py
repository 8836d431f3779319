"""search finds parts of words on SQLite"""

from __future__ import annotations

from alembic import op

from loket.migrations import search_20261123 as search

revision = "a47e2d80f5c3"
down_revision = "6b1d94e0c2a7"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        search.drop(connection)
        search.create(connection)
        search.fill(connection)


def downgrade() -> None:
    """The tables that search has now serve the version before as well."""
