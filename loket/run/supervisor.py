"""Run several processes as one service: start them, show what they print, restart one that dies, stop all cleanly.

Small on purpose. The process runners that exist either stop everything when one process dies, or are a daemon with a
configuration of its own; see docs/decisions/0003-supervisor.md. In production systemd does this (deploy/).
"""

from __future__ import annotations

import asyncio
import ctypes
import signal
import sys
import time
from collections.abc import Awaitable, Callable

from loket.paths import ROOT
from loket.run.processes import Command

STOP_SECONDS = 8.0
BACKOFF = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds to wait before a restart; the last one goes on being used. A process that ran a minute starts over."""
STABLE_SECONDS = 60.0
PR_SET_PDEATHSIG = 1


def say(text: str, name: str = "loket") -> None:
    print(f"{name:>8} | {text}", flush=True)


async def run(commands: list[Command], started: Callable[[], Awaitable[None]]) -> None:
    """Run the commands until SIGINT or SIGTERM. `started` runs beside them, to tell when the service is ready."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    keepers = [asyncio.create_task(_keep(command, stopping)) for command in commands]
    teller = asyncio.ensure_future(started())
    await stopping.wait()
    say("stopping …")
    teller.cancel()
    await asyncio.gather(*keepers, return_exceptions=True)
    say("stopped")


async def _keep(command: Command, stopping: asyncio.Event) -> None:
    failures = 0
    while not stopping.is_set():
        began = time.monotonic()
        process = await _start(command)
        printing = asyncio.create_task(_show(process, command.name))
        stop = asyncio.create_task(stopping.wait())
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({stop, ended}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.is_set():
            await _stop(process)
        stop.cancel()
        await printing
        if stopping.is_set():
            return
        failures = 0 if time.monotonic() - began > STABLE_SECONDS else failures + 1
        wait = BACKOFF[min(failures, len(BACKOFF)) - 1] if failures else BACKOFF[0]
        say(f"{command.name} ended ({_how(process.returncode)}); starting it again in {wait:g} s")
        try:
            await asyncio.wait_for(stopping.wait(), wait)
        except TimeoutError:
            continue


async def _start(command: Command) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command.arguments,
        cwd=ROOT,
        env=command.environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )


async def _show(process: asyncio.subprocess.Process, name: str) -> None:
    assert process.stdout is not None
    while True:
        try:
            line = await process.stdout.readline()
        except ValueError:  # longer than the reader's buffer, which is empty now
            line = b"(a line that is too long to show)\n"
        if not line:
            return
        say(line.decode(errors="replace").rstrip(), name)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _how(status: int | None) -> str:
    if status is not None and status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"status {status}"


def _die_with_parent() -> None:
    # When the supervisor itself is killed, nobody would stop its children; Linux can.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
