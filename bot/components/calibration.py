"""From scores to probabilities that mean what they say, learned from scores of left-out examples."""

from __future__ import annotations

import zlib

import numpy as np
import scipy.optimize

from bot.components.linear import softmax

# Examples are put in groups; this one is left out once, also where the encoder's adapter learns (bot/adapt.py): scores of examples
# that the adapter has seen say that everything is easy.
LEFT_OUT = 0


def group_of(text: str, groups: int) -> int:
    """The group in which a text is left out: always the same, whatever else there is."""
    return zlib.crc32(text.encode()) % groups


def temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """What to divide scores by, so that softmax gives the likeliest probabilities (Guo et al. 2017, "On Calibration")."""

    def loss(log_temperature: float) -> float:
        chances = softmax(scores / np.exp(log_temperature))
        return -float(np.log(np.maximum(chances[np.arange(len(labels)), labels], 1e-12)).mean())

    found = scipy.optimize.minimize_scalar(loss, bounds=(np.log(0.05), np.log(5.0)), method="bounded")
    return float(np.exp(found.x))


def logistic(
    features: np.ndarray,
    targets: np.ndarray,
    counts: np.ndarray | None = None,
    penalty: float = 1.0,
    steps: int = 30,
) -> np.ndarray:
    """Weights of a binary logistic regression by Newton's method, the constant last. features: (examples, d); counts: what each
    example counts (1)."""
    count = np.ones(len(targets)) if counts is None else counts
    design = np.hstack([features, np.ones((len(features), 1))])
    ridge = np.diag([penalty] * features.shape[1] + [1e-6])
    weights = np.zeros(design.shape[1])
    for _ in range(steps):
        chance = sigmoid(design @ weights)
        gradient = design.T @ (count * (chance - targets)) + ridge @ weights
        curvature = (design * (count * chance * (1 - chance))[:, None]).T @ design + ridge
        weights -= np.linalg.solve(curvature, gradient)
    return weights


def sigmoid(scores: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(scores, -40, 40)))
