"""The processes of the service, as commands: the website, the worker, Rasa, and the action server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loket import settings
from loket.exceptions import LoketError
from loket.paths import ROOT

BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"


class BotMissing(LoketError):
    """The environment that Rasa runs in is not there."""

    code = "bot_missing"
    message = "Rasa's environment is not installed. Run `make install`."


class ModelMissing(LoketError):
    """The assistant has not been trained yet."""

    code = "model_missing"


@dataclass(frozen=True)
class Command:
    """A process to run from the repository's root. `env` holds what it needs in addition to the environment."""

    name: str
    arguments: list[str]
    env: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return os.environ | self.env


def web() -> Command:
    return Command("web", [sys.executable, "-m", "loket.web"])


def worker() -> Command:
    return Command("worker", [sys.executable, "-m", "loket.worker"])


def actions() -> Command:
    return Command("actions", [sys.executable, "-m", "actions"])


def rasa(model: Path | None = None) -> Command:
    """Rasa, on the loopback address only, behind its token. Raises BotMissing.

    Tokens go through the environment: a command's arguments are visible to every user of the machine.
    """
    configured = settings.load()
    arguments = [
        *("-m", "bot.serve"),
        *("-i", "127.0.0.1", "-p", str(configured.rasa_port)),
        "--enable-api",
        *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
        *("--model", str(model or configured.model)),
    ]
    env = {
        "LOKET_RASA_TOKEN": configured.token("rasa"),
        "LOKET_ACTIONS_TOKEN": configured.token("actions"),
        "LOKET_ACTIONS_PORT": str(configured.actions_port),
        "LOKET_ASSISTANT_TIMEOUT": str(configured.assistant_timeout),
        # Rasa's pinned libraries warn about each other at every start.
        "PYTHONWARNINGS": "ignore",
    }
    return Command("rasa", [_bot_python(), *arguments], env)


def train(model: Path) -> Command:
    """Train the assistant on data/ and write `model`. Raises BotMissing."""
    arguments = ["-m", "bot.train", "--name", model.name.removesuffix(".tar.gz"), "--out", str(model.parent)]
    return Command("train", [_bot_python(), *arguments])


def parse(texts: Iterator[str] | list[str], model: Path) -> Iterator[dict[str, Any]]:
    """What a model makes of texts, one dict per text (see bot/parse.py), without a server.

    Raises BotMissing, ModelMissing, and RuntimeError with what the other process said.
    """

    arguments = [_bot_python(), "-m", "bot.parse", "--model", str(model)]
    if not model.exists():
        raise ModelMissing(f"there is no trained model at {model}; `loket train` makes one")
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    done = subprocess.run(arguments, input=lines, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-2000:] or f"parsing ended with status {done.returncode}")
    for line in done.stdout.splitlines():
        yield json.loads(line)


def parser(model: Path) -> subprocess.Popen[str]:
    """A process that reads JSON lines and says what the model makes of each. Raises BotMissing, ModelMissing."""
    if not model.exists():
        raise ModelMissing(f"there is no trained model at {model}; `loket train` makes one")
    return subprocess.Popen(
        [_bot_python(), "-m", "bot.parse", "--model", str(model)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )


def _bot_python() -> str:
    if not BOT_PYTHON.exists():
        raise BotMissing
    return str(BOT_PYTHON)
