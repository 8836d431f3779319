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
# Added to each landmark's Gaussian to itself: two landmarks in the same place say one thing.
_APART = 1e-3
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
    among = gaussian(marks @ marks.T).astype(np.float64)
    among[np.diag_indices_from(among)] += _APART
    root = scipy.linalg.cholesky(among, lower=True, overwrite_a=True)
    return scipy.linalg.solve_triangular(root, np.eye(len(marks)), lower=True).T.astype(np.float32)


def learn(
    features: Features,
    labels: np.ndarray,
    classes: int,
    ridge: float,
    weights: np.ndarray,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """What each example says, (examples, classes), float32, of ridge regression on one-hot intents; one that counts less has a higher
    ridge. Together with what they have, `features.transposed_times`, it is what each feature says.

    By conjugate gradients from `start` (0), with their kernel's widest directions solved at once (Frangella, Tropp and Udell
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

    def times(solution: np.ndarray) -> np.ndarray:
        return features.times(features.transposed_times(solution)) + ridges * solution

    solution = np.zeros_like(target) if start is None else start.copy()
    rest = target - times(solution) if solution.any() else target.copy()
    enough = _NEAR_ENOUGH * np.linalg.norm(target)
    solved = nearly_solved(rest)
    step, gain = solved, (rest * solved).sum(axis=0)
    for _ in range(_MOST_STEPS):
        moved = times(step)
        length = gain / np.maximum((step * moved).sum(axis=0), 1e-20)
        solution += length * step
        rest -= length * moved
        if np.linalg.norm(rest) < enough:
            break
        solved = nearly_solved(rest)
        before, gain = gain, (rest * solved).sum(axis=0)
        step = solved + gain / np.maximum(before, 1e-20) * step
    return solution


def _widest(features: Features, examples: int) -> tuple[np.ndarray, np.ndarray]:
    """The widest directions of the examples' kernel, (examples, directions), and how wide they are, from a random sketch."""
    lots = np.random.default_rng(_SEED).standard_normal((examples, min(_SKETCH, examples)))
    lots = scipy.linalg.qr(lots.astype(np.float32), mode="economic")[0]
    seen = features.times(features.transposed_times(lots)).astype(np.float64)
    shift = 1e-6 * np.linalg.norm(seen)
    seen += shift * lots
    factor = scipy.linalg.cholesky(lots.T @ seen)
    narrow = scipy.linalg.solve_triangular(factor, seen.T, trans=1).T
    squares, turns = scipy.linalg.eigh(narrow.T @ narrow)
    squares, turns = np.maximum(squares[::-1], 1e-9), turns[:, ::-1]
    directions = narrow @ (turns / np.sqrt(squares))
    return directions.astype(np.float32), np.maximum(squares - shift, 0).astype(np.float32)
