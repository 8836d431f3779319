"""School holidays: the right one is picked from a question, and told with its certainty."""

from __future__ import annotations

from datetime import date

import pytest

from loket.faq import vacations
from loket.faq.vacations import Holidays
from tests.support.faq import TODAY

SITE = "https://www.rijksoverheid.nl/onderwerpen/schoolvakanties"


def said(text: str, today: date = TODAY, place: str = "") -> str:
    return vacations.sentence(text, today, place) or ""


def test_the_may_holiday_of_2027_in_the_south_has_its_date() -> None:
    sentence = said("wanneer is de meivakantie 2027 in het zuiden")
    assert "regio Zuid van 24 april tot en met 2 mei 2027 (schooljaar 2026-2027)" in sentence
    assert "niet op de site van de overheid zelf gezien" in sentence


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("zomervakantie 2027 regio noord", "10 juli tot en met 22 augustus 2027"),
        ("Wanneer begint de zomervakantie 2027 in Eindhoven?", "24 juli tot en met 5 september 2027"),
        ("grote vakantie midden 2026-2027", "17 juli tot en met 29 augustus 2027"),
        ("herfstvakantie 2027 in noord", "16 oktober tot en met 24 oktober 2027"),
        ("kerstvakantie 2027", "25 december 2027 tot en met 9 januari 2028"),
        ("kerst vakantie 2026", "19 december 2026 tot en met 3 januari 2027"),
        ("krokusvakantie 2027 brabant", "13 februari tot en met 21 februari 2027"),
        ("carnavalsvakantie volgend schooljaar limburg", "26 februari tot en met 5 maart 2028"),
        ("meivakantie volgend schooljaar", "29 april tot en met 7 mei 2028"),
        ("voorjaarsvakantie dit schooljaar in Noord-Holland", "20 februari tot en met 28 februari 2027"),
    ],
)
def test_holiday_year_and_region_are_read_from_the_text(text: str, dates: str) -> None:
    assert dates in said(text)


def test_without_a_year_the_next_one_is_meant() -> None:
    assert "2026-2027" in said("wanneer is het meivakantie")
    assert "2027-2028" in said("wanneer is het meivakantie", date(2027, 5, 3))


def test_without_a_region_every_region_is_told() -> None:
    sentence = said("wanneer is de zomervakantie 2027")
    assert [f"Regio {name}:" in sentence for name in ("Noord", "Midden", "Zuid")] == [True] * 3
    assert SITE in sentence


def test_a_holiday_that_is_the_same_everywhere_is_told_once() -> None:
    assert "in alle regio's van 24 april" in said("meivakantie 2027")


def test_a_place_known_from_elsewhere_gives_the_region() -> None:
    assert said("zomervakantie 2027", place="Maastricht").startswith("Maastricht ligt in regio Zuid.")
    assert "regio Noord" in said("zomervakantie 2027", place="regio noord")


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("zomervakantie 2027 in Zuid-Holland", "Midden"),
        ("zomervakantie 2027 noord brabant", "Zuid"),
        ("zomervakantie 2027 in Rotterdam", "Midden"),
    ],
)
def test_a_name_with_a_wind_direction_is_no_region(text: str, region: str) -> None:
    assert f"regio {region} " in said(text)


def test_a_place_that_is_not_listed_gets_all_regions() -> None:
    assert "Regio Noord:" in said("zomervakantie 2027 in Midden-Delfland")


def test_advice_is_called_advice_and_official_is_called_official() -> None:
    assert "Dit is een advies" in said("herfstvakantie 2027 noord")
    assert "Dit is een advies" not in said("zomervakantie 2028 noord")
    assert "Deze dagen staan op [rijksoverheid.nl]" in said("zomervakantie 2028 noord")


def test_what_is_not_known_is_said_and_not_made_up() -> None:
    assert "hebben wij niet" in said("meivakantie 2031 in het zuiden")


@pytest.mark.parametrize("text", ["mag ik mijn kind vrij geven", "vakantie", "wanneer is de studiedag"])
def test_a_question_about_something_else_has_no_dates(text: str) -> None:
    assert vacations.sentence(text, TODAY) is None


def test_a_row_has_had_its_time_after_its_last_day() -> None:
    assert vacations.dates("mei", "2026-2027", "zuid", date(2027, 9, 30)) is not None
    assert vacations.dates("mei", "2026-2027", "zuid", date(2027, 10, 1)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"last": "2027-04-01"},
        {"year": "2026-2028"},
        {"year": "2027-2028", "last": "2029-01-01"},
        {"url": "http://x.nl"},
    ],
)
def test_a_row_that_cannot_be_is_refused(change: dict[str, str]) -> None:
    row = {"vacation": "mei", "year": "2026-2027", "region": "zuid", "first": "2027-04-24", "last": "2027-05-02", "advice": False,
           "certainty": "secondary", "source": "x", "url": SITE, "valid_until": "2027-09-30"}  # fmt: skip
    Holidays.model_validate({"regions": [], "rows": [row]})
    with pytest.raises(ValueError, match="Holidays"):
        Holidays.model_validate({"regions": [], "rows": [row | change]})
