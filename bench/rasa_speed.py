"""Our Rasa against stock Rasa 3.6.21, same data, same machine, same run, as ratios.

From the root of the repository: bot/.venv/bin/python bench/rasa_speed.py [--stock-epochs 100] [--models DIR] [--json]

Both train on data/nlu and data/rules.yml, both call the same trivial action server. Stock is sparse features and DIET,
RulePolicy, the REST channel and a SQLite tracker (bench/stock_rasa.yml). --models keeps the models and, next time, uses
them. DIET's hundred epochs take a long time: --stock-epochs 5 measures what an epoch costs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from statistics import median, quantiles

import yaml
from rasa_side import (
    FULL_EPOCHS,
    ROOT,
    Host,
    Side,
    ours,
    running,
    stock,
    train,
    train_stock,
    trivial_actions,
)

FIRST_MESSAGES = 200
CALLERS, CALLS = 4, 60
SWAPS = 20
TURNS, CONVERSATIONS = 200, 3


def questions() -> list[str]:
    """Questions a parent might ask: gold ones where there are any, else those of the catalogue."""
    gold = [yaml.safe_load(file.read_text()) for file in sorted((ROOT / "data/evaluation").glob("*.yml"))]
    intents = [intent for content in gold for intent in content["nlu"]]
    if intents:
        return [intent["examples"].splitlines()[0].removeprefix("- ") for intent in intents]
    themes = yaml.safe_load((ROOT / "data/catalogue.yml").read_text())["themes"].values()
    return [intent["vraag"] for theme in themes for intent in theme["intents"].values()]


def first_messages(host: Host, texts: list[str]) -> dict[str, float]:
    """Milliseconds of a conversation's first message."""
    connection = host.connect()
    for text in texts[:20]:
        host.ask(connection, text)
    taken = [host.ask(connection, texts[number % len(texts)]) * 1000 for number in range(FIRST_MESSAGES)]
    return {"first_p50_ms": median(taken), "first_p95_ms": quantiles(taken, n=20)[-1]}


def throughput(host: Host, texts: list[str]) -> dict[str, float]:
    """Messages a second with several callers at once."""

    def call(caller: int) -> None:
        connection = host.connect()
        for number in range(CALLS):
            host.ask(connection, texts[(caller * CALLS + number) % len(texts)])

    start = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(call, range(CALLERS)))
    return {"messages_per_s": CALLERS * CALLS / (time.perf_counter() - start)}


def turns(host: Host, texts: list[str]) -> dict[str, float]:
    """Milliseconds of the first turn of a conversation, and of the last ten of two hundred."""
    connection = host.connect()
    first, last = [], []
    for _ in range(CONVERSATIONS):
        sender = uuid.uuid4().hex
        taken = [host.ask(connection, texts[turn % len(texts)], sender) * 1000 for turn in range(TURNS)]
        last += taken[-10:]
        # More first turns than one per conversation, or chance decides.
        first += [host.ask(connection, texts[turn % len(texts)]) * 1000 for turn in range(TURNS - 10, TURNS)]
    return {"turn_1_ms": median(first), "turn_200_ms": median(last)}


def swaps(host: Host, model: Path, texts: list[str]) -> dict[str, float]:
    """The longest that a chat waits while a model is swapped, and memory after one swap and after twenty."""
    usual = median(host.ask(host.connect(), text) for text in texts[:20])
    waits: list[float] = []
    done = threading.Event()

    def chat() -> None:
        connection = host.connect()
        while not done.is_set():
            start = time.perf_counter()
            # A message that gets no answer has waited too.
            with suppress(SystemExit):
                host.ask(connection, texts[len(waits) % len(texts)])
            waits.append(time.perf_counter() - start)

    chatting = threading.Thread(target=chat)
    chatting.start()
    time.sleep(0.5)
    host.swap(model)
    time.sleep(0.5)
    done.set()
    chatting.join()
    after_one = _memory_in_use(host, texts)
    for _ in range(SWAPS - 1):
        host.swap(model)
    return {
        "swap_stall_s": max(waits) - usual,
        "memory_1_swap_mb": after_one,
        "memory_20_swaps_mb": _memory_in_use(host, texts),
    }


def _memory_in_use(host: Host, texts: list[str]) -> float:
    connection = host.connect()
    for text in texts[:50]:
        host.ask(connection, text)
    return host.memory()


def measure(side: Side, model: Path, actions_port: int) -> dict[str, float]:
    """All that is asked of a running side, reported on standard error as it becomes known."""
    texts = questions()
    figures: dict[str, float] = {}

    def note(found: dict[str, float]) -> None:
        figures.update(found)
        print(side.name, *(f"{key} {value:.2f}" for key, value in found.items()), file=sys.stderr, flush=True)

    with running(side, model, actions_port) as host:
        note(first_messages(host, texts))
        note(throughput(host, texts))
        note(turns(host, texts))
        note({"memory_mb": host.memory()})
        note(swaps(host, model, texts))
    return figures


# Key, label, unit, and whether less is better.
ROWS = (
    ("training_s", "training", "s", True),
    ("training_cpu_s", "training, processor time", "s", True),
    ("model_mb", "model file", "MB", True),
    ("first_p50_ms", "first message, p50", "ms", True),
    ("first_p95_ms", "first message, p95", "ms", True),
    ("messages_per_s", "throughput of one process", "/s", False),
    ("swap_stall_s", "longest wait in a model swap", "s", True),
    ("memory_mb", "memory", "MB", True),
    ("memory_1_swap_mb", "memory after 1 swap", "MB", True),
    ("memory_20_swaps_mb", "memory after 20 swaps", "MB", True),
    ("turn_1_ms", "turn 1 of a conversation", "ms", True),
    ("turn_200_ms", "turn 200 of a conversation", "ms", True),
)


def table(figures: dict[str, dict[str, float]], epochs: int) -> str:
    """Ours next to stock, how many times better, and the ratios within one side."""
    mine, theirs = figures["ours"], figures["stock"]
    lines = [f"{'':32}{'ours':>12}{'stock':>12}{'better':>10}"]
    for key, label, unit, less in ROWS:
        if key in mine and key in theirs:
            better = theirs[key] / mine[key] if less else mine[key] / theirs[key]
            lines.append(f"{label:32}{mine[key]:>9.2f} {unit:2}{theirs[key]:>9.2f} {unit:2}{better:>9.1f}x")
    for label, after, before in (
        ("memory after 20 / 1 swaps", "memory_20_swaps_mb", "memory_1_swap_mb"),
        ("turn 200 / turn 1", "turn_200_ms", "turn_1_ms"),
    ):
        lines.append(f"{label:32}{mine[after] / mine[before]:>12.2f}{theirs[after] / theirs[before]:>12.2f}")
    if epochs != FULL_EPOCHS:
        lines.append(f"stock trained for 1 and {epochs} epochs; its training time is what {FULL_EPOCHS} would take")
    lines.append(f"load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return "\n".join(lines)


def training(side: Side, folder: Path, epochs: int) -> dict[str, float]:
    """What training the side's model took; for a model that is already there, what it took then."""
    note = folder / f"{side.name}.json"
    if not (folder / f"{side.name}.tar.gz").exists():
        taken = train(side) if side.name == "ours" else train_stock(folder, epochs)
        note.write_text(json.dumps(asdict(taken)))
    return json.loads(note.read_text()) if note.exists() else {}


def run(folder: Path, epochs: int) -> dict[str, dict[str, float]]:
    """Train what is not there yet, and measure both sides."""
    figures: dict[str, dict[str, float]] = {}
    with trivial_actions() as actions_port:
        for side in (ours(folder), stock(folder, epochs)):
            model = folder / f"{side.name}.tar.gz"
            figures[side.name] = training(side, folder, epochs)
            figures[side.name]["model_mb"] = model.stat().st_size / 1e6
            figures[side.name] |= measure(side, model, actions_port)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stock-epochs", type=int, default=FULL_EPOCHS, choices=range(2, FULL_EPOCHS + 1), metavar="N")
    parser.add_argument("--models", type=Path, help="keep the models here, and use those that are there")
    parser.add_argument("--json", action="store_true", help="one object instead of a table")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = arguments.models or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        figures = run(folder.resolve(), arguments.stock_epochs)
    print(json.dumps(figures) if arguments.json else table(figures, arguments.stock_epochs))


if __name__ == "__main__":
    main()
