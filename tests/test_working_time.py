"""Working time: weekends, holidays, closed days and the change of summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket import working_time
from loket.clock import AMSTERDAM
from loket.working_time import Calendar, parse, parse_days

WEEK = Calendar(parse("ma-vr 09:00-17:00"), parse_days("2026-12-24,2026-12-31"))
SHORT_FRIDAY = Calendar(parse("ma-do 08:30-17:00, vr 09:00-12:30"))
NIGHT = Calendar(parse("ma-zo 00:00-06:00"))


def at(text: str) -> datetime:
    """A moment on the clock of Amsterdam."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("case", "start", "hours", "end"),
    [
        ("within a day", "2026-11-24 12:00", 2, "2026-11-24 14:00"),
        ("to the minute of closing", "2026-11-24 12:00", 5, "2026-11-24 17:00"),
        ("into the next day", "2026-11-24 16:00", 2, "2026-11-25 10:00"),
        ("before opening", "2026-11-24 06:00", 1, "2026-11-24 10:00"),
        ("after closing", "2026-11-24 17:00", 1, "2026-11-25 10:00"),
        ("late in the evening", "2026-11-24 23:30", 1, "2026-11-25 10:00"),
        ("Friday evening", "2026-11-27 18:00", 1, "2026-11-30 10:00"),
        ("over a weekend", "2026-11-27 16:00", 2, "2026-11-30 10:00"),
        ("on a Saturday", "2026-11-28 12:00", 8, "2026-11-30 17:00"),
        ("King's Day", "2026-04-24 16:00", 2, "2026-04-28 10:00"),
        ("Good Friday and Easter Monday", "2026-04-02 16:00", 2, "2026-04-07 10:00"),
        ("Ascension Day", "2026-05-13 16:00", 2, "2026-05-15 10:00"),
        ("Liberation Day in an ordinary year is worked", "2026-05-04 16:00", 2, "2026-05-05 10:00"),
        ("Liberation Day in a lustrum year is not", "2030-05-03 16:00", 2, "2030-05-06 10:00"),
        ("closed days, Christmas and a weekend", "2026-12-23 16:00", 2, "2026-12-28 10:00"),
        ("over the turn of the year", "2026-12-30 16:00", 2, "2027-01-04 10:00"),
        ("over the beginning of summer time", "2026-03-27 16:00", 2, "2026-03-30 10:00"),
        ("over the end of summer time", "2026-10-23 16:00", 2, "2026-10-26 10:00"),
        ("a promise of two days", "2026-11-24 12:00", 16, "2026-11-26 12:00"),
        ("nothing, while open", "2026-11-24 12:00", 0, "2026-11-24 12:00"),
        ("nothing, while closed", "2026-11-28 12:00", 0, "2026-11-30 09:00"),
    ],
)
def test_add(case: str, start: str, hours: float, end: str) -> None:
    assert WEEK.add(at(start), timedelta(hours=hours)) == at(end)


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-28", 6), ("2026-03-29", 5), ("2026-10-24", 6), ("2026-10-25", 7)],
)
def test_a_night_of_the_change_of_time_is_as_long_as_it_is(day: str, hours: int) -> None:
    opening = NIGHT.opening(date.fromisoformat(day))
    assert opening is not None
    assert opening[1] - opening[0] == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-24 08:59:59", False),
        ("2026-11-24 09:00", True),
        ("2026-11-24 16:59:59", True),
        ("2026-11-24 17:00", False),
        ("2026-11-28 12:00", False),
        ("2026-04-27 12:00", False),
        ("2026-12-24 12:00", False),
    ],
)
def test_is_open(moment: str, is_open: bool) -> None:
    assert WEEK.is_open(at(moment)) is is_open


def test_each_day_has_its_own_hours() -> None:
    assert SHORT_FRIDAY.add(at("2026-11-26 16:30"), timedelta(hours=1)) == at("2026-11-27 09:30")
    assert SHORT_FRIDAY.add(at("2026-11-27 12:00"), timedelta(hours=1)) == at("2026-11-30 09:00")


MOMENTS = st.integers(0, 11 * 365 * 24 * 3600).map(
    lambda seconds: at("2024-01-01").astimezone(UTC) + timedelta(seconds=seconds)
)
WORK = st.timedeltas(timedelta(seconds=1), timedelta(hours=200))
CALENDARS = st.sampled_from([WEEK, SHORT_FRIDAY, NIGHT])


@given(CALENDARS, MOMENTS, WORK)
def test_what_was_added_lies_between(calendar: Calendar, start: datetime, work: timedelta) -> None:
    assert calendar.between(start, calendar.add(start, work)) == work


@given(CALENDARS, MOMENTS, WORK, WORK)
def test_adding_twice_is_adding_the_sum(calendar: Calendar, start: datetime, one: timedelta, two: timedelta) -> None:
    assert calendar.add(calendar.add(start, one), two) == calendar.add(start, one + two)


@given(CALENDARS, MOMENTS, WORK)
def test_a_deadline_falls_within_opening_hours(calendar: Calendar, start: datetime, work: timedelta) -> None:
    end = calendar.add(start, work)
    assert end > start
    assert calendar.is_open(end - timedelta(microseconds=1))


def test_a_calendar_without_hours_is_told() -> None:
    never = Calendar(())
    with pytest.raises(ValueError, match="no opening hours within a year"):
        never.add(at("2026-11-24 12:00"), timedelta(hours=1))


@pytest.mark.parametrize(
    "text", ["", "maandag", "ma-vr", "ma-vr 9-17", "vr-ma 09:00-17:00", "ma 17:00-09:00", "ma 09:00-25:00", "ma 09:00"]
)
def test_opening_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message differs by cause
        parse(text)


def test_opening_hours_may_be_written_short() -> None:
    assert parse("ma 9:00-17:00") == parse("ma 09:00-17:00")


@pytest.mark.parametrize("text", ["24-12-2026", "2026-02-30", "kerst"])
def test_closed_days_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message differs by cause
        parse_days(text)


def test_the_calendar_of_the_settings() -> None:
    assert working_time.from_settings("ma-vr 09:00-17:00", "2026-12-24, 2026-12-31") == WEEK


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ma-vr 09:00-17:00", "maandag tot en met vrijdag van 9.00 tot 17.00 uur"),
        ("ma 9:00-12:30, wo 09:00-12:30", "maandag van 9.00 tot 12.30 uur, woensdag van 9.00 tot 12.30 uur"),
        (
            "ma-di 09:00-17:00, wo 10:00-17:00",
            "maandag tot en met dinsdag van 9.00 tot 17.00 uur, woensdag van 10.00 tot 17.00 uur",
        ),
    ],
)
def test_opening_hours_are_told_in_words(text: str, words: str) -> None:
    assert working_time.in_words(text) == words
