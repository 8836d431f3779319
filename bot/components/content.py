"""What the counter itself wrote: the catalogue and the answers, read at training only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

# Shorter pieces of an answer ("Wat kunt u nu doen?") are in every answer and tell none apart.
_SHORTEST_PIECE = 5
_MARKUP = re.compile(r"\{[^}]*\}|\*\*|\[|\]\([^)]*\)|^\s*(\d+\.|[-*])\s+", re.MULTILINE)


def prototypes(catalogue: Path, answers: Path) -> list[tuple[str, str]]:
    """Pairs of text and intent: the catalogue's question, and an answer's title and each of its paragraphs."""
    pairs = [(entry["vraag"], name) for name, entry in _faq_intents(catalogue) if entry.get("vraag")]
    for path in sorted(answers.glob("*.yml")):
        for answer in _read(path).get("answers") or ():
            pairs.append((answer["title"], answer["intent"]))
            texts = (answer.get("short") or "", answer.get("text") or "")
            pairs += [(paragraph, answer["intent"]) for text in texts for paragraph in _paragraphs(text)]
    return pairs


def urgent_intents(catalogue: Path) -> list[str]:
    """The FAQ intents that the catalogue marks as urgent."""
    return [name for name, entry in _faq_intents(catalogue) if entry.get("urgent")]


def themes(catalogue: Path) -> dict[str, str]:
    """The theme of each FAQ intent."""
    groups = (_read(catalogue).get("themes") or {}).items()
    return {intent: theme for theme, group in groups for intent in group["intents"]}


def dialogue_intents(catalogue: Path) -> list[str]:
    """The intents that move the conversation."""
    return list((_read(catalogue).get("dialogue") or {}).get("intents") or ())


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in _MARKUP.sub("", text).split("\n\n"):
        words = paragraph.split()
        if len(words) >= _SHORTEST_PIECE:
            yield " ".join(words)


def _faq_intents(catalogue: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for theme in (_read(catalogue).get("themes") or {}).values():
        yield from theme["intents"].items()


def _read(path: Path) -> dict[str, Any]:
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.is_file() else {}
