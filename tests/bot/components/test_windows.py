"""Parts of a text."""

import pytest

from bot.components.windows import LONG, MOST, windows


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in windows(text)]


@pytest.mark.parametrize("text", ["", "ja", "Mag mijn zoon een dag vrij voor een bruiloft?"])
def test_a_short_text_is_a_single_part(text: str) -> None:
    assert windows(text) == []


def test_sentences_and_clauses_are_parts() -> None:
    text = "Hoe vraag ik bijzonder verlof aan? Mijn zoon is bang om naar huis te gaan, wij willen weten wat we moeten doen."
    assert parts(text) == [
        "Hoe vraag ik bijzonder verlof aan?",
        "Mijn zoon is bang om naar huis te gaan,",
        "wij willen weten wat we moeten doen.",
    ]


def test_a_long_text_without_signs_is_read_in_stretches_that_overlap() -> None:
    text = " ".join(f"woord{number}" for number in range(40))
    found = parts(text)
    assert all(len(part.split()) == LONG for part in found)
    assert {word for part in found for word in part.split()} == set(text.split())
    assert any("woord11 woord12" in part for part in found)


def test_of_a_very_long_text_both_ends_are_read() -> None:
    found = parts(". ".join(f"Dit is een zin met nummer {number}" for number in range(200)))
    assert len(found) == MOST
    assert (found[0], found[-1]) == ("Dit is een zin met nummer 0.", "Dit is een zin met nummer 199")
