"""Occurrences ★: the days of one calendar entry as DTSTART, DTEND, RRULE, EXDATE and the days that differ.

Days that follow each other are one entry, `RRULE:FREQ=DAILY;COUNT=n` in the hours of the first; empty days between are EXDATEs. A day whose hours,
title or place differ is an override with a RECURRENCE-ID. Never RDATE (Outlook drops the event), never one long bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Event

When = datetime | date
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Day:
    """One day's hours, aware. `title` and `location` only where they differ from the entry's own."""

    starts_at: datetime
    ends_at: datetime
    title: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """A day that does not follow the first: which occurrence it replaces, and how."""

    replaces: When
    starts: When
    ends: When
    day: Day

    def put_into(self, event: Event) -> None:
        """Add the times of this day."""
        event.add("RECURRENCE-ID", self.replaces)
        _put_times(event, self.starts, self.ends)


@dataclass(frozen=True, slots=True)
class Occurrences:
    """What goes into the entry itself (`starts`, `ends` exclusive, `count` and `empty` days) and the overrides beside it.

    `title` and `location` are those of a single day.
    """

    starts: When
    ends: When
    count: int = 1
    empty: tuple[When, ...] = ()
    overrides: tuple[Override, ...] = ()
    title: str = ""
    location: str = ""

    def put_into(self, event: Event) -> None:
        """Add the times of the whole entry."""
        _put_times(event, self.starts, self.ends)
        if self.count > 1:
            event.add("RRULE", {"FREQ": "DAILY", "COUNT": self.count})
        if self.empty:
            event.add("EXDATE", list(self.empty))


def of(days: Sequence[Day], *, zone: str, all_day: bool = False) -> Occurrences:
    """The occurrences of `days`, told in `zone`; ValueError without a day, or for a day that ends before it starts."""
    if not days or any(day.ends_at <= day.starts_at for day in days):
        raise ValueError("an entry has at least one day, and each ends after it starts")
    by_date = _by_date(days, zone)
    if len(by_date) == 1:
        return _single(next(iter(by_date.values())), zone, all_day)
    return _daily(by_date, zone, all_day)


def bounds(days: Sequence[Day]) -> tuple[datetime, datetime]:
    """The first start and the last end."""
    return min(day.starts_at for day in days), max(day.ends_at for day in days)


def _put_times(event: Event, starts: When, ends: When) -> None:
    event.add("DTSTART", starts)
    event.add("DTEND", ends)


def _by_date(days: Sequence[Day], zone: str) -> dict[date, Day]:
    """One day for each date: a daily rule has one occurrence a date, so sessions of the same date are told from the first to the last."""
    by_date: dict[date, Day] = {}
    for day in sorted(days, key=lambda day: day.starts_at):
        on = _wall(day.starts_at, zone).date()
        by_date[on] = _joined(by_date[on], day) if on in by_date else day
    return by_date


def _joined(one: Day, other: Day) -> Day:
    titles, places = (dict.fromkeys(filter(None, pair)) for pair in ((one.title, other.title), (one.location, other.location)))
    return Day(one.starts_at, max(one.ends_at, other.ends_at), " · ".join(titles), " · ".join(places))


def _single(day: Day, zone: str, all_day: bool) -> Occurrences:
    starts, ends = _times(day, zone, all_day)
    return Occurrences(starts, ends, title=day.title, location=day.location)


def _daily(by_date: dict[date, Day], zone: str, all_day: bool) -> Occurrences:
    first, *_, last = by_date
    pattern = _Pattern(_wall(by_date[first].starts_at, zone), _wall(by_date[first].ends_at, zone), all_day)
    dates = [first + _DAY * step for step in range((last - first).days + 1)]
    overrides = (
        Override(pattern.starts(on), *_times(day, zone, all_day), day) for on, day in by_date.items() if not pattern.is_followed_by(day, on)
    )
    empty = tuple(pattern.starts(on) for on in dates if on not in by_date)
    return Occurrences(pattern.starts(first), pattern.ends(first), len(dates), empty, tuple(overrides))


@dataclass(frozen=True, slots=True)
class _Pattern:
    """The first day's hours on the wall clock, as a calendar repeats them."""

    first_start: datetime
    first_end: datetime
    all_day: bool

    def starts(self, on: date) -> When:
        return on if self.all_day else datetime.combine(on, self.first_start.time(), self.first_start.tzinfo).replace(fold=0)

    def ends(self, on: date) -> When:
        if self.all_day:
            return on + (_end_date(self.first_end) - self.first_start.date())
        nights = self.first_end.date() - self.first_start.date()
        return datetime.combine(on + nights, self.first_end.time(), self.first_end.tzinfo).replace(fold=0)

    def is_followed_by(self, day: Day, on: date) -> bool:
        if day.title or day.location:
            return False
        if self.all_day:
            return self.ends(on) == _end_date(_wall(day.ends_at, str(self.first_end.tzinfo)))
        on_the_wall = (self.starts(on), self.ends(on)) == _times(day, str(self.first_start.tzinfo), all_day=False)
        return on_the_wall and self._exactly(on) == (day.starts_at.astimezone(UTC), day.ends_at.astimezone(UTC))

    def _exactly(self, on: date) -> tuple[datetime, datetime]:
        """As programs reckon that repeat its length in hours (RFC 5545 §3.8.5.3), not its end on the clock: they part when the clocks change."""
        start, first = _utc(self.starts(on)), self.first_start.date()
        return start, start + (_utc(self.ends(first)) - _utc(self.starts(first)))


def _times(day: Day, zone: str, all_day: bool) -> tuple[When, When]:
    starts, ends = _wall(day.starts_at, zone), _wall(day.ends_at, zone)
    return (starts.date(), _end_date(ends)) if all_day else (_sayable(starts), _sayable(ends))


def _end_date(ends: datetime) -> date:
    """The date after the last: an all-day DTEND is exclusive."""
    return (ends - _INSTANT).date() + _DAY


def _sayable(moment: datetime) -> datetime:
    """A wall clock that strikes an hour twice can only say the first (RFC 5545 §3.3.5); the second is said in UTC."""
    return moment.astimezone(UTC) if moment.fold else moment


def _wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def _utc(when: When) -> datetime:
    if not isinstance(when, datetime):
        raise TypeError("a date has no hour")
    return when.astimezone(UTC)
