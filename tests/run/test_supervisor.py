"""The supervisor with real processes: what dies is restarted, and stopping stops everything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loket.paths import ROOT
from tests.support.site import wait_for

PROGRAM = """
import asyncio, sys
from loket.run import supervisor
from loket.run.processes import Command

supervisor.STOP_SECONDS = 1.0

async def tell():
    supervisor.say("all started")

def command(pair):
    name, _, program = pair.partition("=")
    return Command(name, [program[1:]] if program.startswith("/") else [sys.executable, "-u", "-c", program])

asyncio.run(supervisor.run([command(pair) for pair in sys.argv[1:]], tell))
"""
STAYS = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(600)"
PARENT = """
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-u", "-c", "import os, time; print('pid', os.getpid(), flush=True); time.sleep(600)"])
time.sleep(1)
"""
"""Starts a grandchild, which prints its process id, holds the pipe and stays; and ends itself."""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAYS


class Supervised:
    """A supervisor in a process of its own."""

    def __init__(self, log: Path, *children: str) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen([sys.executable, "-c", PROGRAM, *children], cwd=ROOT, stdout=output)

    @property
    def output(self) -> str:
        return self.log.read_text()

    def pids(self, name: str) -> list[int]:
        """The process ids that a child has told, oldest first."""
        lines = [line.split("|") for line in self.output.splitlines() if " | pid " in line]
        return [int(said.split()[1]) for child, said in lines if child.strip() == name]

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[type[Supervised] | object]:
    running: list[Supervised] = []

    def start(*children: str) -> Supervised:
        running.append(Supervised(tmp_path / "log", *children))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_a_child_that_is_killed_is_restarted_and_that_is_said(supervise) -> None:
    one = supervise(f"rasa={STAYS}")
    wait_for(lambda: one.pids("rasa"))
    os.kill(one.pids("rasa")[0], signal.SIGKILL)
    wait_for(lambda: len(one.pids("rasa")) == 2)
    assert "rasa ended (killed by SIGKILL); starting it again in 0.5 s" in one.output


def test_a_child_that_ends_by_itself_is_restarted_later_and_later(supervise) -> None:
    one = supervise("actions=raise SystemExit(3)")
    wait_for(lambda: "starting it again in 1 s" in one.output)
    assert "actions ended (status 3); starting it again in 0.5 s" in one.output


def test_one_that_dies_leaves_the_others_alone(supervise) -> None:
    one = supervise(f"web={STAYS}", f"rasa={STAYS}")
    wait_for(lambda: one.pids("web") and one.pids("rasa"))
    os.kill(one.pids("rasa")[0], signal.SIGKILL)
    wait_for(lambda: len(one.pids("rasa")) == 2)
    assert len(one.pids("web")) == 1
    assert alive(one.pids("web")[0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop_stops_all(supervise, number: int) -> None:
    one = supervise(f"web={STAYS}", f"rasa={STAYS}")
    wait_for(lambda: one.pids("web") and one.pids("rasa"))
    assert one.stop(number) == 0
    assert not any(alive(pid) for pid in one.pids("web") + one.pids("rasa"))
    assert "stopped" in one.output


def test_a_stubborn_child_is_killed(supervise) -> None:
    one = supervise(f"rasa={STUBBORN}")
    wait_for(lambda: one.pids("rasa"))
    began = time.monotonic()
    assert one.stop() == 0
    assert time.monotonic() - began < 15
    assert not alive(one.pids("rasa")[0])


def test_when_the_supervisor_is_killed_its_children_end(supervise) -> None:
    one = supervise(f"rasa={STAYS}")
    wait_for(lambda: one.pids("rasa"))
    one.process.kill()
    wait_for(lambda: not alive(one.pids("rasa")[0]))


def test_what_a_child_prints_is_shown_with_its_name_even_a_very_long_line(supervise) -> None:
    one = supervise(f"web=print('x' * 200_000, flush=True); {STAYS}")
    wait_for(lambda: one.pids("web"))
    assert "     web | " in one.output


def test_it_tells_when_all_is_started(supervise) -> None:
    one = supervise(f"web={STAYS}")
    wait_for(lambda: "   loket | all started" in one.output)


def test_a_command_that_cannot_be_started_is_said_and_tried_again(supervise) -> None:
    one = supervise("web=//nergens/te/vinden", f"rasa={STAYS}")
    wait_for(lambda: "starting it again in 1 s" in one.output)
    assert "web cannot be started (No such file or directory); starting it again in 0.5 s" in one.output
    wait_for(lambda: one.pids("rasa"))


def test_what_a_child_started_ends_with_it_and_does_not_delay_the_next(supervise) -> None:
    one = supervise(f"web={PARENT}")
    wait_for(lambda: len(one.pids("web")) == 2, 20)
    assert not alive(one.pids("web")[0])
    assert "web ended (status 0); starting it again in 0.5 s" in one.output


def test_stop_stops_what_a_child_started(supervise) -> None:
    one = supervise(f"web={PARENT.replace('sleep(1)', 'sleep(600)')}")
    wait_for(lambda: one.pids("web"))
    assert one.stop() == 0
    assert not alive(one.pids("web")[0])
