"""Questions through a model's understanding, without a server: JSON lines {"text"} in, JSON lines out.

`python -m bot.parse --model models/x.tar.gz`, from the root of the repository. For each line, one line
{"text", "intent", "confidence", "ranking", "entities", "decision", "ms"}; an unreadable line gives {"error", "line"}. `context` with `text` is what was said before (docs/understanding.md).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bot import light, quiet  # noqa: F401
from bot.text import harmless

RANKING_LENGTH = 10

Parse = Callable[..., dict[str, Any]]


def load(model: Path) -> Parse:
    """The understanding of a trained model: the part of its graph that leads from a text to the parse data."""
    with tarfile.open(model) as archive:
        metadata = json.load(archive.extractfile("metadata.json"))
    target = metadata["nlu_target"]
    nodes = nodes_towards(target, metadata["predict_schema"]["nodes"])
    if light.enough_for(node["uses"] for node in nodes.values()):
        light.spare()
    return _load(model, metadata["model_id"], target, nodes)


def _load(model: Path, model_id: str, target: str, nodes: dict[str, Any]) -> Parse:
    from rasa.core.channels.channel import UserMessage
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    with tempfile.TemporaryDirectory() as folder, tarfile.open(model) as archive:
        archive.extractall(folder, filter="data")
        schema = GraphSchema.from_dict({"nodes": nodes})
        storage = LocalModelStorage(Path(folder) / "components")
        runner = DaskGraphRunner.create(schema, storage, ExecutionContext(schema, model_id))

    def parse(text: str, context: dict[str, Any] | None = None) -> dict[str, Any]:
        metadata = {"context": context} if context else None
        outputs = runner.run(inputs={"__message__": [UserMessage(text, metadata=metadata)]}, targets=[target])
        return outputs[target][0].as_dict(only_output_properties=True)

    return parse


def nodes_towards(target: str, nodes: dict[str, Any]) -> dict[str, Any]:
    """The nodes that `target` needs, directly or not, itself included."""
    needed: dict[str, Any] = {}
    waiting = [target]
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in needed:
            needed[name] = nodes[name]
            waiting += nodes[name]["needs"].values()
    return needed


def row(text: str, parse: Parse, context: dict[str, Any] | None = None) -> dict[str, Any]:
    """One line of output: what `parse` makes of `text`, and the time it took."""
    start = time.perf_counter()
    parsed = parse(harmless(text), context) if context else parse(harmless(text))
    milliseconds = (time.perf_counter() - start) * 1000
    intent = parsed.get("intent") or {}
    ranking = (parsed.get("intent_ranking") or [])[:RANKING_LENGTH]
    return {
        "text": text,
        "intent": intent.get("name"),
        "confidence": intent.get("confidence", 0.0),
        "ranking": [{"name": entry["name"], "confidence": entry["confidence"]} for entry in ranking],
        "entities": parsed.get("entities") or [],
        "decision": parsed.get("decision"),
        "ms": round(milliseconds, 2),
    }


def rows(lines: Iterable[str], parse: Parse) -> Iterable[dict[str, Any]]:
    """A row for each line that is not empty; an error for a line that is not a {"text": string}."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            text, context = asked["text"], asked.get("context")
        except (ValueError, TypeError, KeyError, AttributeError):
            text = context = None
        if isinstance(text, str):
            yield row(text, parse, context)
        else:
            yield {"error": 'not a JSON object with a "text"', "line": number}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.parse", description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, type=Path, help="the model's file, models/<name>.tar.gz")
    arguments = parser.parse_args()
    # Only rows go to standard output, whatever a library prints.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr
    try:
        parse = load(arguments.model)
    except Exception as error:
        sys.exit(f"The model {arguments.model} cannot be used: {error}")
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    for answer in rows(sys.stdin, parse):
        print(json.dumps(answer, ensure_ascii=False, default=float), file=output, flush=True)


if __name__ == "__main__":
    main()
