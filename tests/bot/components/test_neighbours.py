"""What near examples say."""

from __future__ import annotations

import numpy as np
import pytest

from bot.components import neighbours


def test_the_gaussian_is_one_for_the_same_and_falls_with_the_square_of_the_distance() -> None:
    left, right = np.array([1.0, 0.0]), np.array([0.6, 0.8])
    distance = ((left - right) ** 2).sum()
    np.testing.assert_allclose(neighbours.gaussian(np.array([1.0, left @ right])), [1, np.exp(-distance)], rtol=1e-6)


def test_it_learns_what_no_straight_line_tells_apart() -> None:
    points = np.array([[0, 0], [1, 1], [0, 1], [1, 0]], float)
    labels = np.array([0, 0, 1, 1])
    distances = ((points[:, None] - points[None]) ** 2).sum(-1)
    kernel = np.exp(-3 * distances).astype(np.float32)
    dual = neighbours.learn(kernel, labels, 2, 0.1, np.ones(4, np.float32))
    assert (kernel @ dual).argmax(axis=1).tolist() == labels.tolist()


def test_it_solves_the_ridge_equations_and_hears_an_example_that_counts_less_less() -> None:
    random = np.random.RandomState(1)
    features = random.normal(size=(6, 4)).astype(np.float32)
    kernel, labels = features @ features.T, np.array([0, 1, 2, 0, 1, 2])
    weights = np.array([1, 1, 1, 1, 1, 0.1], np.float32)
    dual = neighbours.learn(kernel, labels, 3, 0.6, weights)
    np.testing.assert_allclose((kernel + np.diag(0.6 / weights)) @ dual, np.eye(3)[labels], atol=1e-4)
    heard = (kernel @ neighbours.learn(kernel, labels, 3, 0.6, np.ones(6, np.float32)))[5, 2]
    assert (kernel @ dual)[5, 2] < heard
    assert kernel[0, 0] == pytest.approx(features[0] @ features[0]), "the kernel is left as it was"
