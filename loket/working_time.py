"""Working time: opening hours, Dutch public holidays, extra closed days; always in Amsterdam time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import holidays

from loket.clock import AMSTERDAM, DAYS

_DAY_NAMES = ("ma", "di", "wo", "do", "vr", "za", "zo")
_PART = re.compile(r"^(ma|di|wo|do|vr|za|zo)(?:-(ma|di|wo|do|vr|za|zo))? (\d{1,2}:\d\d)-(\d{1,2}:\d\d)$")
_SEARCH_DAYS = 400


@dataclass(frozen=True)
class Calendar:
    hours: tuple[tuple[int, time, time], ...]
    closed: frozenset[date] = frozenset()

    def opening(self, day: date) -> tuple[datetime, datetime] | None:
        """The opening and closing moment of a day (UTC), or None when closed."""
        if day in self.closed or day in _public_holidays(day.year):
            return None
        for weekday, opens, closes in self.hours:
            if weekday == day.weekday():
                return _moment(day, opens), _moment(day, closes)
        return None

    def is_open(self, moment: datetime) -> bool:
        opening = self.opening(moment.astimezone(AMSTERDAM).date())
        return opening is not None and opening[0] <= moment < opening[1]

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The moment at which `working` hours of opening time have passed since `start`."""
        day, left = start.astimezone(AMSTERDAM).date(), working
        for _ in range(_SEARCH_DAYS):
            opening = self.opening(day)
            if opening:
                begins, ends = max(opening[0], start), opening[1]
                if ends - begins >= left:
                    return begins + left
                left -= max(ends - begins, timedelta())
            day += timedelta(days=1)
        raise ValueError("the calendar has no opening hours within a year")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Opening time that passed from `start` to `end`."""
        total, day = timedelta(), start.astimezone(AMSTERDAM).date()
        while day <= end.astimezone(AMSTERDAM).date():
            if opening := self.opening(day):
                total += max(min(opening[1], end) - max(opening[0], start), timedelta())
            day += timedelta(days=1)
        return total


def parse(text: str) -> tuple[tuple[int, time, time], ...]:
    """Opening hours such as `ma-do 09:00-17:00, vr 09:00-13:00`. Raises ValueError."""
    hours = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = _PART.match(part)
        if match is None:
            raise ValueError(f"{part!r} is not like `ma-vr 09:00-17:00`")
        first, last = _DAY_NAMES.index(match[1]), _DAY_NAMES.index(match[2] or match[1])
        opens, closes = (time.fromisoformat(found.zfill(5)) for found in (match[3], match[4]))
        if last < first or closes <= opens:
            raise ValueError(f"{part!r} ends before it begins")
        hours += [(weekday, opens, closes) for weekday in range(first, last + 1)]
    if not hours:
        raise ValueError("no opening hours")
    return tuple(hours)


def in_words(text: str) -> str:
    """Opening hours as people read them: "maandag tot en met vrijdag van 9.00 tot 17.00 uur". Raises ValueError."""
    groups: list[list[tuple[int, time, time]]] = []
    for day in parse(text):
        if groups and groups[-1][-1][1:] == day[1:] and groups[-1][-1][0] + 1 == day[0]:
            groups[-1].append(day)
        else:
            groups.append([day])
    return ", ".join(_group_in_words(group) for group in groups)


def _group_in_words(group: list[tuple[int, time, time]]) -> str:
    (first, opens, closes), last = group[0], group[-1][0]
    days = DAYS[first] if first == last else f"{DAYS[first]} tot en met {DAYS[last]}"
    return f"{days} van {opens.hour}.{opens.minute:02d} tot {closes.hour}.{closes.minute:02d} uur"


def parse_days(text: str) -> frozenset[date]:
    """Closed days such as `2026-12-24,2026-12-31`. Raises ValueError."""
    return frozenset(date.fromisoformat(part.strip()) for part in text.split(",") if part.strip())


@cache
def from_settings(opening_hours: str, closed_days: str) -> Calendar:
    return Calendar(parse(opening_hours), parse_days(closed_days))


def _moment(day: date, at: time) -> datetime:
    # In UTC, because arithmetic between two local moments ignores a change of summer time.
    return datetime.combine(day, at, AMSTERDAM).astimezone(UTC)


@cache
def _public_holidays(year: int) -> frozenset[date]:
    # Liberation Day is listed by the library in lustrum years only, when it is a day off for most.
    return frozenset(holidays.country_holidays("NL", years=year))
