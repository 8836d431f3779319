"""Alembic's entry: migrations run on the service's own engine."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from loket.db.base import UtcDateTime
from loket.migrations.tables import Base
from loket.tickets import search


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column type as the plain one that it stands for."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out the search table and what belongs to it: no model stands for it (see loket.tickets.search)."""
    return not (kind == "table" and name is not None and name.startswith(search.TABLE))


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
