import numpy as np
import pytest

from bot.components import calibration
from bot.components.linear import softmax


def test_temperature_finds_back_what_scores_were_multiplied_by() -> None:
    random = np.random.RandomState(1)
    scores = random.normal(size=(4000, 5)) * 2
    labels = np.array([random.choice(5, p=chances) for chances in softmax(scores)])
    assert calibration.temperature(scores * 3, labels) == pytest.approx(3, rel=0.1)


def test_logistic_separates_and_gives_the_base_rate_without_information() -> None:
    useless = np.zeros((100, 1))
    weights = calibration.logistic(useless, np.repeat([0.0, 1.0], [80, 20]))
    assert calibration.sigmoid(weights[-1]) == pytest.approx(0.2, abs=0.01)
    weights = calibration.logistic(np.array([[-1.0], [-2.0], [1.0], [2.0]]), np.array([0.0, 0, 1, 1]))
    assert weights[0] > 0.5


def test_one_example_that_counts_three_times_is_three_examples() -> None:
    features, targets = np.array([[-1.0], [-2.0], [1.0], [0.5]]), np.array([0.0, 0, 1, 1])
    counted = calibration.logistic(features, targets, np.array([3, 1, 1, 1]))
    again = calibration.logistic(np.vstack([features, features[:1], features[:1]]), np.append(targets, [0, 0]))
    np.testing.assert_allclose(counted, again, atol=1e-6)
