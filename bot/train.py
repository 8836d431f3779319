"""Trains a model and says how far it is: `python -m bot.train --name mijn-model`, from the root of the repository.

Prints a line per step and, last, the model's file. `rasa train` makes the same model; this one has no cache, and never
overwrites a model before the new one is complete.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import sys
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

import yaml

from bot import light, quiet  # noqa: F401

DATA = ("data/nlu", "data/rules.yml")
STEP = re.compile(r"Starting to train component '([^']+)'")


class Progress(logging.Handler):
    """Turns Rasa's training log into lines for a person, with the seconds since the start."""

    def __init__(self, start: float) -> None:
        super().__init__()
        self.start = start
        self.output = sys.stdout

    def emit(self, record: logging.LogRecord) -> None:
        if step := STEP.search(record.getMessage()):
            self.say(f"{step[1].rpartition('.')[2]} leert")

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.start:6.1f} s  {text}", file=self.output, flush=True)


def train(name: str, config: Path, domain: Path, data: list[str], out: Path) -> Path:
    """Train on `data` and return the model's file, `out`/`name`.tar.gz. Raises what Rasa raises."""
    # Rasa's cache of training steps does not see changes in modules that a component imports.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    # No progress bars: what reads these lines is often not a terminal.
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    progress = Progress(time.monotonic())
    progress.say("Rasa wordt geladen")
    if light.enough_for(components_of(config)):
        light.spare()
    from rasa.model_training import train as rasa_train

    steps = logging.getLogger("rasa.engine.training.hooks")
    steps.addHandler(progress)
    steps.setLevel(logging.INFO)
    steps.propagate = False
    progress.say("voorbeelden worden gelezen")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".training-") as unfinished, redirect_stdout(sys.stderr):
        result = rasa_train(
            domain=str(domain),
            config=str(config),
            training_files=data,
            output=unfinished,
            fixed_model_name=name,
            force_training=True,
        )
        if result.code or not result.model:
            raise RuntimeError("Rasa made no model; the lines above say why.")
        model = Path(result.model).replace(out / f"{name}.tar.gz")
    progress.say(f"klaar, {model.stat().st_size / 1e6:.1f} MB")
    return model


def components_of(config: Path) -> list[str]:
    """The names of the components and policies in a config.yml."""
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    return [component["name"] for part in ("pipeline", "policies") for component in content[part]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.train", description=__doc__.splitlines()[0])
    parser.add_argument("--name", required=True, help="the model will be models/<name>.tar.gz")
    parser.add_argument("--config", type=Path, default=Path("config.yml"))
    parser.add_argument("--domain", type=Path, default=Path("domain.yml"))
    parser.add_argument("--data", nargs="+", default=list(DATA), help="files and folders of examples and rules")
    parser.add_argument("--out", type=Path, default=Path("models"))
    arguments = parser.parse_args()
    # When stopped, clean up: the unfinished model goes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Het trainen is gestopt."))
    try:
        print(train(arguments.name, arguments.config, arguments.domain, arguments.data, arguments.out))
    except Exception as error:
        logging.getLogger(__name__).debug("Training failed", exc_info=True)
        sys.exit(f"Het trainen is niet gelukt: {error}")


if __name__ == "__main__":
    main()
