"""Rasa or the action server is down, slow or answers nonsense: the parent hears so in time and can leave the question."""

from __future__ import annotations

import contextlib
import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from loket.paths import ROOT
from tests.support.service import Parent, RunningService, free_ports

LIMIT = 6.0
QUESTION = "Ben ik verplicht de ouderbijdrage te betalen?"
CHILDREN = ["bot.serve", "actions"]


def told_in_time(parent: Parent) -> dict[str, Any]:
    """Ask, and require that the parent is told within the limit that there is no answer. Returns that reply."""
    began = time.monotonic()
    replies = parent.ask(QUESTION)["messages"]
    took = time.monotonic() - began
    assert [reply["kind"] for reply in replies] == ["unavailable"]
    assert took < LIMIT, f"the parent waited {took:.1f} s"
    return dict(replies[0])


def left_with_an_adviser(parent: Parent, reply: dict[str, Any]) -> None:
    """Leave the question by the choice that the reply gives, and find it handed over."""
    (choice,) = reply["choices"]
    (receipt,) = parent.choose(choice["id"]).raise_for_status().json()["messages"]
    assert receipt["kind"] == "handed_over"
    history = parent.history()
    assert history["owner"] == "queue"
    follow_up = parent.client.get(link_in(receipt["text"]))
    assert QUESTION in follow_up.text


def link_in(markdown: str) -> str:
    return markdown.split("](")[1].split(")")[0]


@contextlib.contextmanager
def frozen(service: RunningService, module: str) -> Iterator[None]:
    """One of the processes stands still, as on a machine that swaps."""
    pid = service.child(module)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
        service.wait_until_ready()


@pytest.mark.parametrize("module", CHILDREN)
def test_slow(service: RunningService, module: str) -> None:
    parent = service.conversation()
    with frozen(service, module):
        reply = told_in_time(parent)
        left_with_an_adviser(parent, reply)
    before = parent.history()["messages"]
    time.sleep(1)
    assert parent.history()["messages"] == before, "an answer came after the question was handed over"


@pytest.mark.parametrize("module", CHILDREN)
def test_slow_and_then_back(service: RunningService, module: str) -> None:
    parent = service.conversation()
    with frozen(service, module):
        told_in_time(parent)
    assert parent.ask(QUESTION)["messages"][0]["kind"] == "answer"


@pytest.mark.parametrize("module", CHILDREN)
def test_down(victim: RunningService, module: str) -> None:
    parent = victim.conversation()
    victim.kill(module)
    left_with_an_adviser(parent, told_in_time(parent))
    victim.wait_until_ready()
    assert victim.conversation().ask(QUESTION)["messages"][0]["kind"] == "answer"


def test_the_form_works_without_the_assistant(victim: RunningService) -> None:
    parent = victim.conversation()
    victim.kill("bot.serve")
    receipt = parent.post("handoff", {"question": QUESTION}).raise_for_status().json()
    assert QUESTION in parent.client.get(receipt["link"]).text
    victim.wait_until_ready()


ODD = {
    "a page": (200, b"<html>Bad gateway</html>"),
    "no replies": (200, b'{"fine": true}'),
    "not an object": (200, b"[1, 2, 3]"),
    "an error": (500, b"{}"),
    "half of it": (200, b'{"replies": ['),
}


class Stranger(http.server.ThreadingHTTPServer):
    """A server that answers everything with `answer`; with None it sends a byte a second and never ends."""

    daemon_threads = True
    answer: tuple[int, bytes] | None = (200, b"")

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Stranger

    def do_POST(self) -> None:
        status, body = self.server.answer or (200, b"")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)) if self.server.answer else "1000")
        self.end_headers()
        self.wfile.write(body)
        with contextlib.suppress(OSError):
            for _ in range(0 if self.server.answer else 20):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(1)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def running(commands: list[str], env: dict[str, str], ready: str) -> Iterator[None]:
    """Some of the service's processes without a supervisor, until `ready` answers."""
    processes = [
        subprocess.Popen([sys.executable, "-m", "loket", command], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        deadline = time.monotonic() + 120
        while not answers(ready):
            assert time.monotonic() < deadline, f"{ready} never answered"
            time.sleep(0.2)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)


def answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url, timeout=5).status_code == 200
    return False


@pytest.fixture(scope="module", params=["rasa", "actions"])
def stranger(request: pytest.FixtureRequest, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A stand-in in the place of Rasa, or of the action server behind a real Rasa; with the address of the website."""
    web, rasa, actions = free_ports(3)
    env = {key: value for key, value in os.environ.items() if not key.startswith("LOKET_")} | {
        "LOKET_VAR": str(tmp_path_factory.mktemp("stranger")),
        "LOKET_MODEL": str(model),
        "LOKET_PORT": str(web),
        "LOKET_RASA_PORT": str(rasa),
        "LOKET_ACTIONS_PORT": str(actions),
    }
    subprocess.run([sys.executable, "-m", "loket", "db", "upgrade"], cwd=ROOT, env=env, check=True, capture_output=True)
    odd = Stranger(rasa if request.param == "rasa" else actions)
    commands = ["web"] if request.param == "rasa" else ["web", "rasa"]
    ready = f"http://127.0.0.1:{web}/healthz"
    with running(commands, env, ready):
        if request.param == "actions":
            wait_for_rasa(f"http://127.0.0.1:{web}/readyz")
        with httpx.Client(base_url=f"http://127.0.0.1:{web}", timeout=30) as client:
            yield odd, client
    odd.shutdown()
    odd.server_close()


def wait_for_rasa(url: str) -> None:
    deadline = time.monotonic() + 120
    while not httpx.get(url, timeout=10).json()["parts"]["rasa"]:
        assert time.monotonic() < deadline, "Rasa never loaded its model"
        time.sleep(0.3)


@pytest.mark.parametrize("odd", [*ODD, "no end"])
def test_nonsense(stranger: tuple[Stranger, httpx.Client], odd: str) -> None:
    server, client = stranger
    server.answer = ODD.get(odd)
    parent = Parent.begin(client)
    left_with_an_adviser(parent, told_in_time(parent))
