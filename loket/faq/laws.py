"""The acts that answers rest on: data/tables/laws.yml, and the links to their articles."""

from __future__ import annotations

import re
from datetime import date

from pydantic import Field

from loket.faq import tables
from loket.faq.model import LawArticle, Strict

_ARTICLES = re.compile(r"\bart(?:ikel|\.)\s*([0-9IVX][0-9A-Za-z.:]*[0-9A-Za-z]|\d)")


class Act(Strict):
    """An act: the name that answers use, its full title, its number at wetten.overheid.nl, and its newest known version.

    `prefix` is what people write before the article number and the act itself does not: "1:" for article 1:247 of Book 1.
    """

    act: str
    title: str
    bwb: str = Field(pattern=r"^BWBR\d{7}$")
    version: date
    prefix: str = ""


class Acts(Strict):
    acts: tuple[Act, ...]


def acts() -> dict[str, Act]:
    """Every known act by the name that answers use."""
    return {act.act: act for act in tables.read("laws", Acts).acts}


def url(article: LawArticle) -> str:
    """The article at wetten.overheid.nl, in the version that the answer was compared with.

    This is a Juriconnect reference (standard BWB 1.3), which the site resolves by article number alone. The addresses
    seen there, such as #Hoofdstuk8_Paragraaf2_Artikel8.14, contain the whole division of the act: a plain
    #Artikel8.14 finds nothing in an act with chapters.
    """
    act = acts()[article.act]
    number = article.article.removeprefix(act.prefix)
    return f"https://wetten.overheid.nl/jci1.3:c:{act.bwb}&artikel={number}&z={article.version}&g={article.version}"


def name(article: LawArticle) -> str:
    """The article as a parent reads it: "Wet voortgezet onderwijs 2020, artikel 8.14"."""
    return f"{acts()[article.act].title}, artikel {article.article}"


def articles_named(text: str) -> list[tuple[str, str]]:
    """Act and article of each reference in a text such as "WPO art. 40, Awb art. 6:7"."""
    known = sorted(acts(), key=len, reverse=True)
    found = []
    for piece in re.split(r"[;,]| en ", text):
        act = next((act for act in known if re.search(rf"(?<!\w){re.escape(act)}(?!\w)", piece)), None)
        numbers = _ARTICLES.findall(piece)
        found += [(act, number) for number in numbers if act]
    return found
