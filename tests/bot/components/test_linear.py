import numpy as np
import pytest
import scipy.sparse

from bot.components.features import Features
from bot.components.linear import learn, softmax
from bot.components.sparse import TfIdf


def problem() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.RandomState(3)
    labels = np.repeat([0, 1, 2], 20)
    features = random.normal(size=(60, 8)).astype(np.float32)
    features[np.arange(60), labels] += 2
    return features, labels


def as_features(values: np.ndarray, grams: int) -> Features:
    """The first columns as grams, the others as dense features."""
    return Features.of(scipy.sparse.csr_matrix(values[:, :grams]), values[:, grams:])


def test_same_as_the_usual_solver() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    values, labels = problem()
    learned = learn(as_features(values, 5), labels, 3, 0.5, 200)
    usual = linear_model.LogisticRegression(C=2.0, fit_intercept=False, tol=1e-6, max_iter=500)
    usual.fit(np.hstack([values, np.ones((60, 1))]), labels)
    np.testing.assert_allclose(learned, usual.coef_.T, atol=0.02)


def test_same_again() -> None:
    values, labels = problem()
    first, second = (learn(as_features(values, 5), labels, 3, 0.5, 30) for _ in range(2))
    assert (first == second).all()


def test_a_start_that_is_right_needs_no_steps() -> None:
    values, labels = problem()
    learned = learn(as_features(values, 5), labels, 3, 0.5, 200)
    again = learn(as_features(values, 5), labels, 3, 0.5, 1, start=learned)
    np.testing.assert_allclose(again, learned, atol=1e-3)


def test_an_example_of_no_weight_teaches_nothing() -> None:
    values, labels = problem()
    weights = np.ones(60)
    weights[:20] = 0
    learned = learn(as_features(values, 5), labels, 3, 0.5, 100, weights)
    assert softmax(values @ learned[:-1] + learned[-1])[:, 0].mean() < 0.2


def test_products_are_those_of_the_whole_matrix() -> None:
    """Whether a gram is common or rare changes how they are made, not what they are."""
    random = np.random.RandomState(4)
    grams = (random.uniform(size=(300, 40)) * (random.uniform(size=(300, 40)) < random.uniform(size=40) ** 3)).astype(
        np.float32
    )
    dense = random.normal(size=(300, 3)).astype(np.float32)
    features, whole = Features.of(scipy.sparse.csr_matrix(grams), dense), np.hstack([grams, dense])
    assert 0 < features.grams.is_common.sum() < 40
    weights, values = random.normal(size=(43, 5)).astype(np.float32), random.normal(size=(300, 5)).astype(np.float32)
    np.testing.assert_allclose(features.times(weights), whole @ weights, atol=1e-4)
    np.testing.assert_allclose(features.transposed_times(values), whole.T @ values, atol=1e-3)
    places = np.array([7, 2, 299])
    np.testing.assert_allclose(features.rows(places).times(weights), whole[places] @ weights, atol=1e-4)


def test_each_block_of_features_has_its_weight() -> None:
    tfidf, _ = TfIdf.fit(["de school", "de les"], 1.0, 0.5, 1000)
    _, values = tfidf.row("de school")
    assert float(values @ values) == pytest.approx(1.0**2 + 0.5**2)


def test_the_commonest_grams_are_kept() -> None:
    tfidf, _ = TfIdf.fit(["de school", "de les", "de bel"], 1.0, 1.0, 1)
    assert len(tfidf.vocabulary) == 1
    assert tfidf.row("onbekend")[0].size == 0


def test_a_text_that_was_learned_from_has_the_row_that_it_has_when_it_is_read() -> None:
    texts = ["de school is dicht, de school", "", "mijn kind moet naar de bel", "x"]
    tfidf, rows = TfIdf.fit(texts, 1.0, 0.5, 40)
    for text, row in zip(texts, rows.toarray(), strict=True):
        read = np.zeros(rows.shape[1], np.float32)
        columns, values = tfidf.row(text)
        np.add.at(read, columns, values)
        np.testing.assert_allclose(row, read, atol=1e-6)
