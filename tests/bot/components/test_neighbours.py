"""What near examples say."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from bot.components import neighbours
from bot.components.features import Features


def test_the_gaussian_is_one_for_the_same_and_falls_with_the_square_of_the_distance() -> None:
    left, right = np.array([1.0, 0.0]), np.array([0.6, 0.8])
    distance = ((left - right) ** 2).sum()
    np.testing.assert_allclose(neighbours.gaussian(np.array([1.0, left @ right])), [1, np.exp(-distance)], rtol=1e-6)


def unit(count: int, dimension: int) -> np.ndarray:
    vectors = np.random.RandomState(1).normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def as_features(dense: np.ndarray) -> Features:
    return Features.of(scipy.sparse.csr_matrix((len(dense), 0), dtype=np.float32), dense)


def test_products_of_features_are_the_gaussian() -> None:
    vectors = unit(40, 5)
    every = neighbours.landmarks(40, 100)
    assert every.tolist() == list(range(40))
    features = neighbours.gaussian(vectors @ vectors[every].T) @ neighbours.basis(vectors[every])
    np.testing.assert_allclose(features @ features.T, neighbours.gaussian(vectors @ vectors.T), atol=0.05)


def test_fewer_landmarks_are_some_of_the_examples_and_the_same_again() -> None:
    some = neighbours.landmarks(1000, 30)
    assert len(set(some.tolist())) == 30
    assert (some == neighbours.landmarks(1000, 30)).all()


def test_it_learns_what_no_straight_line_tells_apart() -> None:
    points = np.array([[1, 1], [-1, -1], [1, -1], [-1, 1]], np.float32) / np.sqrt(np.float32(2))
    labels = np.array([0, 0, 1, 1])
    features = neighbours.gaussian(points @ points.T) @ neighbours.basis(points)
    learned = features.T @ neighbours.learn(as_features(features), labels, 2, 0.1, np.ones(4, np.float32))
    assert (features @ learned).argmax(axis=1).tolist() == labels.tolist()


def test_it_solves_the_ridge_equations_and_hears_an_example_that_counts_less_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More examples than directions that are solved for at once."""
    monkeypatch.setattr(neighbours, "_NEAR_ENOUGH", 1e-5)
    count = neighbours._SKETCH + 100
    random = np.random.RandomState(1)
    features = random.normal(size=(count, 30)).astype(np.float32) * np.logspace(1, -2, 30, dtype=np.float32)
    labels = random.randint(0, 3, count)
    weights = np.ones(count, np.float32)
    weights[5] = 0.1
    said = neighbours.learn(as_features(features), labels, 3, 0.6, weights)
    learned = features.T @ said
    balance = features.T * weights
    right = np.linalg.solve(balance @ features + 0.6 * np.eye(30), balance @ np.eye(3)[labels])
    np.testing.assert_allclose(features @ learned, features @ right, atol=0.01)
    heard = features.T @ neighbours.learn(as_features(features), labels, 3, 0.6, np.ones(count, np.float32))
    assert (features[5] @ learned)[labels[5]] < (features[5] @ heard)[labels[5]]
    half_way = said * (np.arange(count) < count // 2)[:, None]
    again = features.T @ neighbours.learn(as_features(features), labels, 3, 0.6, weights, half_way)
    np.testing.assert_allclose(features @ again, features @ right, atol=0.01)


def test_landmarks_in_the_same_place_are_one() -> None:
    vectors = np.repeat(unit(5, 3), 4, axis=0)
    features = neighbours.gaussian(vectors @ vectors.T) @ neighbours.basis(vectors)
    np.testing.assert_allclose(features @ features.T, neighbours.gaussian(vectors @ vectors.T), atol=0.05)
