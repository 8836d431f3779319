"""A copy of the whole service for tests: real processes, a trained model, ports and a database of its own."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from loket.paths import ROOT
from loket.run import serve
from loket.training import shipped

READY_SECONDS = 180


def trained_model() -> Path:
    """A model of today's data: the shipped one if it is, one that was trained before, or one that is trained now."""
    model = ROOT / "models" / f"test-{shipped.inputs()[:16]}.tar.gz"
    model.parent.mkdir(exist_ok=True)
    # Two test runs at once train once: the second waits for the first.
    with (model.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        serve.see_to_model(model)
    return model


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@dataclass
class RunningService:
    """`loket serve` as a child process; `output` collects what it prints."""

    process: subprocess.Popen[bytes]
    url: str
    rasa_port: int
    log: Path
    env: dict[str, str]
    administrator: tuple[str, str] = ("", "")
    clients: list[httpx.Client] = field(default_factory=list)

    @classmethod
    @contextlib.contextmanager
    def started(cls, folder: Path, model: Path, **extra: str) -> Iterator[RunningService]:
        """Start the service and wait until it is ready; stop it afterwards."""
        web, rasa, actions = free_ports(3)
        env = {key: value for key, value in os.environ.items() if not key.startswith("LOKET_")} | {
            "LOKET_VAR": str(folder / "var"),
            "LOKET_MODEL": str(model),
            "LOKET_PORT": str(web),
            "LOKET_RASA_PORT": str(rasa),
            "LOKET_ACTIONS_PORT": str(actions),
            **extra,
        }
        log = folder / "serve.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "loket", "serve"], cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT
            )
        running = cls(process, f"http://127.0.0.1:{web}", rasa, log, env)
        try:
            running.wait_until_ready()
            running.administrator = running._administrator()
            yield running
        finally:
            for client in running.clients:
                client.close()
            running.stop()

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait for /readyz to say that everything is there."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the service ended:\n{self.output[-4000:]}")
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200 and "is ready" in self.output:
                    return
            time.sleep(0.3)
        raise TimeoutError(f"not ready after {seconds} s:\n{self.output[-4000:]}")

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does, and wait. Returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def child(self, module: str) -> int:
        """The process id of the child that runs `python -m module`."""
        listing = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True
        )
        for line in listing.stdout.splitlines():
            pid, _, arguments = line.strip().partition(" ")
            if f"-m {module}" in arguments:
                return int(pid)
        raise LookupError(f"no child runs {module}:\n{listing.stdout}")

    def kill(self, module: str) -> None:
        """kill -9 one of the three processes."""
        os.kill(self.child(module), signal.SIGKILL)

    def conversation(self) -> Parent:
        """A parent who begins a conversation."""
        client = httpx.Client(base_url=self.url, timeout=30)
        self.clients.append(client)
        return Parent.begin(client)

    def loket(self, *arguments: str) -> str:
        """Run the command line beside the service and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "loket", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def _administrator(self) -> tuple[str, str]:
        found = re.search(r"\| {5}(\S+@\S+) +(\S+)", self.output)
        return (found[1], found[2]) if found else ("", "")


@dataclass
class Parent:
    """A parent who talks through the JSON API."""

    client: httpx.Client
    id: str
    token: str
    greeting: list[dict[str, Any]]

    @classmethod
    def begin(cls, client: httpx.Client) -> Parent:
        body = client.post("/api/conversations").raise_for_status().json()
        return cls(client, body["id"], body["token"], body["messages"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self.client.post(f"/api/conversations/{self.id}/{path}", json=body, headers=self.headers)

    def send(self, text: str, client_id: str | None = None) -> httpx.Response:
        return self.post("messages", {"text": text, "client_id": client_id or uuid.uuid4().hex})

    def choose(self, choice: str, client_id: str | None = None) -> httpx.Response:
        return self.post("messages", {"choice": choice, "client_id": client_id or uuid.uuid4().hex})

    def ask(self, text: str) -> dict[str, Any]:
        """Send a text and return the body of the answer, which must be a good one."""
        return dict(self.send(text).raise_for_status().json())

    def history(self, after: int = 0) -> dict[str, Any]:
        response = self.client.get(
            f"/api/conversations/{self.id}/messages", params={"after": after}, headers=self.headers
        )
        return dict(response.raise_for_status().json())
