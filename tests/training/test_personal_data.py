"""Masking what may be kept for training."""

from __future__ import annotations

import pytest

from loket.training import personal_data


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
