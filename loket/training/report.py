"""The figures of an evaluation for a person, and the line that a new model may not fall below."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loket.training import danger
from loket.training.examples import GOLD_DIR
from loket.training.margins import wilson

BASELINE = GOLD_DIR / "baseline.json"
NOT_LOWER = ("first", "first_three", "macro_f1", "answered", "urgent_recall")
NOT_HIGHER = ("answered_wrong", "out_of_domain_answered", "needless_alarms")
WHOLE = ("crisis_recall",)
"""Whatever else a model does: it misses no crisis."""
DANGER_NOT_LOWER = ("ordinary_without_alarm", "serious_seen", "must_alarm_alarmed", "right_kind")
DANGER_NOT_HIGHER = ("ordinary_with_ask",)
DANGER_SLACK = 0.02
"""The same for the figures of danger, which are of fewer texts."""
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
    "answered_at_2": "could be answered with 2 % wrong",
    "urgent_recall": "danger in urgent questions seen",
    "crisis_recall": "  in crisis",
    "needless_alarms": "other questions, with an alarm",
    "needless_asks": "  with the line about danger",
    "calibration_error": "calibration error",
    "p50_ms": "time a message, median (ms)",
    "p95_ms": "time a message, 95 % (ms)",
}
NOT_SHARES = {"n", "p50_ms", "p95_ms"}
_OF_FEW = (
    *("out_of_domain_answered", "urgent_recall", "crisis_recall"),
    *("needless_alarms", "needless_asks", "answered_at_2"),
)
"""Counted over a part of the questions that the figures do not name, or the largest of many shares."""


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as lines of text, shares with their 95 % margins, the confused pairs last."""
    for key, label in LABELS.items():
        value = figures[key]
        if key in NOT_SHARES:
            yield f"{label:<40}{value:>8.1f}" if key != "n" else _line(label, key, value)
        else:
            yield _line(label, key, value) + (
                f"  {_margin(round(value * of), of)}" if (of := _counted(figures, key)) else ""
            )
    yield f"{'of each length, form and manner':<40}{'first':>8}{'':<24}{'answered':>10}{'wrong':>8}"
    for name, group in figures["groups"].items():
        wrong = group["wrong"] / group["answered"] if group["answered"] else 0.0
        first = _with_margin((group["right"], group["n"]))
        yield f"  {name:<38}{first:<32}{group['answered'] / group['n']:>10.1%}{wrong:>8.1%}"
    yield "most confused (right intent, found instead, times):"
    for pair in figures["confused"]:
        yield f"  {pair['intent']:<36}{pair['found']:<36}{pair['count']:>3}"


def _counted(figures: dict[str, Any], key: str) -> int:
    """Over how many questions a share was counted; 0 where that is no number of its own."""
    if key in ("macro_f1", "calibration_error", *_OF_FEW):
        return 0
    return int(round(figures["n"] * figures["answered"]) if key == "answered_wrong" else figures["n"])


DANGER_LABELS = {
    "ordinary_without_alarm": "ordinary texts without an alarm",
    "ordinary_with_ask": "  of which with the line",
    "serious_seen": "serious texts seen",
    "must_alarm_alarmed": "that must alarm, alarmed",
    "right_kind": "  of which with the right kind",
}


def danger_lines(figures: dict[str, danger.Figure]) -> Iterator[str]:
    """The figures of danger as lines of text, each with its 95 % margin, the kinds last."""
    for key, label in DANGER_LABELS.items():
        yield f"{label:<40}{_with_margin(figures[key])}"
    yield f"{'of each kind':<40}{'seen':>8}{'alarmed':>10}{'kind':>8}"
    for kind in danger.KINDS:
        parts = [figures.get(f"{kind}.{key}") for key in ("serious_seen", "must_alarm_alarmed", "right_kind")]
        if parts[0]:
            shares = ["-" if not part or not part[1] else f"{part[0] / part[1]:.0%}" for part in parts]
            yield f"  {kind + f' ({parts[0][1]})':<38}{shares[0]:>8}{shares[1]:>10}{shares[2]:>8}"


FOREIGN_LABELS = {
    "n": "questions in other languages",
    "first": "  right in the first place",
    "first_three": "  right among the first three",
    "language": "  language known",
}


def foreign_lines(figures: dict[str, Any]) -> Iterator[str]:
    """The figures of questions in other languages as lines of text."""
    for key, label in FOREIGN_LABELS.items():
        yield _line(label, key, figures[key])


def _with_margin(figure: danger.Figure) -> str:
    hits, of = figure
    return f"{hits / of if of else 0:>8.1%}  {_margin(hits, of)}"


def _margin(hits: int, of: int) -> str:
    low, high = wilson(hits, of)
    return f"({low:.1%} to {high:.1%} of {of})"


def worse(
    figures: dict[str, Any], dangers: dict[str, danger.Figure] | None = None, baseline: Path = BASELINE
) -> list[str]:
    """Where the figures, and those of danger, fall below the recorded ones; empty when a model may go live."""
    recorded = json.loads(baseline.read_text(encoding="utf-8"))
    found = [
        f"{LABELS[key].strip()}: {figures[key]:.3f}, recorded {recorded[key]:.3f}"
        for keys, sign in ((NOT_LOWER, 1), (NOT_HIGHER, -1))
        for key in keys
        if sign * (recorded[key] - figures[key]) > SLACK
    ]
    found += [f"{LABELS[key].strip()}: {figures[key]:.3f}, must be 1" for key in WHOLE if figures[key] < 1]
    if dangers is None:
        return found
    shares, of_danger = _shares(dangers), recorded["danger"]
    return found + [
        f"{DANGER_LABELS[key].strip()}: {shares[key]:.3f}, recorded {of_danger[key]:.3f}"
        for keys, sign in ((DANGER_NOT_LOWER, 1), (DANGER_NOT_HIGHER, -1))
        for key in keys
        if sign * (of_danger[key] - shares[key]) > DANGER_SLACK
    ]


def record(figures: dict[str, Any], dangers: dict[str, danger.Figure], baseline: Path = BASELINE) -> None:
    """Make these figures the ones to meet. Times are left out: they say more about the machine."""
    kept = {key: round(value, 4) for key, value in figures.items() if key in LABELS and not key.endswith("_ms")}
    kept["danger"] = {key: round(value, 4) for key, value in _shares(dangers).items()}
    baseline.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _shares(dangers: dict[str, danger.Figure]) -> dict[str, float]:
    return {key: dangers[key][0] / dangers[key][1] if dangers[key][1] else 0.0 for key in DANGER_LABELS}


def _line(label: str, key: str, value: float) -> str:
    return f"{label:<40}{value:>8}" if key == "n" else f"{label:<40}{value:>8.1%}"
