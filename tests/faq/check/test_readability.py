"""Measuring how easy a text reads."""

from __future__ import annotations

import pytest

from loket.faq.check import phones, readability


def problems(text: str, intent: str = "ziekmelden") -> list[str]:
    return list(readability.problems(text, intent))


def test_words_and_sentences_are_counted() -> None:
    reading = readability.measure("Dit is een zin. Dit is er nog een!")
    assert (reading.words, reading.mean_sentence, reading.longest_sentence) == (9, 4.5, "Dit is er nog een")


def test_a_list_item_is_a_sentence() -> None:
    assert readability.measure("U kunt:\n- bellen\n- mailen naar de school").mean_sentence == pytest.approx(7 / 3)


def test_marks_and_addresses_are_not_words() -> None:
    assert readability.measure("**Kijk** op [de site](https://www.rijksoverheid.nl/x) of rijksoverheid.nl.").words == 5


def test_an_empty_text_has_nothing_in_it() -> None:
    reading = readability.measure("")
    assert (reading.words, reading.mean_sentence, reading.rare_share) == (0, 0, 0)


def test_rare_words_are_found_and_school_terms_are_not_rare() -> None:
    assert "jurisprudentiële" in readability.measure("De jurisprudentiële interpretatie").rare
    assert "leerplicht" not in readability.measure("De leerplicht").rare


def test_an_easy_text_is_fit() -> None:
    assert problems("Uw kind is ziek. Bel dan de school.") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("de school " * 13, "a sentence of 26 words"),
        ("de school " * 7, "14.0 words on average"),
        ("Jurisprudentiële kwantificering prevaleert.", "rare words"),
        ("Kijk op http://www.school.nl.", "not https"),
    ],
)
def test_what_is_hard_to_read_is_named(text: str, problem: str) -> None:
    assert any(problem in found for found in problems(text)), problems(text)


def test_a_reply_in_another_language_is_not_measured_by_dutch_words() -> None:
    text = "Supercalifragilistic quintessential phantasmagoria."
    assert problems(text, "andere_taal") == []
    assert problems(text) != []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Bel 112.", ["112"]),
        ("Bel 0800 5010.", ["08005010"]),
        ("Bel 0800-5010 of 020 123 45 67", ["08005010", "0201234567"]),
        ("Op 23-11-2026 zijn er 1120 scholen.", []),
    ],
)
def test_phone_numbers_are_found(text: str, numbers: list[str]) -> None:
    assert phones.in_text(text) == numbers
