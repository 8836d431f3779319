"""The decision, case by case. Intents: a and b are answered, d is dialogue, u is urgent, o is outside."""

import numpy as np
import pytest

from bot.components.costs import Costs, Probabilities, Roles, decide

INTENTS = ["a", "b", "c", "d", "u", "o"]
ROLES = Roles(urgent=["u"], dialogue=["d"], outside="o")
COSTS = Costs(
    wrong_answer=10, ask=1, ask_in_vain=4, hand_over=4, hand_over_outside=0.5, missed_urgent=100, needless_urgent=10,
    alarm_factor=20,
)  # fmt: skip


def probabilities(**chances: float) -> np.ndarray:
    rest = (1 - sum(chances.values())) / (len(INTENTS) - len(chances)) if len(chances) < len(INTENTS) else 0
    return np.array([chances.get(intent, rest) for intent in INTENTS])


def message(chances: np.ndarray, sentences: list[tuple[str, np.ndarray]] = ()) -> Probabilities:
    parts = np.array([part for _, part in sentences]).reshape(len(sentences), len(INTENTS))
    return Probabilities(INTENTS, chances, parts, [text for text, _ in sentences])


@pytest.mark.parametrize(
    ("chances", "kind", "reason"),
    [
        ({"a": 0.95, "u": 0.001, "o": 0.001}, "answer", "sure"),
        ({"d": 0.95, "u": 0.001, "o": 0.001}, "answer", "sure"),
        ({"a": 0.5, "b": 0.45, "u": 0.001, "o": 0.01}, "ask", "in_doubt"),
        ({"o": 0.9, "u": 0.001}, "handoff", "out_of_domain"),
        ({"o": 0.55, "a": 0.43, "u": 0.001}, "handoff", "out_of_domain"),
        ({"o": 0.3, "a": 0.65, "u": 0.001}, "ask", "in_doubt"),
        ({"a": 0.02, "b": 0.02, "c": 0.02, "d": 0.02, "u": 0.01, "o": 0.1}, "handoff", "not_understood"),
        ({"u": 0.15, "a": 0.8}, "urgent", "urgent_intent"),
        ({"u": 0.95}, "urgent", "urgent_intent"),
        ({"u": 0.05, "a": 0.93}, "answer", "sure"),
    ],
)
def test_cheapest(chances: dict[str, float], kind: str, reason: str) -> None:
    decided = decide(message(probabilities(**chances)), set(), ROLES, COSTS)
    assert (decided.kind, decided.reason) == (kind, reason)


def test_asking_shows_at_most_three_and_never_the_outside_intent() -> None:
    decided = decide(message(probabilities(a=0.4, b=0.3, c=0.2, u=0.001, o=0.05)), set(), ROLES, COSTS)
    assert decided.intents == ["a", "b", "c"]


def test_words_that_warn_make_a_small_chance_weigh() -> None:
    chances = probabilities(a=0.95, u=0.02, o=0.01)
    assert decide(message(chances), set(), ROLES, COSTS).kind == "answer"
    decided = decide(message(chances), {"u"}, ROLES, COSTS)
    assert (decided.kind, decided.intents, decided.reason) == ("urgent", ["u", "a"], "alarm_words")


def test_words_that_warn_make_one_sentence_count() -> None:
    long = message(
        probabilities(a=0.97, u=0.0001, o=0.001),
        [("Hij is geschorst.", probabilities(a=0.97, u=0.001)), ("Hij wil dood.", probabilities(u=0.3))],
    )
    assert decide(long, set(), ROLES, COSTS).kind == "answer"
    assert decide(long, {"u"}, ROLES, COSTS).kind == "urgent"


def test_two_questions_are_both_answered() -> None:
    two = message(
        probabilities(a=0.6, b=0.38, u=0.001),
        [("Mag dat?", probabilities(a=0.98, u=0.001)), ("Wie betaalt dat?", probabilities(b=0.97, u=0.001))],
    )
    decided = decide(two, set(), ROLES, COSTS)
    assert (decided.kind, decided.intents, decided.reason) == ("answer", ["a", "b"], "two_questions")
    assert decided.probability == pytest.approx(0.97)


@pytest.mark.parametrize("second", ["Hij zit in groep 5.", "Alvast bedankt."])
def test_a_sentence_that_asks_nothing_is_no_second_question(second: str) -> None:
    intent = "d" if "bedankt" in second else "b"
    one = message(
        probabilities(a=0.97, u=0.001),
        [("Mag dat?", probabilities(a=0.98, u=0.001)), (second, probabilities(**{intent: 0.97, "u": 0.001}))],
    )
    assert decide(one, set(), ROLES, COSTS).intents == ["a"]


def test_dearer_mistakes_mean_fewer_answers() -> None:
    chances = message(probabilities(a=0.92, u=0.001))
    assert decide(chances, set(), ROLES, COSTS).kind == "answer"
    assert decide(chances, set(), ROLES, COSTS._replace(wrong_answer=100)).kind == "ask"
