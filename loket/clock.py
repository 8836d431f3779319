"""Time: always aware, UTC inside, Europe/Amsterdam where people see it. The clock is passed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

Clock = Callable[[], datetime]

_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip


def utc_now() -> datetime:
    return datetime.now(UTC)


def dutch_moment(moment: datetime) -> str:
    """A moment as people say it: "dinsdag 24 november om 14.00 uur"."""
    local = moment.astimezone(AMSTERDAM)
    return f"{dutch_date(local)} om {local.hour}.{local.minute:02d} uur"


def dutch_date(moment: datetime) -> str:
    """A day as people say it: "dinsdag 24 november"."""
    local = moment.astimezone(AMSTERDAM)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"
