"""Alembic's entry: migrations run on the service's own engine."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from loket.db.base import UtcDateTime
from loket.migrations.tables import Base

WITHOUT_MODEL = "ticket_search"
"""How the tables of the full-text search begin, which no model describes."""


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column type as the plain one that it is in the database."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out the search tables and what belongs to them."""
    return not (kind == "table" and name is not None and name.startswith(WITHOUT_MODEL))


config = context.config
connection = config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render_item,
    include_name=ours,
)
with context.begin_transaction():
    context.run_migrations()
