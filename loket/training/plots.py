"""Pictures of an evaluation: which themes are confused, whether sure means right, and what answering more would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np

from loket.training.evaluation import CALIBRATION_BINS, Gold, Row, confidence, ranking, risk_coverage

matplotlib.use("Agg")  # no screen is needed, nor looked for

from matplotlib.figure import Figure


def draw_all(parsed: Sequence[Row], gold: Sequence[Gold], theme_of: Mapping[str, str], folder: Path) -> list[Path]:
    """Write the three pictures as PNG into `folder`; `theme_of` maps an intent to its theme. Returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        "verwarring.png": confusion(parsed, gold, theme_of),
        "zekerheid.png": calibration(parsed, gold),
        "dekking.png": coverage(parsed, gold),
    }
    for name, figure in figures.items():
        figure.savefig(folder / name, dpi=120, bbox_inches="tight")
    return [folder / name for name in figures]


def confusion(parsed: Sequence[Row], gold: Sequence[Gold], theme_of: Mapping[str, str]) -> Figure:
    """Of each theme's questions, the share that was placed in each theme."""
    themes = list(dict.fromkeys([*theme_of.values(), "dialoog"]))
    places = {theme: place for place, theme in enumerate(themes)}
    counts = np.zeros((len(themes), len(themes)))
    for row, entry in zip(parsed, gold, strict=True):
        first = (ranking(row) or [""])[0]
        counts[places[theme_of.get(entry.intent, "dialoog")], places[theme_of.get(first, "dialoog")]] += 1
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(9, 8))
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(themes)), themes, rotation=60, ha="right")
    axes.set_yticks(range(len(themes)), themes)
    for (true, found), value in np.ndenumerate(counts):
        if value:
            colour = "white" if shares[true, found] > 0.5 else "black"
            axes.text(found, true, f"{value:.0f}", ha="center", va="center", fontsize=7, color=colour)
    axes.set(xlabel="herkend als", ylabel="thema van de vraag", title="Welke thema's door elkaar lopen")
    return figure


def calibration(parsed: Sequence[Row], gold: Sequence[Gold]) -> Figure:
    """How often the first intent was right, against how sure the classifier was."""
    sure = np.array([confidence(row) for row in parsed])
    right = np.array([entry.accepts((ranking(row) or [""])[0]) for row, entry in zip(parsed, gold, strict=True)])
    bins = np.minimum((sure * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    filled = [number for number in range(CALIBRATION_BINS) if (bins == number).any()]
    figure = Figure(figsize=(6, 5))
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linestyle="--", label="zo hoort het")
    points = [(sure[bins == number].mean(), right[bins == number].mean()) for number in filled]
    axes.plot(*zip(*points, strict=True), marker="o", label="gemeten")
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="hoe zeker de assistent was", ylabel="deel dat klopte")
    axes.set_title("Zekerheid en werkelijkheid")
    axes.legend()
    return figure


def coverage(parsed: Sequence[Row], gold: Sequence[Gold]) -> Figure:
    """The share of wrong answers, if the surest so many questions are answered outright."""
    points = risk_coverage(parsed, gold)
    figure = Figure(figsize=(6, 5))
    axes = figure.subplots()
    axes.plot([answered for answered, _ in points], [wrong for _, wrong in points])
    axes.set(xlim=(0, 1), ylim=(0, None), xlabel="deel direct beantwoord", ylabel="deel daarvan fout")
    axes.set_title("Wat meer antwoorden kost")
    return figure
