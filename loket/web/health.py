"""Is the process alive, and can the whole service answer?"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from litestar import HttpMethod, Response, get, route
from litestar.datastructures import State
from sqlalchemy import text

from loket import settings
from loket.assistant import rasa
from loket.db.base import reading


@route("/healthz", http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=True, sync_to_thread=False)
def healthz() -> dict[str, str]:
    """The web process answers."""
    return {"status": "ok"}


@get("/readyz")
async def readyz(state: State) -> Response[dict[str, Any]]:
    """Rasa with a model, the action server and the database: 200 when all are there, 503 when one is not."""
    names = ("rasa", "actions", "database")
    results = await asyncio.gather(
        rasa.ready(state.http), _actions_ready(state.http), asyncio.to_thread(_database_ready)
    )
    parts = dict(zip(names, results, strict=True))
    ready = all(parts.values())
    return Response({"status": "ok" if ready else "unavailable", "parts": parts}, status_code=200 if ready else 503)


async def _actions_ready(client: httpx.AsyncClient) -> bool:
    try:
        response = await client.get(f"{settings.load().actions_url}/health", timeout=2)
    except httpx.HTTPError:
        return False
    return response.status_code == 200


def _database_ready() -> bool:
    try:
        with reading() as session:
            session.execute(text("SELECT 1"))
    except Exception:
        return False
    return True
