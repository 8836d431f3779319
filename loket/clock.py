"""Time: always aware, UTC inside, Europe/Amsterdam where people see it. The clock is passed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

Clock = Callable[[], datetime]

DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip


def utc_now() -> datetime:
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """The date of a moment in Amsterdam."""
    return moment.astimezone(AMSTERDAM).date()


def dutch_moment(moment: datetime) -> str:
    """A moment as people say it: "dinsdag 24 november om 14.00 uur"."""
    local = moment.astimezone(AMSTERDAM)
    return f"{dutch_date(local)} om {local.hour}.{local.minute:02d} uur"


def dutch_date(moment: datetime) -> str:
    """A day as people say it: "dinsdag 24 november"."""
    local = moment.astimezone(AMSTERDAM)
    return f"{DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


def dutch_day(day: date, *, year: bool = True) -> str:
    """A date as people write it: "24 april 2027", or "24 april"."""
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")
