"""The decision, case by case. Intents: a, b, c and u are answered, d is dialogue, o is outside."""

import numpy as np
import pytest

from bot.components.costs import Costs, Probabilities, Roles, decide, in_context

INTENTS = ["a", "b", "c", "d", "u", "o"]
ROLES = Roles(dialogue=["d"], outside="o")
COSTS = Costs(wrong_answer=10, ask=1, ask_in_vain=4, hand_over=4, hand_over_outside=0.5)


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
    ],
)
def test_cheapest(chances: dict[str, float], kind: str, reason: str) -> None:
    decided = decide(message(probabilities(**chances)), ROLES, COSTS)
    assert (decided.kind, decided.reason) == (kind, reason)


def test_asking_shows_at_most_three_and_never_the_outside_intent() -> None:
    decided = decide(message(probabilities(a=0.4, b=0.3, c=0.2, u=0.001, o=0.05)), ROLES, COSTS)
    assert decided.intents == ["a", "b", "c"]


def test_two_questions_are_both_answered() -> None:
    two = message(
        probabilities(a=0.6, b=0.38, u=0.001),
        [("Mag dat?", probabilities(a=0.98, u=0.001)), ("Wie betaalt dat?", probabilities(b=0.97, u=0.001))],
    )
    decided = decide(two, ROLES, COSTS)
    assert (decided.kind, decided.intents, decided.reason) == ("answer", ["a", "b"], "several_questions")
    assert decided.probability == pytest.approx(0.97)


def test_of_four_questions_three_are_answered_and_the_rest_is_counted() -> None:
    texts = [("Mag dat?", "a"), ("Wie betaalt dat?", "b"), ("Hoe lang duurt het?", "c"), ("Waar moet ik zijn?", "e")]
    intents = ["a", "b", "c", "e"]
    rows = np.array([[0.97 if intent == own else 0.01 for intent in intents] for _, own in texts])
    found = Probabilities(intents, np.array([0.4, 0.2, 0.2, 0.2]), rows, [text for text, _ in texts])
    decided = decide(found, ROLES, COSTS)
    assert (decided.intents, decided.as_dict()["more"]) == (["a", "b", "c"], 1)


def test_a_second_question_that_the_whole_message_does_not_hear_is_none() -> None:
    two = message(
        np.array([0.9999, 0.00001, 0.00004, 0.00002, 0.00002, 0.00001]),
        [("Mag dat?", probabilities(a=0.98)), ("hoe groot zijn de groepen daar?", probabilities(b=0.97))],
    )
    assert decide(two, ROLES, COSTS).intents == ["a"]


def test_a_long_mail_asks_what_its_question_asks() -> None:
    told = message(
        probabilities(a=0.98),
        [("Mogen ze hem weigeren?", probabilities(b=0.97)), ("Hij heeft het zwaar gehad.", probabilities(a=0.9))],
    )._replace(long=True)
    decided = decide(told, ROLES, COSTS)
    assert (decided.kind, decided.intents, decided.reason) == ("answer", ["b"], "long_mail")


def test_a_long_mail_without_a_clear_question_is_asked_about() -> None:
    told = message(probabilities(a=0.98), [("Wat nu?", probabilities(b=0.4, c=0.3))])._replace(long=True)
    decided = decide(told, ROLES, COSTS)
    assert (decided.kind, decided.reason) == ("ask", "long_mail")
    assert {"a", "b"} <= set(decided.intents)


@pytest.mark.parametrize("second", ["Hij zit in groep 5.", "Alvast bedankt."])
def test_a_sentence_that_asks_nothing_is_no_second_question(second: str) -> None:
    intent = "d" if "bedankt" in second else "b"
    one = message(
        probabilities(a=0.97, u=0.001),
        [("Mag dat?", probabilities(a=0.98, u=0.001)), (second, probabilities(**{intent: 0.97, "u": 0.001}))],
    )
    assert decide(one, ROLES, COSTS).intents == ["a"]


def test_dearer_mistakes_mean_fewer_answers() -> None:
    chances = message(probabilities(a=0.92, u=0.001))
    assert decide(chances, ROLES, COSTS).kind == "answer"
    assert decide(chances, ROLES, COSTS._replace(wrong_answer=100)).kind == "ask"


def test_what_is_answered_in_context_with_doubt_names_what_else_it_may_be() -> None:
    cheap = COSTS._replace(wrong_answer=3)
    doubt = probabilities(a=0.7, b=0.2, d=0.06, u=0.02, o=0.01)
    decided = in_context(message(doubt), doubt, ROLES, cheap, only_ask=False)
    assert (decided.kind, decided.intents, decided.instead) == ("answer", ["a"], ["b"])
    assert decided.as_dict()["instead"] == ["b"]
    sure = probabilities(a=0.96, b=0.02, d=0.01, u=0.002, o=0.001)
    assert "instead" not in in_context(message(sure), sure, ROLES, cheap, only_ask=False).as_dict()


def test_a_message_that_does_not_say_which_question_is_never_answered_outright() -> None:
    sure = probabilities(a=0.96, b=0.02, d=0.01, u=0.002, o=0.001)
    assert in_context(message(sure), sure, ROLES, COSTS, only_ask=True).kind == "ask"
