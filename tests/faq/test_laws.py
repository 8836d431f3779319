"""Acts and the links to their articles."""

from __future__ import annotations

from datetime import date

import pytest

from loket.faq import laws
from loket.faq.model import LawArticle


def article(act: str, number: str) -> LawArticle:
    return LawArticle(act=act, article=number, version=date(2026, 8, 1))


@pytest.mark.parametrize(
    ("act", "number", "url"),
    [
        ("WVO 2020", "8.14", "jci1.3:c:BWBR0044212&artikel=8.14&z=2026-08-01&g=2026-08-01"),
        ("Awb", "6:7", "jci1.3:c:BWBR0005537&artikel=6:7&z=2026-08-01&g=2026-08-01"),
        ("BW Boek 1", "1:247a", "jci1.3:c:BWBR0002656&artikel=247a&z=2026-08-01&g=2026-08-01"),
    ],
)
def test_an_article_has_a_link_to_its_version(act: str, number: str, url: str) -> None:
    assert laws.url(article(act, number)) == f"https://wetten.overheid.nl/{url}"


def test_a_parent_reads_the_full_title() -> None:
    assert laws.name(article("WPO", "40")) == "Wet op het primair onderwijs, artikel 40"


@pytest.mark.parametrize(
    ("text", "articles"),
    [
        ("WPO art. 40", [("WPO", "40")]),
        ("WVO 2020 art. 8.14; Awb artikel 6:7", [("WVO 2020", "8.14"), ("Awb", "6:7")]),
        ("Uitvoeringsbesluit WVO 2020 art. 3.38.", [("Uitvoeringsbesluit WVO 2020", "3.38")]),
        ("Rijksoverheid", []),
        ("", []),
    ],
)
def test_articles_are_found_in_a_reference(text: str, articles: list[tuple[str, str]]) -> None:
    assert laws.articles_named(text) == articles
