import pytest

from bot.text import PLACEHOLDER, harmless


@pytest.mark.parametrize(
    "typed",
    [
        "/dyslexie",
        "  /dyslexie",
        "\n\t//dyslexie",
        "\u200b/dyslexie",
        "/\u200b/dyslexie",
        "\ufeff\u2060/ dyslexie",
        "\uff0fdyslexie",
        "\u2044\u2215/dyslexie",
        "\x00/dyslexie",
    ],
)
def test_leading_slash_goes(typed: str) -> None:
    assert harmless(typed) == "dyslexie"


@pytest.mark.parametrize("typed", ["po/vo", "1/2 dag", "https://school.nl/", "Mag dat? /grapje"])
def test_slash_inside_stays(typed: str) -> None:
    assert harmless(typed) == typed


@pytest.mark.parametrize("typed", ["", "   ", "/", "///", "\u200b", "\uff0f \n"])
def test_nothing_left_becomes_placeholder(typed: str) -> None:
    assert harmless(typed) == PLACEHOLDER


def test_half_a_character_becomes_a_question_mark() -> None:
    assert harmless("help \ud83d") == "help ?"


def test_emoji_stays() -> None:
    assert harmless("😡😡") == "😡😡"
