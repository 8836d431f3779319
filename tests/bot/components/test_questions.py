"""Where the questions of a message are."""

import pytest

from bot.components.questions import apart, asks, clauses, points, tells


def test_numbered_points_are_apart() -> None:
    text = "Ik heb twee vragen. 1. Mag de school dit? 2. Wie betaalt de boeken?"
    assert points(text) == ["Ik heb twee vragen.", "Mag de school dit?", "Wie betaalt de boeken?"]


@pytest.mark.parametrize("text", ["Hij zit in groep 3. Mag dat?", "Op 2. april was er niets", "versie 1.2 werkt niet"])
def test_a_number_is_not_always_a_point(text: str) -> None:
    assert points(text) == [text]


def test_two_questions_that_en_joins_are_apart() -> None:
    assert clauses("moet de school helpen en krijgt hij dan extra tijd") == [
        "moet de school helpen",
        "krijgt hij dan extra tijd",
    ]


def test_each_of_them_keeps_the_question_mark() -> None:
    assert clauses("Hoe lang mag dat duren, en wie betaalt de taxi?") == [
        "Hoe lang mag dat duren?",
        "wie betaalt de taxi?",
    ]


@pytest.mark.parametrize(
    "sentence", ["Hij is ziek thuis en moet overgeven", "Mijn zoon en dochter zitten op school", "Mag en moet dat?"]
)
def test_what_is_no_second_question_stays_together(sentence: str) -> None:
    assert clauses(sentence) == [sentence]


@pytest.mark.parametrize("sentence", ["Ik wil graag weten of dit mag.", "Mijn vraag is of hij terug mag.", "Mag dit?"])
def test_a_question_in_other_words_asks(sentence: str) -> None:
    assert asks(sentence)


def test_of_a_long_mail_the_questions_and_the_end_are_read() -> None:
    story = [f"Het was dag {number} van deze week." for number in range(30)]
    read = apart([*story[:10], "Mag de school dit zomaar doen?", *story[10:]], long=True)
    assert read == ["Mag de school dit zomaar doen?", *story[-2:]]


def test_of_many_sentences_both_ends_are_read() -> None:
    sentences = [f"Zin {number}." for number in range(30)]
    assert apart(sentences, long=False) == [*sentences[:6], *sentences[-6:]]


@pytest.mark.parametrize(
    ("text", "telling"),
    [
        ("Mijn zoon zit al drie weken thuis en school belt nooit terug.", True),
        ("Hij is weer gepest. De juf doet niets. Ik ben er zo klaar mee.", True),
        ("Hij is weer gepest. Wat moet de school nu doen met die jongen?", False),
        ("Hij is weer gepest en ik wil graag weten wat de school hieraan moet doen.", False),
        ("pesten op school", False),
        ("mn zoon van 9 wordt elke dag gepest wat moet ik nu doen", False),
        ("kun je uitleggen hoe het zit met die regels voor vrij krijgen", False),
        ("Ik wil een klacht indienen over de juf van mijn dochter.", False),
        ("Weten jullie of de school mijn kind mag weigeren omdat het nog niet zindelijk is", False),
        ("Hij komt thuis", False),
        ("Hij kwam gisteren heel boos thuis van school", False),
        ("Hij kwam gisteren weer heel boos thuis van school", True),
    ],
)
def test_a_message_that_tells_and_asks_nothing(text: str, telling: bool) -> None:
    assert tells(text.split(". ")) is telling
