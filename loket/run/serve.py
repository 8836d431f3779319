"""`loket serve`: prepare what is missing, then run everything."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from pathlib import Path

import httpx

from loket import settings
from loket.accounts import credentials
from loket.clock import utc_now
from loket.db.base import alone, engine, transaction
from loket.exceptions import LoketError
from loket.migrations import migrate
from loket.paths import ROOT
from loket.run import processes, supervisor
from loket.run.supervisor import say
from loket.settings import Settings
from loket.training import shipped

READY_POLL = 0.5
FIRST_ADMINISTRATOR = 5_010_002
"""The number under which one process at a time checks whether there is an account."""


class PortInUse(LoketError):
    """A port that the service needs is taken."""

    code = "port_in_use"


def serve() -> None:
    """Create or upgrade the database, see to it that there is a model, and run until stopped. Raises PortInUse."""
    configured = settings.load()
    _require_ports(configured)
    first = prepare()
    see_to_model(configured.model)
    commands = [processes.rasa(), processes.actions(), processes.worker(), processes.web()]
    asyncio.run(supervisor.run(commands, lambda: _tell_when_ready(configured, first)))


def prepare() -> tuple[str, str] | None:
    """Create or upgrade the database; returns the first administrator's address and password if just created.

    Two starts at once both succeed: the second waits for the first. Raises what loket.migrations.migrate does.
    """
    migrate.upgrade(engine())
    return _first_administrator()


def see_to_model(model: Path) -> None:
    """Where there is no model: the shipped one if that is made of what is here now, else one trained now. Raises what train does."""
    if not model.exists() and not shipped.install(model):
        train(model)


def train(model: Path) -> None:
    """Train the assistant into a model file, showing progress. Raises BotMissing, CalledProcessError."""
    say(f"training the assistant: {_shown(model)}")
    made_of, command = shipped.inputs(), processes.train(model)
    subprocess.run(command.arguments, cwd=ROOT, env=command.environment(), check=True)
    shipped.note(model, made_of)


def _first_administrator() -> tuple[str, str] | None:
    with transaction() as session:
        alone(session, FIRST_ADMINISTRATOR)
        made = credentials.first_administrator(session, utc_now())
        return (made[0].email, made[1]) if made else None


def _require_ports(configured: Settings) -> None:
    wanted = {
        "LOKET_PORT": (configured.host, configured.port),
        "LOKET_RASA_PORT": ("127.0.0.1", configured.rasa_port),
        "LOKET_ACTIONS_PORT": ("127.0.0.1", configured.actions_port),
    }
    for name, (host, port) in wanted.items():
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise PortInUse(f"port {port} ({name}) is in use: {error.strerror}") from error


async def _tell_when_ready(configured: Settings, first: tuple[str, str] | None) -> None:
    say("starting Rasa, actions, worker and web …")
    local = f"http://{_reachable(configured.host)}:{configured.port}"
    async with httpx.AsyncClient(timeout=5) as client:
        while not await _ready(client, local):
            await asyncio.sleep(READY_POLL)
    lines = [
        "Loket 5010 is ready",
        f"parents    {configured.url}/",
        f"desk       {configured.url}/balie",
        f"rasa       {configured.rasa_url} (this machine only)",
        f"actions    {configured.actions_url} (this machine only)",
    ]
    if first:
        lines += [
            "",
            "first administrator, to log in once and then choose a password:",
            f"    {first[0]}    {first[1]}",
        ]
    for line in lines:
        say(line)


async def _ready(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(f"{address}/readyz")).status_code == 200
    except httpx.HTTPError:
        return False


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104


def _shown(model: Path) -> str:
    return str(model.relative_to(ROOT) if model.is_relative_to(ROOT) else model)
