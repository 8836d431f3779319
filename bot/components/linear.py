"""Multinomial logistic regression, learned exactly and at once for every intent.

With some thousands of examples and a hundred thousand features, the cheap way is through the examples' kernel: minimise over
dual coefficients A (examples, classes) the weighted sum of the cross-entropy of softmax(K A) plus penalty/2 · tr(AᵀKA). By the
representer theorem the best weights are Xᵀ A, the same as those of the usual solvers on X (Schölkopf et al. 2001).
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
import scipy.linalg.blas
import scipy.optimize

# Added to the kernel's diagonal: makes it positive definite where two examples are the same.
_JITTER = 1e-3


def learn(
    kernel: np.ndarray, labels: np.ndarray, classes: int, penalty: float, weights: np.ndarray, steps: int
) -> np.ndarray:
    """Dual coefficients, shape (examples, classes), float32. Deterministic: no random numbers are drawn.

    kernel: (examples, examples) float32; labels: class numbers; weights: what each example counts; steps: at most this many
    steps of L-BFGS, in coordinates (the kernel's Cholesky factor) that make the penalty round.
    """
    count = len(kernel)
    factor = np.array(kernel, np.float32, order="F")
    factor[np.diag_indices(count)] += _JITTER
    factor = scipy.linalg.cholesky(factor, lower=True, overwrite_a=True, check_finite=False)
    rows = np.arange(count)
    weights = weights.astype(np.float32)[:, None]

    def cost(flat: np.ndarray) -> tuple[float, np.ndarray]:
        solution = flat.reshape(count, classes).astype(np.float32)
        # A product with a triangle costs half as much as one with a whole matrix.
        scores = scipy.linalg.blas.strmm(1.0, factor, solution, lower=1)
        top = scores.max(axis=1, keepdims=True)
        right = scores[rows, labels]
        chances = np.exp(scores - top)
        total = chances.sum(axis=1, keepdims=True)
        loss = float((weights[:, 0] * (np.log(total[:, 0]) + top[:, 0] - right)).sum())
        chances /= total
        chances[rows, labels] -= 1
        gradient = scipy.linalg.blas.strmm(1.0, factor, chances * weights, lower=1, trans_a=1) + penalty * solution
        return loss + penalty / 2 * float(np.vdot(solution, solution)), gradient.ravel().astype(np.float64)

    start = np.zeros(count * classes)
    options = {"maxiter": steps, "maxcor": 6, "gtol": 1e-3}
    best = scipy.optimize.minimize(cost, start, jac=True, method="L-BFGS-B", options=options).x
    solution = best.reshape(count, classes).astype(np.float32)
    return scipy.linalg.solve_triangular(factor, solution, lower=True, trans=1, check_finite=False)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis."""
    chances = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return chances / chances.sum(axis=-1, keepdims=True)
