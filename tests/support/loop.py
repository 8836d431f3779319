"""A watcher that catches database work on the event loop: there it stops everybody until the database has answered."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def no_database_work_on_the_loop() -> Iterator[list[str]]:
    """Collects where a statement was run by the thread of a running event loop; raises at the end when there was any."""
    found: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        ours = [line for line in traceback.format_stack() if "/loket/" in line or ".html" in line]
        found.append(f"{statement[:80]}\n{''.join(ours[-3:])}")

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", look)
    assert found == [], "database work on the event loop:\n" + "\n".join(found)
