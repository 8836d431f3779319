"""A small model, an action server that does as it is told, and a real Rasa server between them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot import quiet  # noqa: F401

ROOT = Path(__file__).parents[2]
SMALL = Path(__file__).parent / "small"
TOKEN = "een-geheim-voor-de-proef"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def training(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The file of a small model, and what its training printed."""
    out = tmp_path_factory.mktemp("models")
    command = [sys.executable, "-m", "bot.train", "--name", "small", "--out", str(out)]
    command += ["--config", str(SMALL / "config.yml"), "--data", str(SMALL / "nlu.yml"), "data/rules.yml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return out / "small.tar.gz", done.stdout


@pytest.fixture(scope="session")
def model(training: tuple[Path, str]) -> Path:
    return training[0]


@dataclass
class Actions:
    """What the action server was asked last, and how it is to behave."""

    port: int
    behaviour: str = "answer"
    asked: list[dict[str, Any]] = field(default_factory=list)

    def respond(self, call: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append(call)
        if self.behaviour == "fail":
            return 500, {"error": "broken"}
        if self.behaviour == "hang":
            time.sleep(6)
        if self.behaviour == "say nothing":
            return 200, {"events": [], "responses": []}
        says = {"action": call["next_action"], "text": call["tracker"]["latest_message"]["text"]}
        return 200, {"events": [], "responses": [{"custom": says}]}


@pytest.fixture(scope="session")
def action_server() -> Iterator[Actions]:
    actions = Actions(free_port())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = actions.respond(call)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", actions.port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield actions
    server.shutdown()


@dataclass
class Rasa:
    """A running server, spoken to as the service does."""

    port: int
    actions: Actions

    def request(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()
        return response.status, json.loads(content) if content else None

    def post(self, body: Any, token: str = TOKEN) -> tuple[int, Any]:
        """Status and answer of the channel to `body`, which is sent as JSON unless it is a string."""
        text = body if isinstance(body, str) else json.dumps(body)
        return self.request("POST", "/webhooks/loket/message", text, {"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="session")
def server(model: Path, action_server: Actions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasa]:
    port = free_port()
    command = [sys.executable, "-m", "bot.serve", "-i", "127.0.0.1", "-p", str(port), "--enable-api"]
    command += ["--auth-token", "beheer", "--model", str(model)]
    command += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    environment = os.environ | {
        "LOKET_RASA_TOKEN": TOKEN,
        "LOKET_ASSISTANT_TIMEOUT": "5",
        "LOKET_ACTIONS_PORT": str(action_server.port),
        "LOKET_ACTIONS_TOKEN": "acties",
    }
    log = tmp_path_factory.mktemp("log") / "rasa.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    rasa = Rasa(port, action_server)
    try:
        _wait_until_ready(rasa, process, log)
        yield rasa
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_ready(rasa: Rasa, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        assert process.poll() is None, log.read_text()
        try:
            if rasa.request("GET", "/webhooks/loket/", None, {})[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.5)
    raise AssertionError(log.read_text())


@pytest.fixture
def rasa(server: Rasa) -> Rasa:
    """The server, with an action server that answers and has forgotten what it was asked."""
    server.actions.behaviour = "answer"
    server.actions.asked.clear()
    return server
