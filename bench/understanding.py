"""How well the pipeline of config.yml understands a data set, next to stock Rasa.

From the root of the repository: bot/.venv/bin/python bench/understanding.py --data DIR [--no-stock] [--json]
DIR contains train.jsonl and test.jsonl, one {"text", "intent"} per line. Prints a table; with --json one object. Stock Rasa is
bench/stock_rasa.yml, trained on the same examples and asked the same questions in the same run; --no-stock leaves it out.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot import quiet  # noqa: E402, F401

CONFIG = ROOT / "config.yml"
STOCK = ROOT / "bench" / "stock_rasa.yml"
FALLBACK = "nlu_fallback"

Rows = list[dict[str, str]]


class BadData(Exception):
    """The data set cannot be used."""


def read(path: Path) -> Rows:
    """The rows of a file of JSON lines. Raises BadData, naming the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadData(f"{path}: {error.strerror}") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append({"text": " ".join(row["text"].split()), "intent": row["intent"]})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadData(f"{path}, line {number}: expected a text and an intent") from error
    if not rows:
        raise BadData(f"{path} is empty")
    return rows


def write_examples(rows: Rows, path: Path) -> None:
    """The rows as Rasa's own NLU format, JSON because a text may contain what has a meaning in YAML's examples."""
    examples = [{"text": row["text"], "intent": row["intent"], "entities": []} for row in rows]
    path.write_text(json.dumps({"rasa_nlu_data": {"common_examples": examples}}), encoding="utf-8")


def measure(config: Path, train: Rows, test: Rows) -> dict[str, float]:
    """Train the pipeline of `config` as Rasa does, ask it every question of `test`."""
    import asyncio

    # Rasa caches what each training step gave: a second run on the same data would train nothing.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    with tempfile.TemporaryDirectory() as folder:
        examples = Path(folder, "nlu.json")
        write_examples(train, examples)
        start = time.perf_counter()
        model = train_nlu(config=str(config), nlu_data=str(examples), output=folder, fixed_model_name="bench")
        seconds = time.perf_counter() - start
        agent = Agent.load(model)
        found, times = [], []
        for row in test:
            begin = time.perf_counter()
            parsed = asyncio.run(agent.parse_message(row["text"]))
            times.append(time.perf_counter() - begin)
            found.append(first_intent(parsed))
        size = Path(model).stat().st_size
    right = [row["intent"] for row in test]
    return {
        "accuracy": round(sum(map(str.__eq__, right, found)) / len(right), 4),
        "macro_f1": round(macro_f1(right, found), 4),
        "train_seconds": round(seconds, 1),
        "model_bytes": size,
        "p50_ms": round(sorted(times)[len(times) // 2] * 1000, 2),
    }


def first_intent(parsed: dict[str, Any]) -> str:
    """The classifier's best intent, whatever was decided about it."""
    names = [entry["name"] for entry in parsed["intent_ranking"] if entry["name"] != FALLBACK]
    return names[0] if names else ""


def macro_f1(right: list[str], found: list[str]) -> float:
    """The mean F1 of the intents that are right or were found somewhere."""
    hits = Counter(true for true, guess in zip(right, found, strict=True) if true == guess)
    of_right, of_found = Counter(right), Counter(found)
    intents = of_right.keys() | of_found.keys()
    return sum(2 * hits[intent] / (of_right[intent] + of_found[intent]) for intent in intents) / len(intents)


def without_content(config: Path, folder: Path) -> Path:
    """config.yml without the counter's own answers and follow-ups, which are not in the data set, and without vectors kept earlier."""
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    content["pipeline"] = [part for part in content["pipeline"] if not part["name"].endswith("AsExamples")]
    for part in content["pipeline"]:
        part.pop("kept", None)
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def table(ours: dict[str, float], stock: dict[str, float] | None) -> str:
    """The figures below each other, with stock Rasa's and the ratio next to them if there are any."""
    lines = [f"{'':16}{'ours':>12}" + (f"{'stock Rasa':>14}{'ours/stock':>12}" if stock else "")]
    for name, value in ours.items():
        line = f"{name:16}{value:>12,}"
        if stock:
            line += f"{stock[name]:>14,}{value / stock[name] if stock[name] else float('nan'):>12.2f}"
        lines.append(line)
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder with train.jsonl and test.jsonl")
    parser.add_argument("--train", default="train.jsonl", help="another file of that folder to train on")
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--no-stock", action="store_true", help="leave stock Rasa out: it takes minutes")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    arguments = parser.parse_args()
    try:
        train, test = read(arguments.data / arguments.train), read(arguments.data / "test.jsonl")
    except BadData as error:
        sys.exit(str(error))
    output, sys.stdout = sys.stdout, sys.stderr  # Rasa prints too; only the figures go to standard output
    with tempfile.TemporaryDirectory() as folder:
        ours = measure(without_content(arguments.config, Path(folder)), train, test)
    stock = None if arguments.no_stock else measure(STOCK, train, test)
    if arguments.json:
        print(json.dumps(ours if stock is None else {**ours, "stock": stock}), file=output)
    else:
        print(table(ours, stock), file=output)


if __name__ == "__main__":
    main()
