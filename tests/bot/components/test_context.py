"""What was said before a message: which messages lean on it, and how it is mixed in. Intents: a, b, c; d is dialogue."""

import numpy as np
import pytest

from bot.components import context
from bot.components.context import Context, Weights, leaning, mix

BEFORE = Context("Krijgt mijn dochter vrij voor een bruiloft", ("a",), ("b",), "t")
INTENTS = ["a", "b", "c", "d"]
THEMES = {"a": "t", "b": "t", "c": "other"}


def read_with(text: str, alone: list[float], together: list[float], **weights: float) -> np.ndarray:
    leans = leaning(text, BEFORE)
    assert leans is not None
    return mix(INTENTS, np.array(alone), np.array(together), leans, ["d"], THEMES, Weights(**weights))


@pytest.mark.parametrize(
    "text",
    [
        "en mijn zoon van 14?", "hoeveel dagen?", "bij wie vraag ik dat aan?", "en als de directeur nee zegt?", "mag dat",
        "maar dat hebben we al gedaan", "hoe dan", "dus hij mag weg?", "nee ik bedoel de begrafenis van opa", "dat is niet wat ik vraag",
    ],
)  # fmt: skip
def test_a_message_that_does_not_say_enough_leans_on_the_question_before(text: str) -> None:
    assert leaning(text, BEFORE) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Mijn dochter van zes kan al vlot lezen en rekenen en verveelt zich elke dag in de klas", "bedankt", "hallo", "ik wil een adviseur spreken",
        "tot ziens", "opnieuw beginnen",
    ],
)  # fmt: skip
def test_a_message_that_says_enough_stands_by_itself(text: str) -> None:
    assert leaning(text, BEFORE) is None


def test_a_short_message_with_words_of_its_own_leans_only_in_doubt() -> None:
    leans = leaning("Welke hulp krijgt een kind met dyslexie?", BEFORE)
    assert leans is not None
    assert leans.weak


def test_without_something_said_before_no_message_leans() -> None:
    assert leaning("hoeveel dagen?", None) is None


def test_the_two_are_read_as_one_text() -> None:
    leans = leaning("en mijn zoon?", BEFORE)
    assert leans is not None
    assert leans.text == "Krijgt mijn dochter vrij voor een bruiloft. en mijn zoon?"


@pytest.mark.parametrize(
    "metadata",
    [None, {}, {"context": None}, {"context": []}, {"context": {"question": " "}}, {"context": {"question": 3}}],
)
def test_metadata_without_a_question_is_no_context(metadata: object) -> None:
    assert context.read(metadata) is None


def test_metadata_is_read_as_far_as_it_is_well_formed() -> None:
    given = {"question": "Mag dit?", "intents": ["a", 3], "follow_up": "b", "theme": None}
    assert context.read({"context": given}) == Context("Mag dit?", ("a",), (), "")


def test_a_message_that_says_nothing_means_what_both_together_mean() -> None:
    chances = read_with("mag dat", [0.1, 0.1, 0.7, 0.1], [0.9, 0.04, 0.03, 0.03])
    assert INTENTS[int(chances.argmax())] == "a"
    assert chances.sum() == pytest.approx(1)


def test_a_subject_of_its_own_goes_before_the_question_before() -> None:
    chances = read_with("en voor het offerfeest?", [0.0001, 0.0001, 0.9997, 0.0001], [0.6, 0.01, 0.35, 0.04])
    assert INTENTS[int(chances.argmax())] == "c"


def test_a_follow_up_of_the_answer_is_likelier_than_another_intent() -> None:
    even = [0.1, 0.4, 0.4, 0.1]
    chances = read_with("en dan?", even, even)
    assert chances[1] > 3 * chances[2]


def test_the_more_a_message_leans_the_likelier_is_the_same_question() -> None:
    even = [0.4, 0.1, 0.4, 0.1]
    little, much = (read_with(text, even, even)[0] for text in ("maar de boeken van gym en muziek?", "hoe lang?"))
    assert 0.5 < little < much


def test_what_moves_the_conversation_must_be_said_plainly() -> None:
    chances = read_with("hoe komen ze daaraan", [0.03, 0.03, 0.03, 0.91], [0.5, 0.3, 0.1, 0.1])
    assert chances[3] < 0.1


def test_a_correction_makes_the_answer_before_unlikely() -> None:
    even = [0.4, 0.3, 0.2, 0.1]
    assert read_with("dat is niet wat ik vraag", even, even)[0] < 0.1


def test_a_correction_that_says_nothing_more_is_the_question_before_again() -> None:
    leans = leaning("nee dat bedoel ik niet", BEFORE)
    assert leans is not None
    assert (leans.empty, leans.text) == (True, BEFORE.question)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("qwerty asdf zxcv", True),
        ("Welke verf past bij houten kozijnen?", True),
        ("hoeveel dagen?", False),
        ("en de trein?", False),
    ],
)
def test_a_message_that_names_things_of_its_own_may_leave_the_subject(text: str, names: bool) -> None:
    leans = leaning(text, BEFORE)
    assert (leans is None and names) or (leans is not None and context.says_something(leans) == names)
