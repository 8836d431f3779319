"""Run the website: `python -m loket.web`."""

from __future__ import annotations

import logging
import os
import sys

import uvicorn
from litestar import Litestar

from loket import settings
from loket.db.base import engine
from loket.migrations import migrate
from loket.web import serving
from loket.web.app import create_app

GRACE_SECONDS = 3


def main() -> None:
    """Serve until stopped. Ends with a message when the database is from an earlier release."""
    os.umask(0o077)
    configured = settings.load()
    try:
        migrate.require_current(engine())
    except migrate.SchemaTooOld as error:
        sys.exit(f"the website does not start: {error}")
    uvicorn.run(
        "loket.web.__main__:application",
        factory=True,
        workers=configured.web_processes,
        host=configured.host,
        port=configured.port,
        log_config=None,
        access_log=False,
        **serving.limits(configured),
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def application() -> Litestar:
    """The application in one process, which may be one of several."""
    logging.basicConfig(level=settings.load().log_level, format="%(levelname)s %(name)s %(message)s")
    # httpx logs the address of every request, which would put tokens into the log.
    logging.getLogger("httpx").setLevel("WARNING")
    return create_app()


if __name__ == "__main__":
    main()
