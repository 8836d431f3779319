"""How near danger is, case by case."""

import numpy as np
import pytest

from bot.components.danger_lines import Danger, DangerCosts, judge

KINDS = ["eating_disorder", "suicide"]
COSTS = DangerCosts(
    missed_alarm=30,
    missed_sign=8,
    only_asked=6,
    needless_ask=1,
    needless_alarm=12,
    alarm_for_sign=2,
    alarm_factor=8,
    few_words=6,
)
LONG = "een bericht van meer dan zes woorden over van alles"


def danger(alarm: float, sign: float = 0.0) -> Danger:
    return Danger(alarm, sign, KINDS, np.array([0.1, 0.9]))


@pytest.mark.parametrize(
    ("alarm", "sign", "level"),
    [(0.001, 0.001, "none"), (0.3, 0.1, "ask"), (0.02, 0.6, "ask"), (0.95, 0.02, "alarm"), (0.7, 0.29, "alarm")],
)
def test_cheapest(alarm: float, sign: float, level: str) -> None:
    assert judge(LONG, danger(alarm, sign), set(), COSTS).level == level


def test_the_kind_is_the_likeliest() -> None:
    assert judge(LONG, danger(0.95), set(), COSTS).kind == "suicide"


def test_there_is_no_kind_without_danger() -> None:
    assert judge(LONG, danger(0.001), set(), COSTS) == ("none", None, 0.001)


def test_words_that_warn_make_the_odds_higher_and_point_to_their_kind() -> None:
    doubtful = Danger(0.4, 0.0, KINDS, np.array([0.4, 0.6]))
    assert judge(LONG, doubtful, set(), COSTS).level == "ask"
    assert judge(LONG, doubtful, {"eating_disorder"}, COSTS)[:2] == ("alarm", "eating_disorder")


def test_words_that_warn_do_not_decide_alone() -> None:
    assert judge(LONG, danger(0.0001, 0.0001), {"suicide"}, COSTS).level == "none"


def test_few_words_never_alarm_unless_they_say_it() -> None:
    assert judge("elke nacht", danger(0.99), set(), COSTS).level == "ask"
    assert judge("hij wil dood", danger(0.99), {"suicide"}, COSTS).level == "alarm"


def test_without_a_detector_words_ask() -> None:
    assert judge(LONG, None, {"suicide"}, COSTS)[:2] == ("ask", "suicide")
    assert judge(LONG, None, set(), COSTS).level == "none"


def test_dearer_misses_mean_more_alarms() -> None:
    assert judge(LONG, danger(0.4), set(), COSTS).level == "ask"
    assert judge(LONG, danger(0.4), set(), COSTS._replace(only_asked=50)).level == "alarm"


def test_a_question_that_is_itself_about_danger_gets_the_line() -> None:
    assert judge(LONG, danger(0.001), set(), COSTS, about_danger=0.9)[:2] == ("ask", "suicide")
    assert judge(LONG, danger(0.001), set(), COSTS, about_danger=0.05).level == "none"


def test_a_question_about_danger_never_makes_an_alarm_less() -> None:
    assert judge(LONG, danger(0.95), set(), COSTS, about_danger=0.9).level == "alarm"
