"""Typing errors in single words."""

from __future__ import annotations

import re

import pytest

from bot.components.spelling import corrected
from bot.components.text import fold
from tests.bot.conftest import ROOT

# A text in another language is not corrected.
_FOREIGN = {"chce", "forced", "wants"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("geschrost", "geschorst"),
        ("shool", "school"),
        ("leraaar", "leraar"),
        ("vakantei", "vakantie"),
        ("dyslexei", "dyslexie"),
        ("aanmleden", "aanmelden"),
        ("gepsest", "gepest"),
        ("waneer", "wanneer"),
        ("begitn", "begint"),
        ("klassenlleraar", "klassenleraar"),
    ],
)
def test_one_slip_from_a_common_word_is_that_word(typed: str, meant: str) -> None:
    assert corrected(typed) == meant


@pytest.mark.parametrize(
    "word", ["school", "lwoo", "havo", "leerplichtboete", "doorstroomtoets", "ik", "opp", "xqzwv", "2e", "somtoday", ""]
)
def test_a_word_and_what_is_near_no_word_stay(word: str) -> None:
    assert corrected(word) == word


def test_what_is_read_of_a_message_has_no_typing_errors() -> None:
    assert fold("Mijn zóón is geschrost!!! mag dat zomar?") == "mijn zoon is geschorst! mag dat zomaar?"
    assert fold("Wie helpt mijn kidnje.") == "wie helpt mijn kindje."


@pytest.mark.parametrize(
    "word",
    [
        "nikes",
        "nies",
        "negens",
        "weent",
        "noud",
        "mees",
        "bente",
        "melek",
        "wierden",
        "ziens",
        "spiekbriefje",
        "berkenallergie",
        "kano",
    ],
)
def test_a_name_a_rare_word_and_another_form_are_no_errors(word: str) -> None:
    assert corrected(word) == word


def test_what_was_corrected_is_a_word() -> None:
    for typed in ("geschrost", "vakantei", "kaano", "vangg", "aleen"):
        assert corrected(corrected(typed)) == corrected(typed)


def test_a_word_without_end_takes_no_time() -> None:
    """Longer than any word: looking at every slip in it took half a minute."""
    long = "abcdefghij" * 400
    assert fold(long) == long


def test_another_language_is_not_corrected() -> None:
    assert fold("My son died, córka", dutch=False) == "my son died, corka"


def test_no_word_of_danger_is_taken_for_another() -> None:
    """Those of the alarm words, and some that a list of all Dutch has seldom."""
    phrases = (ROOT / "data" / "entities" / "alarm.yml").read_text(encoding="utf-8").split("\n")
    words = {word for line in phrases if "#" not in line for word in re.findall(r"[^\W\d_]+", line.lower())}
    words |= set(
        """verhangen ophangen krast krijst braakt naaktfoto loverboy eerwraak snijdt mesje mesjes moordt mept mepten smoort molest builen benemen
        aders kerven weeg hongert kotste vingert vrijt slut stompte pester klampt verdwaald""".split()  # noqa: SIM905
    )
    assert {word: corrected(word) for word in words - _FOREIGN if corrected(word) != word} == {}
