"""What the examples near a text say: ridge regression with a Gaussian of the distance between vectors.

Next to the logistic regression, whose line between two intents is straight, this follows the examples where they lie. The
Gaussian of every two texts would cost the square of their number, so it is read through landmarks: some of the examples,
by their distances to which a text is known (Williams and Seeger 2001, "Using the Nyström Method to Speed Up Kernel Machines").
"""

from __future__ import annotations

import numpy as np
import scipy.linalg

from bot.components.features import Features

_SEED = 5010
# Directions of the landmarks' Gaussian with less than this say nothing that others do not.
_LEAST = 1e-3
# The widest directions, that are solved for at once, and when the rest is near enough.
_SKETCH, _NEAR_ENOUGH, _MOST_STEPS = 500, 1e-2, 100


def gaussian(products: np.ndarray) -> np.ndarray:
    """exp(-d²) of unit vectors, from their products: d² = 2 - 2 products."""
    return np.exp(2 * products - 2, dtype=np.float32)


def landmarks(examples: int, most: int) -> np.ndarray:
    """Which of so many examples are landmarks: all, or `most` of them by lot, the same for the same number."""
    return np.sort(np.random.default_rng(_SEED).permutation(examples)[:most])


def basis(marks: np.ndarray) -> np.ndarray:
    """(landmarks, features): what makes features of a text's Gaussians to the landmarks, so that two texts' product is their Gaussian."""
    values, directions = scipy.linalg.eigh(gaussian(marks @ marks.T).astype(np.float64))
    kept = values > _LEAST
    return (directions[:, kept] / np.sqrt(values[kept])).astype(np.float32)


def learn(features: Features, labels: np.ndarray, classes: int, ridge: float, weights: np.ndarray) -> np.ndarray:
    """Weights (features, classes), float32, of ridge regression on one-hot intents; an example that counts less has a higher ridge.

    By conjugate gradients over the examples, with their kernel's widest directions solved at once (Frangella, Tropp and Udell
    2021, "Randomized Nyström Preconditioning").
    """
    ridges = (ridge / np.maximum(weights, 1e-6)).astype(np.float32)[:, None]
    target = np.zeros((len(labels), classes), np.float32)
    target[np.arange(len(labels)), labels] = 1
    directions, values = _widest(features, len(labels))
    least = float(values[-1]) + ridge

    def nearly_solved(rest: np.ndarray) -> np.ndarray:
        inside = directions.T @ rest
        return rest + directions @ (inside * (least / (values + ridge) - 1)[:, None])

    solution = np.zeros_like(target)
    rest, enough = target.copy(), _NEAR_ENOUGH * np.linalg.norm(target)
    solved = nearly_solved(rest)
    step, gain = solved, (rest * solved).sum(axis=0)
    for _ in range(_MOST_STEPS):
        moved = features.times(features.transposed_times(step)) + ridges * step
        length = gain / np.maximum((step * moved).sum(axis=0), 1e-20)
        solution += length * step
        rest -= length * moved
        if np.linalg.norm(rest) < enough:
            break
        solved = nearly_solved(rest)
        before, gain = gain, (rest * solved).sum(axis=0)
        step = solved + gain / np.maximum(before, 1e-20) * step
    return features.transposed_times(solution)


def _widest(features: Features, examples: int) -> tuple[np.ndarray, np.ndarray]:
    """The widest directions of the examples' kernel, (examples, directions), and how wide they are, from a random sketch."""
    lots = np.random.default_rng(_SEED).standard_normal((examples, min(_SKETCH, examples)))
    lots = scipy.linalg.qr(lots.astype(np.float32), mode="economic")[0]
    seen = features.times(features.transposed_times(lots)).astype(np.float64)
    shift = 1e-6 * np.linalg.norm(seen)
    seen += shift * lots
    factor = scipy.linalg.cholesky(lots.T @ seen)
    narrow = scipy.linalg.solve_triangular(factor, seen.T, trans=1).T
    directions, roots, _ = scipy.linalg.svd(narrow, full_matrices=False)
    return directions.astype(np.float32), np.maximum(roots**2 - shift, 0).astype(np.float32)
