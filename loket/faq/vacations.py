"""School holidays: which one, which year and which region a text is about, and the sentence with its dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import field_validator, model_validator

from loket.clock import dutch_day
from loket.faq import tables
from loket.faq.model import Strict, https

Vacation = Literal["herfst", "kerst", "voorjaar", "mei", "zomer"]
Region = Literal["noord", "midden", "zuid"]

NAMES: dict[Vacation, str] = {
    "herfst": r"herfst",
    "kerst": r"kerst",
    "voorjaar": r"voorjaars?|krokus|carnavals?",
    "mei": r"mei",
    "zomer": r"zomer|grote",
}
TITLES: dict[Vacation, str] = {name: f"{name}vakantie" for name in NAMES}
TITLES["voorjaar"] = "voorjaarsvakantie"
_IN_AUTUMN = ("herfst", "kerst")
"""Holidays that begin in the first calendar year of a school year."""
_VACATIONS = {name: re.compile(rf"\b(?:{pattern})[\s-]?vakantie", re.IGNORECASE) for name, pattern in NAMES.items()}
_SCHOOL_YEAR = re.compile(r"\b(20\d\d)\s?[-/–]\s?(20)?(\d\d)\b")
_YEAR = re.compile(r"\b20\d\d\b")
_REGION = re.compile(r"\b(?:regio\s+|het\s+)?(noord|midden|zuid)(?:en)?\b(?!-)", re.IGNORECASE)
SITE = "[rijksoverheid.nl](https://www.rijksoverheid.nl/onderwerpen/schoolvakanties)"


class Row(Strict):
    """One holiday in one region: first and last free day."""

    vacation: Vacation
    year: str
    region: Region
    first: date
    last: date
    advice: bool
    certainty: Literal["official", "secondary"]
    source: str
    url: str
    valid_until: date

    @field_validator("url")
    @classmethod
    def _https(cls, value: str) -> str:
        return https(value)

    @model_validator(mode="after")
    def _in_order(self) -> Row:
        begin = int(self.year[:4])
        if self.year != f"{begin}-{begin + 1}" or not self.first < self.last <= date(begin + 1, 9, 30):
            raise ValueError("the days do not lie in order within the school year")
        return self


class Places(Strict):
    region: Region
    places: tuple[str, ...]


class Holidays(Strict):
    regions: tuple[Places, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Wanted:
    """What a text asks for; None where it does not say. `place` is the name from which the region follows."""

    vacation: Vacation
    year: str | None = None
    region: Region | None = None
    place: str = ""


def sentence(text: str, today: date, place: str = "") -> str | None:
    """The dates that a question asks for, as Markdown, and how certain they are; None when it asks for no holiday.

    `place` is a region, province or municipality known from elsewhere, such as the entity `regio`.
    """
    asked = wanted(text, today, place)
    if asked is None:
        return None
    year = asked.year or _next_year(asked, today)
    rows = [row for row in _usable(today) if row.vacation == asked.vacation and row.year == year]
    rows = [row for row in rows if asked.region in (None, row.region)]
    if not rows:
        return _unknown(asked, year)
    where = f"{asked.place} ligt in regio {str(asked.region).capitalize()}. " if asked.place else ""
    return f"{where}{_dates(asked, year, rows)} {_certainty(rows)}"


def wanted(text: str, today: date, place: str = "") -> Wanted | None:
    """The holiday, school year and region that a text names; None when it names no holiday."""
    vacation = next((name for name, pattern in _VACATIONS.items() if pattern.search(text)), None)
    if vacation is None:
        return None
    region, named = _region(text) if _region(text)[0] else _region(place)
    return Wanted(vacation, _year(text, vacation, today), region, named)


def dates(vacation: str, year: str, region: str, today: date) -> str | None:
    """The dates of one holiday, for a placeholder: "24 april tot en met 2 mei 2027"; None when they are not known."""
    for row in _usable(today):
        if (row.vacation, row.year, row.region) == (vacation, year, region):
            return span(row)
    return None


def span(row: Row) -> str:
    """First and last day: "24 april tot en met 2 mei 2027"."""
    return f"{dutch_day(row.first, year=row.first.year != row.last.year)} tot en met {dutch_day(row.last)}"


def _usable(today: date) -> list[Row]:
    return [row for row in tables.read("schoolvakanties", Holidays).rows if today <= row.valid_until]


def _next_year(asked: Wanted, today: date) -> str:
    """The school year of the next such holiday that is not over; today's when none is known."""
    coming = [row for row in _usable(today) if row.vacation == asked.vacation and row.last >= today]
    coming = [row for row in coming if asked.region in (None, row.region)]
    return min(coming, key=lambda row: row.first).year if coming else school_year(today)


def school_year(day: date) -> str:
    """The school year of a day, which begins on 1 August: "2026-2027"."""
    begin = day.year if day.month >= 8 else day.year - 1
    return f"{begin}-{begin + 1}"


def _year(text: str, vacation: Vacation, today: date) -> str | None:
    if match := _SCHOOL_YEAR.search(text):
        return f"{match[1]}-20{match[3]}"
    if match := _YEAR.search(text):
        begin = int(match[0]) - (vacation not in _IN_AUTUMN)
        return f"{begin}-{begin + 1}"
    if "volgend schooljaar" in text.lower():
        begin = int(school_year(today)[5:])
        return f"{begin}-{begin + 1}"
    if "dit schooljaar" in text.lower():
        return school_year(today)
    return None


def _region(text: str) -> tuple[Region | None, str]:
    """The region that a text names, and the place it follows from (empty when the region itself is named)."""
    for places in tables.read("schoolvakanties", Holidays).regions:
        for place in sorted(places.places, key=len, reverse=True):
            if _names(text, place):
                return places.region, place
    if found := _REGION.search(text):
        return found[1].lower(), ""  # type: ignore[return-value]
    return None, ""


def _names(text: str, place: str) -> bool:
    # A place that is also a word ("ede") counts only with its capital when the text has any capitals at all.
    flags = 0 if any(char.isupper() for char in text[1:]) else re.IGNORECASE
    pattern = re.escape(place).replace(r"\-", "[- ]?")  # "noord brabant" too, before its "noord" is taken for a region
    return re.search(rf"(?<![\w-]){pattern}(?![\w-])", text, flags) is not None


def _dates(asked: Wanted, year: str, rows: list[Row]) -> str:
    title = TITLES[asked.vacation]
    if len({span(row) for row in rows}) == 1:
        where = f"in regio {str(asked.region).capitalize()}" if asked.region else "in alle regio's"
        return f"De {title} is {where} van {span(rows[0])} (schooljaar {year})."
    by_region = "\n".join(f"- Regio {row.region.capitalize()}: {span(row)}" for row in rows)
    return f"Dit zijn de dagen van de {title} in schooljaar {year}:\n\n{by_region}\n\nIn welke regio uw school ligt, ziet u op {SITE}."


def _certainty(rows: list[Row]) -> str:
    parts = []
    if any(row.advice for row in rows):
        parts.append("Dit is een advies van de overheid. Uw school mag een andere week kiezen: kijk in de schoolgids.")
    if any(row.certainty == "secondary" for row in rows):
        parts.append(
            f"Wij hebben deze dagen niet op de site van de overheid zelf gezien. Kijk voor de zekerheid op {SITE}."
        )
    else:
        parts.append(f"Deze dagen staan op [rijksoverheid.nl]({rows[0].url}).")
    return " ".join(parts)


def _unknown(asked: Wanted, year: str) -> str:
    return (
        f"De dagen van de {TITLES[asked.vacation]} in schooljaar {year} hebben wij niet. U vindt ze op {SITE} of in de "
        "schoolgids."
    )
