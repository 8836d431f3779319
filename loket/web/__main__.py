"""Run the website: `python -m loket.web`."""

from __future__ import annotations

import logging

import uvicorn

from loket import settings
from loket.web import serving
from loket.web.app import create_app

GRACE_SECONDS = 3


def main() -> None:
    configured = settings.load()
    logging.basicConfig(level=configured.log_level, format="%(levelname)s %(name)s %(message)s")
    # httpx logs the address of every request, which would put tokens into the log.
    logging.getLogger("httpx").setLevel("WARNING")
    uvicorn.run(
        create_app(),
        host=configured.host,
        port=configured.port,
        log_config=None,
        access_log=False,
        **serving.limits(configured),
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


if __name__ == "__main__":
    main()
