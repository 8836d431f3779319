"""Language, denomination and region, by the words of a question."""

from __future__ import annotations

import pytest

from loket.routing import words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Can my son be suspended without a letter?", "en"),
        ("Okul müdürü çocuğumu eve gönderdi, bu olabilir mi", "tr"),
        ("ابني يتعرض للتنمر في المدرسة", "ar"),
        ("czy muszę płacić za wycieczkę szkolną", "pl"),
        ("Чи можуть відрахувати мого сина", "uk"),
        ("сын не хочет ходить в школу", "uk"),
        ("mein Sohn wird jeden Tag gemobbt", "de"),
        ("mon fils est harcelé à l'école", "fr"),
        ("mi hijo no quiere ir a la escuela", "es"),
        ("fiul meu nu vrea să meargă la școală", "anders"),
    ],
)
def test_other_languages_are_known(text: str, language: str) -> None:
    assert words.language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "mijn zoon wordt gepest",
        "mbo entree",
        "hoi",
        "laptop verplicht school",
        "wat is nou jenaplan precies",
        "artikel 5a leerplichtwet",
        "IK WIL EEN ADVISEUR",
        "mn zn wil nie mr nr skool",
        "",
        "?!",
        "12345",
    ],
)
def test_dutch_and_what_nobody_can_tell_is_dutch(text: str) -> None:
    assert words.language(text) is None
