"""The two sides of a comparison: this project's Rasa, and stock Rasa. Each can be trained, started and spoken to."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import yaml

ROOT = Path(__file__).parents[1]
TOKEN = "bench"
FULL_EPOCHS = 100
DATA = ["data/nlu", "data/rules.yml"]
STOCK_CONFIG = Path("bench/stock_rasa.yml")


@dataclass(frozen=True)
class Side:
    """How one side is trained, started and asked."""

    name: str
    train: list[str]
    serve: list[str]
    path: str
    text_field: str


def ours(folder: Path) -> Side:
    # As on the first day: without the vectors kept from an earlier training.
    config = yaml.safe_load((ROOT / "config.yml").read_text())
    for component in config["pipeline"]:
        component.pop("kept", None)
    (folder / "ours.yml").write_text(yaml.safe_dump(config))
    train = [sys.executable, "-m", "bot.train", "--config", str(folder / "ours.yml")]
    train += ["--name", "ours", "--out", str(folder), "--data", *DATA]
    serve = [sys.executable, "-m", "bot.serve", "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    return Side("ours", train, serve, "/webhooks/loket/message", "text")


def stock(folder: Path, epochs: int) -> Side:
    """Sparse features and DIET, RulePolicy, the REST channel, trackers in SQLite."""
    config = yaml.safe_load((ROOT / STOCK_CONFIG).read_text())
    for component in config["pipeline"]:
        if component["name"] == "DIETClassifier":
            component["epochs"] = epochs
    (folder / "config.yml").write_text(yaml.safe_dump(config))
    (folder / "credentials.yml").write_text("rest:\n")
    endpoints = {
        "action_endpoint": {"url": "http://127.0.0.1:${LOKET_ACTIONS_PORT}/webhook"},
        "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(folder / "tracker.db")},
    }
    (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints))
    rasa = [sys.executable, "-m", "rasa"]
    train = [*rasa, "train", "--config", str(folder / "config.yml"), "--data", *DATA, "--out", str(folder)]
    train += ["--fixed-model-name", "stock"]
    serve = [*rasa, "run", "--endpoints", str(folder / "endpoints.yml")]
    serve += ["--credentials", str(folder / "credentials.yml")]
    return Side("stock", train, serve, "/webhooks/rest/webhook", "message")


@dataclass(frozen=True)
class Training:
    """What a training took: seconds by the clock and of processor time, starting the process included."""

    training_s: float
    training_cpu_s: float


def train_stock(folder: Path, epochs: int) -> Training:
    """Train stock Rasa, and return what all of its epochs take.

    With fewer epochs it is trained for one, too, and the difference is what an epoch costs. DIET's batches grow from 64 to
    256 over its epochs, so a single epoch costs more than the mean, and the outcome is on the low side.
    """
    if epochs == FULL_EPOCHS:
        return train(stock(folder, epochs))
    one, some = train(stock(folder, 1)), train(stock(folder, epochs))

    def all_of_them(of_one: float, of_some: float) -> float:
        return of_one + (of_some - of_one) / (epochs - 1) * (FULL_EPOCHS - 1)

    return Training(all_of_them(one.training_s, some.training_s), all_of_them(one.training_cpu_s, some.training_cpu_s))


def train(side: Side) -> Training:
    """Train as the side does."""
    with tempfile.TemporaryDirectory() as cache:
        start, cpu = time.perf_counter(), _cpu_of_children()
        done = subprocess.run(
            side.train,
            cwd=ROOT,
            env=_environment(0) | {"RASA_CACHE_DIRECTORY": cache, "LOG_LEVEL": "WARNING"},
            capture_output=True,
            text=True,
        )
        training = Training(time.perf_counter() - start, _cpu_of_children() - cpu)
    if done.returncode:
        raise SystemExit(f"{side.name}: training failed\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return training


def _cpu_of_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


class Host:
    """A running side, spoken to over one connection per caller."""

    def __init__(self, side: Side, port: int, process: psutil.Process) -> None:
        self.side, self.port, self.process = side, port, process

    def connect(self) -> HTTPConnection:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self, connection: HTTPConnection, text: str, sender: str | None = None) -> float:
        """Seconds until the answer to `text`, in a new conversation if there is no sender."""
        body = {"sender": sender or uuid.uuid4().hex, self.side.text_field: text, "metadata": {"message_id": 1}}
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        start = time.perf_counter()
        connection.request("POST", self.side.path, json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - start
        if response.status != 200 or b"answered" not in content:
            raise SystemExit(f"{self.side.name}: {response.status} {content[:300]!r}")
        return seconds

    def swap(self, model: Path) -> None:
        connection = self.connect()
        connection.request("PUT", f"/model?token={TOKEN}", json.dumps({"model_file": str(model)}))
        if (status := connection.getresponse().status) != 204:
            raise SystemExit(f"{self.side.name}: swapping gave {status}")

    def memory(self) -> float:
        """Resident memory in MB."""
        return self.process.memory_info().rss / 1e6


@contextmanager
def running(side: Side, model: Path, actions_port: int) -> Iterator[Host]:
    """The side's server with `model`, until the block ends."""
    port = free_port()
    command = [*side.serve, "-i", "127.0.0.1", "-p", str(port), "--enable-api", "--auth-token", TOKEN]
    with _process([*command, "--model", str(model)], _environment(actions_port)) as process:
        host = Host(side, port, psutil.Process(process.pid))
        _wait_for(port, process, f"/status?token={TOKEN}")
        yield host


@contextmanager
def trivial_actions() -> Iterator[int]:
    """The port of an action server that does nothing."""
    port = free_port()
    with _process([sys.executable, "bench/trivial_actions.py", str(port)], _environment(0)) as process:
        _wait_for(port, process, "/")
        yield port


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(port: int, process: subprocess.Popen[bytes], path: str) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit("A server did not start.")
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("A server was not ready in two minutes.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(actions_port: int) -> dict[str, Any]:
    return os.environ | {
        "LOKET_ACTIONS_PORT": str(actions_port),
        "LOKET_ACTIONS_TOKEN": TOKEN,
        "LOKET_RASA_TOKEN": TOKEN,
        "LOKET_ASSISTANT_TIMEOUT": "5",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": str(ROOT),
    }
