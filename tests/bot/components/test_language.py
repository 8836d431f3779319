"""The language of a text, and that it does not get in the way of its subject."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.components import language

CASES = yaml.safe_load(Path("tests/languages.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_the_language_of_a_text(case: dict[str, str]) -> None:
    assert language.of(case["text"]) == case["language"]


@pytest.mark.parametrize("text", ["Do you speak English?", "Türkçe biliyor musunuz?", "هل تتكلم العربية؟"])
def test_a_text_may_speak_of_a_language(text: str) -> None:
    assert language.names_a_language(text)


def test_a_question_about_school_speaks_of_none() -> None:
    assert not language.names_a_language("Can my son be suspended without a letter?")
