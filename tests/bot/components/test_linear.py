import numpy as np
import pytest

from bot.components.linear import learn, softmax
from bot.components.sparse import TfIdf, kernel


def problem() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.RandomState(3)
    labels = np.repeat([0, 1, 2], 20)
    features = random.normal(size=(60, 8)).astype(np.float32)
    features[np.arange(60), labels] += 2
    return features, labels


def test_same_as_the_usual_solver() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    features, labels = problem()
    dual = learn(features @ features.T, labels, 3, 0.5, np.ones(60), 200)
    usual = linear_model.LogisticRegression(C=2.0, fit_intercept=False, tol=1e-6, max_iter=500).fit(features, labels)
    np.testing.assert_allclose(features.T @ dual, usual.coef_.T, atol=0.02)


def test_same_again() -> None:
    features, labels = problem()
    first, second = (learn(features @ features.T, labels, 3, 0.5, np.ones(60), 30) for _ in range(2))
    assert (first == second).all()


def test_an_example_of_no_weight_teaches_nothing() -> None:
    features, labels = problem()
    weights = np.ones(60)
    weights[:20] = 0
    dual = learn(features @ features.T, labels, 3, 0.5, weights, 100)
    assert softmax(features @ (features.T @ dual))[:, 0].mean() < 0.2


def test_kernel_is_the_product_of_rows() -> None:
    texts = ["een school", "een kind", "een kind op school", ""] * 200
    matrix = TfIdf.fit(texts, 1.0, 0.5, 1000).matrix(texts)
    np.testing.assert_allclose(kernel(matrix), (matrix @ matrix.T).toarray(), atol=1e-5)


def test_each_block_of_features_has_its_weight() -> None:
    tfidf = TfIdf.fit(["de school", "de les"], 1.0, 0.5, 1000)
    _, values = tfidf.row("de school")
    assert float(values @ values) == pytest.approx(1.0**2 + 0.5**2)


def test_the_commonest_grams_are_kept() -> None:
    tfidf = TfIdf.fit(["de school", "de les", "de bel"], 1.0, 1.0, 1)
    assert len(tfidf.vocabulary) == 1
    assert tfidf.row("onbekend")[0].size == 0
