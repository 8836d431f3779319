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
