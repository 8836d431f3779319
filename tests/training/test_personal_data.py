"""Masking what may be kept for training."""

from __future__ import annotations

import pytest

from loket.training import personal_data
from loket.training.examples import Example


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Mijn zoon Jan Jansen wordt gepest", "Jansen"),
        ("Bel mij op 06-12345678", "12345678"),
        ("Mail naar jan@voorbeeld.nl", "voorbeeld.nl"),
    ],
)
def test_what_identifies_is_masked(text: str, secret: str) -> None:
    assert secret not in personal_data.masked(text)


def test_the_question_itself_stays() -> None:
    assert personal_data.masked("Mag de school mijn kind weigeren?") == "Mag de school mijn kind weigeren?"


def test_a_word_that_only_looks_like_a_name_is_allowed_in_an_example_and_masked_elsewhere() -> None:
    def named(text: str) -> list[str]:
        return [kind for _, kind in personal_data.found([Example(text, "x", "x.yml", 1)])]

    text = "Mooi dat de school dit doet"
    assert named(text) == []
    assert named("Mijn zoon Jan Jansen wordt gepest") == ["persoon 'Jan Jansen'"]
    assert "Mooi" not in personal_data.masked(text)
