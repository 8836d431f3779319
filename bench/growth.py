"""How the intent classifier grows with its examples: what learning costs, and what more examples still bring.

    bot/.venv/bin/python bench/growth.py [--sizes 4000 8000 16000 32000]

Each size is learned in a process of its own, from so many examples of config.yml's pipeline drawn by lot, the same in every run. Where
there are not so many, texts of danger make up the number, with their kind for an intent: that says what learning costs, and no
quality is printed. Vectors come from models/vectors.npz (train first), so this is what a training with vectors kept does, without
Rasa's reading of the examples. Questions are those of data/evaluation, and those in parents' own words.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from clothes import gold  # noqa: E402

from bot import light, quiet  # noqa: E402, F401

SEED = 5010
KEPT = ROOT / "models" / "vectors.npz"


def settings_of(config: dict[str, Any], part: type) -> dict[str, Any]:
    given = next(step for step in config["pipeline"] if step["name"] == f"{part.__module__}.{part.__name__}")
    return part.get_default_config() | given


def questions() -> dict[str, list[tuple[str, set[str]]]]:
    """Both sets, each question with the intents that are right."""
    folder = ROOT / "data" / "evaluation"
    own = yaml.safe_load((folder / "own_words.yml").read_text(encoding="utf-8"))
    return {
        "gold": [(text, {intent}) for text, intent in gold(folder)],
        "own words": [(row["text"], {row["intent"], *row["also"]}) for row in own],
    }


def measured(size: int) -> dict[str, Any]:
    """Learn from so many examples, and ask."""
    light.spare()
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.shared.nlu.constants import INTENT, TEXT

    from bot.components import kept_vectors, model
    from bot.components.answers import AnswersAsExamples
    from bot.components.classifier import LoketClassifier
    from bot.components.danger_texts import DangerTexts, read
    from bot.components.follow_ups import FollowUpsAsExamples
    from bot.components.sentence_encoder import SentenceEncoder, as_read
    from bot.components.text import clean, fold

    importer = TrainingDataImporter.load_from_config("config.yml", "domain.yml", ["data/nlu"])
    config, found = importer.get_config(), importer.get_nlu_data("nl")
    for part in (AnswersAsExamples, FollowUpsAsExamples):
        found = part(settings_of(config, part)).process_training_data(found)
    rows = [(example.get(TEXT), example.get(INTENT)) for example in found.intent_examples if example.get(TEXT)]
    chance = np.random.default_rng(SEED)
    rows = [rows[place] for place in chance.permutation(len(rows))]
    enough = len(rows) >= size
    if not enough:
        dangers = Path(settings_of(config, DangerTexts)["folder"])
        rows += [(text, f"{level} {kind}") for text, level, kind in read(dangers)]
    rows = rows[:size]

    settings = settings_of(config, SentenceEncoder)
    encoder = SentenceEncoder(settings, "bench", Path(settings["adapter"]).read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        # The kept file would lose what is not asked for.
        kept = shutil.copy(KEPT, folder)
        texts = [as_read(text) for text, _ in rows]
        vectors = kept_vectors.vectors(texts, encoder.encoder.encode, encoder._made_by, Path(kept))
    known = settings_of(config, LoketClassifier)
    start, before = time.perf_counter(), time.process_time()
    learned = model.learn(
        model.Examples(
            texts=[fold(clean(text)) for text, _ in rows],
            vectors=vectors,
            intents=[intent for _, intent in rows],
            weights=np.ones(len(rows), np.float32),
            asked=chance.random(len(rows)) < 1 / known["left_out"],
        ),
        model.Settings(**{field.name: known[field.name] for field in fields(model.Settings)}),
    )
    result: dict[str, Any] = {
        "examples": len(rows),
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - before,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    for name, rows_asked in questions().items() if enough else ():
        asked = [text for text, _ in rows_asked]
        vectors = encoder.encoder.encode([as_read(text) for text in asked])
        order = np.argsort(-learned.probabilities([fold(clean(text)) for text in asked], vectors), axis=1)
        best = [[learned.intents[place] for place in row[:3]] for row in order]
        pairs = list(zip(best, (right for _, right in rows_asked), strict=True))
        result[f"{name}, first"] = np.mean([names[0] in right for names, right in pairs])
        result[f"{name}, three"] = np.mean([bool(set(names) & right) for names, right in pairs])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[4000, 8000, 16000, 32000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measured(arguments.one), default=float))
        return
    if not KEPT.exists():
        parser.error("there are no vectors: run `loket train` first")
    print(f"{'examples':>9}{'seconds':>9}{'processor':>11}{'peak MB':>9}   first and first three: gold, own words")
    for size in arguments.sizes:
        command = [sys.executable, __file__, "--one", str(size)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr[-2000:])
        row = json.loads(done.stdout.splitlines()[-1])
        shares = "  ".join(f"{value:6.1%}" for key, value in row.items() if "," in key)
        numbers = f"{row['examples']:>9}{row['seconds']:>9.0f}{row['processor']:>11.0f}{row['peak_mb']:>9.0f}"
        print(f"{numbers}   {shares}", flush=True)


if __name__ == "__main__":
    main()
