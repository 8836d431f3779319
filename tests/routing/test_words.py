"""Language, denomination and region, by the words of a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from loket import yamlfile
from loket.routing import words

CASES = yamlfile.read(Path("tests/languages.yml")).data
READ_BY = {"nl": None, "ru": "uk", "ro": "anders"}
"""The language of who reads it, where that is another than the text's own."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_the_language_of_a_text(case: dict[str, str]) -> None:
    assert words.language(case["text"]) == READ_BY.get(case["language"], case["language"])
