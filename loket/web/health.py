"""Is the process alive, can the whole service answer, and what waits?"""

from __future__ import annotations

import asyncio
import shutil
import time
from typing import Any

import httpx
from litestar import HttpMethod, MediaType, Response, get, route
from litestar.datastructures import State

from loket import settings
from loket.assistant import rasa
from loket.clock import utc_now
from loket.db import leases, probe
from loket.db.base import reading
from loket.mail import outbox
from loket.parents.limits import uncounted

ROOM_BYTES = 50_000_000
"""Free space in the state folder below which no more should be taken in."""
PROBE_SECONDS = 10.0
"""A write attempt counts for this long, however many ask."""
_probed: dict[str, tuple[float, bool]] = {}


@route("/healthz", http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=True, sync_to_thread=False)
def healthz() -> dict[str, str]:
    """The web process answers."""
    return {"status": "ok"}


@get("/readyz")
async def readyz(state: State) -> Response[dict[str, Any]]:
    """Rasa with a model, the action server, a database that can be written to and room for files: 200 when all are there,
    503 when one is not. The worker and waiting mail are reported but decide nothing: the website answers without them."""
    names = ("rasa", "actions", "database", "room")
    results = await asyncio.gather(
        rasa.ready(state.http), _actions_ready(state.http), asyncio.to_thread(_writable), asyncio.to_thread(_room)
    )
    parts = dict(zip(names, results, strict=True))
    ready = all(parts.values())
    behind = await asyncio.to_thread(_behind) if parts["database"] else {}
    body = {"status": "ok" if ready else "unavailable", "parts": parts} | behind
    return Response(body, status_code=200 if ready else 503)


@get("/metrics", include_in_schema=False, media_type=MediaType.TEXT)
async def metrics() -> str:
    """What waits, for Prometheus: numbers only."""
    behind = await asyncio.to_thread(_behind)
    lines = []
    for name, value in (
        ("worker_alive", int(behind["worker"])),
        *((f"mail_{k}", v) for k, v in behind["mail"].items()),
        # Since this process began: what parents did while Redis was away.
        ("limits_uncounted", uncounted.total),
    ):
        lines += [f"# TYPE loket_{name} gauge", f"loket_{name} {value}"]
    return "\n".join(lines) + "\n"


async def _actions_ready(client: httpx.AsyncClient) -> bool:
    try:
        response = await client.get(f"{settings.load().actions_url}/health", timeout=2)
    except httpx.HTTPError:
        return False
    return response.status_code == 200


def _writable() -> bool:
    """Whether the database takes a write. Reading goes on when a disk is full or the database is read-only."""
    url = settings.load().database
    at, result = _probed.get(url, (0.0, False))
    if result and time.monotonic() - at < PROBE_SECONDS:
        return True
    result = probe.writable(utc_now())
    _probed[url] = (time.monotonic(), result)
    return result


def _room() -> bool:
    try:
        return shutil.disk_usage(settings.load().var).free >= ROOM_BYTES
    except OSError:
        return False


def _behind() -> dict[str, Any]:
    """Whether a worker is at work, and how much mail has not gone out. No addresses."""
    now = utc_now()
    with reading() as session:
        mail, alive = outbox.backlog(session), leases.alive(session, now)
    seconds = round((now - mail.oldest).total_seconds()) if mail.oldest else 0
    return {"worker": alive, "mail": {"waiting": mail.waiting, "failed": mail.failed, "oldest_seconds": seconds}}
