"""Run several processes as one service: start them, show what they print, restart one that dies, stop all cleanly.

Small on purpose. Existing process runners either stop everything when one process dies, or are a daemon with its own
configuration; see docs/decisions/0003-supervisor.md. In production systemd does this (deploy/).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable

from loket.paths import ROOT
from loket.run.processes import Command

STOP_SECONDS = 8.0
LAST_WORDS_SECONDS = 2.0
"""For what a process printed and was not shown yet, once it and all that it started have ended."""
BACKOFF = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds to wait before a restart; the last one keeps being used. A process that ran for a minute starts over."""
STABLE_SECONDS = 60.0
PR_SET_PDEATHSIG = 1


def say(text: str, name: str = "loket") -> None:
    print(f"{name:>8} | {text}", flush=True)


async def run(commands: list[Command], started: Callable[[], Awaitable[None]]) -> None:
    """Run the commands until SIGINT or SIGTERM. `started` runs alongside them, to say when the service is ready."""
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
        how = await _run_once(command, stopping)
        if stopping.is_set():
            return
        failures = 0 if time.monotonic() - began > STABLE_SECONDS else failures + 1
        wait = BACKOFF[min(failures, len(BACKOFF)) - 1] if failures else BACKOFF[0]
        say(f"{command.name} {how}; starting it again in {wait:g} s")
        try:
            await asyncio.wait_for(stopping.wait(), wait)
        except TimeoutError:
            continue


async def _run_once(command: Command, stopping: asyncio.Event) -> str:
    """Run a command until it ends or everything stops; returns how it ended, in words."""
    reading, writing = os.pipe()
    try:
        process = await _start(command, writing)
    except OSError as error:
        os.close(reading)
        return f"cannot be started ({error.strerror or error})"
    finally:
        os.close(writing)
    printing = asyncio.create_task(_show(reading, command.name))
    stop = asyncio.create_task(stopping.wait())
    ended = asyncio.create_task(process.wait())
    await asyncio.wait({stop, ended}, return_when=asyncio.FIRST_COMPLETED)
    if stopping.is_set():
        await _stop(process)
    stop.cancel()
    # What it started itself may live on with its port and its pipe: that would keep the next one from starting.
    _signal_group(process, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(printing, LAST_WORDS_SECONDS)
    return f"ended ({_how(process.returncode)})"


async def _start(command: Command, output: int) -> asyncio.subprocess.Process:
    # Our own pipe: asyncio considers a process ended only when nobody holds its pipe any more, grandchildren included.
    return await asyncio.create_subprocess_exec(
        *command.arguments,
        cwd=ROOT,
        env=command.environment(),
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )


async def _show(output: int, name: str) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(output, "rb", 0)
    )
    try:
        while line := await _line(reader):
            say(line.decode(errors="replace").rstrip(), name)
    finally:
        transport.close()


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:  # longer than the reader's buffer, which is now empty
        return b"(a line that is too long to show)\n"


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    _signal_group(process, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        _signal_group(process, signal.SIGKILL)
        await process.wait()


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """To the process and all that it started: each is the leader of its own session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _how(status: int | None) -> str:
    if status is not None and status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"status {status}"


def _die_with_parent() -> None:
    # When the supervisor itself is killed, nobody would stop its children; Linux can.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
