"""The figures of an evaluation for a person, and the line that a new model may not fall below."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loket.training.examples import GOLD_DIR

BASELINE = GOLD_DIR / "baseline.json"
NOT_LOWER = ("first", "first_three", "macro_f1", "answered")
NOT_HIGHER = ("answered_wrong", "out_of_domain_answered")
WHOLE = ("urgent_recall", "crisis_recall")
"""Whatever else a model does: it misses no crisis."""
SLACK = 0.01
"""How much a figure may move before the gate closes: about ten questions of the gold set."""

LABELS = {
    "n": "questions",
    "first": "right in the first place",
    "first_lenient": "right in the first place, or as good",
    "first_three": "right among the first three",
    "macro_f1": "macro F1",
    "answered": "answered outright",
    "answered_wrong": "  of which wrong",
    "asked": "asked what was meant",
    "handed_over": "handed over",
    "out_of_domain_answered": "out of domain, answered outright",
    "urgent_recall": "urgent questions caught",
    "crisis_recall": "crisis caught",
    "calibration_error": "calibration error",
    "p50_ms": "time a message, median (ms)",
    "p95_ms": "time a message, 95 % (ms)",
}
NOT_SHARES = {"n", "p50_ms", "p95_ms"}


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as lines of text, the confused pairs last."""
    for key, label in LABELS.items():
        value = figures[key]
        yield f"{label:<40}{value:>8.1f}" if key in NOT_SHARES and key != "n" else _line(label, key, value)
    yield "most confused (right intent, found instead, times):"
    for pair in figures["confused"]:
        yield f"  {pair['intent']:<36}{pair['found']:<36}{pair['count']:>3}"


def worse(figures: dict[str, Any], baseline: Path = BASELINE) -> list[str]:
    """In what the figures fall below the recorded ones; empty when a model may go live."""
    recorded = json.loads(baseline.read_text(encoding="utf-8"))
    found = [
        f"{LABELS[key].strip()}: {figures[key]:.3f}, recorded {recorded[key]:.3f}"
        for keys, sign in ((NOT_LOWER, 1), (NOT_HIGHER, -1))
        for key in keys
        if sign * (recorded[key] - figures[key]) > SLACK
    ]
    return found + [f"{LABELS[key]}: {figures[key]:.3f}, must be 1" for key in WHOLE if figures[key] < 1]


def record(figures: dict[str, Any], baseline: Path = BASELINE) -> None:
    """Make these figures the ones to hold. Times are left out: they say more of the machine."""
    kept = {key: round(value, 4) for key, value in figures.items() if key in LABELS and not key.endswith("_ms")}
    baseline.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _line(label: str, key: str, value: float) -> str:
    return f"{label:<40}{value:>8}" if key == "n" else f"{label:<40}{value:>8.1%}"
