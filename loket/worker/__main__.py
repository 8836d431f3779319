"""Run the worker: `python -m loket.worker`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

from loket import settings
from loket.db.base import engine
from loket.migrations import migrate
from loket.worker.loop import Worker


def main() -> None:
    """Work until stopped. Ends with a message when the database is from an earlier release."""
    os.umask(0o077)
    logging.basicConfig(level=settings.load().log_level, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel("WARNING")
    try:
        migrate.require_current(engine())
    except migrate.SchemaTooOld as error:
        sys.exit(f"the worker does not start: {error}")
    asyncio.run(_run())


async def _run() -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await Worker().run(stopping)


if __name__ == "__main__":
    main()
