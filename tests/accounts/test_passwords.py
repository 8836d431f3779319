"""Which passwords will not do."""

from __future__ import annotations

import pytest

from loket.accounts import passwords


@pytest.mark.parametrize("password", ["Loket5010Balie", "welkom5010!!", "school onderwijs 12", "WachtwoordLoket1"])
def test_words_of_this_service_are_too_easy(password: str) -> None:
    assert passwords.problem(password, "aisha@example.nl", "Aisha") is not None


@pytest.mark.parametrize(
    "password", ["de school heeft een groene deur", "vier losse woorden hier", "x" * 3 + "ajdk4!kd92"]
)
def test_such_a_word_in_a_sentence_will_do(password: str) -> None:
    assert passwords.problem(password, "aisha@example.nl", "Aisha") is None
