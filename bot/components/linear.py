"""Multinomial logistic regression in the features themselves, by L-BFGS: its cost grows with the number of examples."""

from __future__ import annotations

import numpy as np
import scipy.optimize

from bot.components.features import Features

# Pairs that L-BFGS remembers. More make steps better by little, and each takes as much memory as two sets of weights.
_REMEMBERED = 4


def learn(
    features: Features,
    labels: np.ndarray,
    classes: int,
    penalty: float,
    steps: int,
    weights: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """Weights (features + 1, classes), float32, the constant last: those that make the sum of the examples' cross-entropies, each
    times its weight, and penalty/2 times the squared weights smallest.

    labels: class numbers; weights: what each example counts (1); steps: at most this many of L-BFGS, from `start` (0). Deterministic.
    """
    rows = np.arange(len(labels))
    count = np.ones((len(labels), 1), np.float32) if weights is None else weights.astype(np.float32)[:, None]
    shape = (features.width + 1, classes)

    def cost(flat: np.ndarray) -> tuple[float, np.ndarray]:
        solution = flat.reshape(shape).astype(np.float32)
        scores = features.times(solution[:-1])
        scores += solution[-1]
        top = scores.max(axis=1, keepdims=True)
        right = scores[rows, labels]
        scores -= top
        np.exp(scores, out=scores)
        total = scores.sum(axis=1, keepdims=True)
        loss = float((count[:, 0] * (np.log(total[:, 0]) + top[:, 0] - right)).sum())
        scores /= total
        scores[rows, labels] -= 1
        scores *= count
        gradient = np.empty(shape)
        gradient[:-1] = features.transposed_times(scores)
        gradient[-1] = scores.sum(axis=0)
        gradient += penalty * solution
        return loss + penalty / 2 * float(np.vdot(solution, solution)), gradient.ravel()

    first = np.zeros(shape) if start is None else start
    options = {"maxiter": steps, "maxcor": _REMEMBERED, "gtol": 1e-3}
    found = scipy.optimize.minimize(cost, first.ravel(), jac=True, method="L-BFGS-B", options=options)
    return found.x.reshape(shape).astype(np.float32)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis."""
    chances = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return chances / chances.sum(axis=-1, keepdims=True)
