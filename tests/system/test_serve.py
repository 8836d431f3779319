"""`loket serve`: what it refuses, what it restarts, how it stops."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loket.paths import ROOT
from tests.support.service import RunningService, free_ports

MODULES = {"bot.serve": "rasa", "actions": "actions", "loket.worker": "worker", "loket.web": "web"}
QUESTION = "Ben ik verplicht de ouderbijdrage te betalen?"


def serve(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """`loket serve` with settings that it must refuse."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("LOKET_")}
    web, rasa, actions = map(str, free_ports(3))
    ports = {"LOKET_PORT": web, "LOKET_RASA_PORT": rasa, "LOKET_ACTIONS_PORT": actions}
    return subprocess.run(
        [sys.executable, "-m", "loket", "serve"],
        cwd=ROOT,
        env=clean | ports | {"LOKET_VAR": str(folder)} | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOKET_PORT", "abc"),
        ("LOKET_PORT", "70000"),
        ("LOKET_ASSISTANT_TIMEOUT", "0"),
        ("LOKET_LOG_LEVEL", "LUID"),
        ("LOKET_SECRET_KEY", "kort"),
        ("LOKET_OPENING_HOURS", "ma-vr 25:00-26:00"),
        ("LOKET_CLOSED_DAYS", "morgen"),
        ("LOKET_SMTP_SECURITY", "misschien"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    done = serve(tmp_path, **{name: value})
    assert done.returncode != 0
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir()), "something was made before the setting was refused"


@pytest.mark.parametrize("name", ["LOKET_PORT", "LOKET_RASA_PORT", "LOKET_ACTIONS_PORT"])
def test_a_port_in_use_is_refused(tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = serve(tmp_path, **{name: port})
    assert done.returncode != 0
    assert f"port {port} ({name}) is in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_copies_run_side_by_side(service: RunningService, victim: RunningService) -> None:
    for copy in (service, victim):
        assert copy.conversation().ask(QUESTION)["messages"][0]["kind"] == "answer"
    assert service.env["LOKET_VAR"] != victim.env["LOKET_VAR"]


@pytest.mark.parametrize("module", MODULES)
def test_a_child_that_dies_is_restarted_and_it_says_so(victim: RunningService, module: str) -> None:
    before = victim.child(module)
    said = victim.output.count(f"{MODULES[module]} ended (killed by SIGKILL); starting it again in")
    victim.kill(module)
    wait_for(lambda: _pid(victim, module) not in (None, before))
    victim.wait_until_ready()
    assert victim.output.count(f"{MODULES[module]} ended (killed by SIGKILL); starting it again in") == said + 1
    assert victim.conversation().ask(QUESTION)["messages"][0]["kind"] == "answer"


def test_ctrl_c_stops_everything(model: Path, tmp_path: Path) -> None:
    with RunningService.started(tmp_path, model) as running:
        children = [running.child(module) for module in MODULES]
        began = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - began < 15
        assert running.output.rstrip().endswith("loket | stopped")
        assert "Traceback" not in running.output
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_a_killed_supervisor_leaves_no_children(model: Path, tmp_path: Path) -> None:
    web, rasa, actions = map(str, free_ports(3))
    env = {key: value for key, value in os.environ.items() if not key.startswith("LOKET_")} | {
        "LOKET_VAR": str(tmp_path / "var"),
        "LOKET_MODEL": str(model),
        "LOKET_PORT": web,
        "LOKET_RASA_PORT": rasa,
        "LOKET_ACTIONS_PORT": actions,
    }
    log = tmp_path / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "loket", "serve"], cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT
        )
    running = RunningService(process, f"http://127.0.0.1:{web}", int(rasa), log, env)
    wait_for(lambda: all(_pid(running, module) for module in MODULES))
    time.sleep(2)
    children = [running.child(module) for module in MODULES]
    process.kill()
    process.wait()
    wait_for(lambda: not [pid for pid in children if Path(f"/proc/{pid}").exists()])


def _pid(service: RunningService, module: str) -> int | None:
    try:
        return service.child(module)
    except LookupError:
        return None


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
