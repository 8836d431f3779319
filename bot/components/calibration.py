"""From scores to probabilities that mean what they say, learned from scores of left-out examples."""

from __future__ import annotations

import numpy as np
import scipy.optimize

from bot.components.linear import softmax


def folds(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """A number below `count` for each example, every class spread evenly over the numbers."""
    random = np.random.RandomState(seed)
    fold = np.empty(len(labels), np.int64)
    offset = 0
    for label in np.unique(labels):
        members = random.permutation(np.flatnonzero(labels == label))
        fold[members] = (np.arange(len(members)) + offset) % count
        offset += len(members)
    return fold


def temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """What to divide scores by, so that softmax gives the likeliest probabilities (Guo et al. 2017, "On Calibration")."""

    def loss(log_temperature: float) -> float:
        chances = softmax(scores / np.exp(log_temperature))
        return -float(np.log(np.maximum(chances[np.arange(len(labels)), labels], 1e-12)).mean())

    found = scipy.optimize.minimize_scalar(loss, bounds=(np.log(0.05), np.log(5.0)), method="bounded")
    return float(np.exp(found.x))


def logistic(features: np.ndarray, targets: np.ndarray, penalty: float = 1.0, steps: int = 30) -> np.ndarray:
    """Weights of a binary logistic regression by Newton's method, the constant last. features: (examples, d)."""
    design = np.hstack([features, np.ones((len(features), 1))])
    ridge = np.diag([penalty] * features.shape[1] + [1e-6])
    weights = np.zeros(design.shape[1])
    for _ in range(steps):
        chance = sigmoid(design @ weights)
        gradient = design.T @ (chance - targets) + ridge @ weights
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + ridge
        weights -= np.linalg.solve(curvature, gradient)
    return weights


def sigmoid(scores: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(scores, -40, 40)))
