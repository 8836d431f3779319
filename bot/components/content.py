"""What the counter itself says of an intent: the catalogue's question, and the title of its answer.

They teach the classifier the wording of a website beside that of the examples.
"""

from __future__ import annotations

from pathlib import Path

import yaml


def read_prototypes(catalogue: Path, answers: Path) -> list[tuple[str, str]]:
    """Pairs of text and intent, from the catalogue's FAQ intents and from every theme's answers that are there."""
    pairs = []
    if catalogue.is_file():
        for theme in _read(catalogue)["themes"].values():
            pairs += [(intent["vraag"], name) for name, intent in theme["intents"].items() if intent.get("vraag")]
    for path in sorted(answers.glob("*.yml")):
        pairs += [(answer["title"], answer["intent"]) for answer in _read(path).get("answers") or ()]
    return pairs


def read_urgent(catalogue: Path) -> list[str]:
    """The FAQ intents that the catalogue marks as urgent."""
    themes = _read(catalogue)["themes"] if catalogue.is_file() else {}
    return [name for theme in themes.values() for name, intent in theme["intents"].items() if intent.get("urgent")]


def _read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
