"""The language of a text, and that it does not get in the way of its subject."""

from __future__ import annotations

import pytest

from bot.components import language


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Can my son be suspended without a letter?", "en"),
        ("Okul müdürü çocuğumu eve gönderdi, bu olabilir mi", "tr"),
        ("ابني يتعرض للتنمر في المدرسة", "ar"),
        ("czy muszę płacić za wycieczkę szkolną", "pl"),
        ("Чи можуть відрахувати мого сина", "uk"),
        ("сын не хочет ходить в школу", "ru"),
        ("mein Sohn wird jeden Tag gemobbt", "de"),
        ("mi hijo no quiere ir a la escuela", "es"),
    ],
)
def test_other_languages_are_known(text: str, found: str) -> None:
    assert language.of(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "mijn zoon wordt gepest",
        "mbo entree",
        "hoi",
        "laptop verplicht school",
        "hbo of universiteit na vwo",
        "",
        "?!",
        "12345",
    ],
)
def test_dutch_and_what_nobody_can_tell_is_dutch(text: str) -> None:
    assert language.of(text) == "nl"


@pytest.mark.parametrize("text", ["Do you speak English?", "Türkçe biliyor musunuz?", "هل تتكلم العربية؟"])
def test_a_text_may_speak_of_a_language(text: str) -> None:
    assert language.names_a_language(text)


def test_a_question_about_school_speaks_of_none() -> None:
    assert not language.names_a_language("Can my son be suspended without a letter?")
