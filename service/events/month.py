"""A month ★: its weeks, and which day of which event lies on which date, on the clock of the place where the event is."""

from __future__ import annotations

import re
from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from service.events.occasion import Day, Occasion

_NAME = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_WIDEST = 120
_ZONES_APART = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Part:
    """One day of an event, the `number`th of `days`."""

    event: Occasion
    day: Day
    number: int
    days: int


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year."""

    year: int
    number: int

    @property
    def name(self) -> str:
        """`2027-02`."""
        return f"{self.year}-{self.number:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """A span of time that has the whole month in it in every zone there is."""
        starts = datetime(self.year, self.number, 1, tzinfo=UTC)
        after = self.next
        return starts - _ZONES_APART, datetime(after.year, after.number, 1, tzinfo=UTC) + _ZONES_APART

    @property
    def next(self) -> Month:
        """The month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> Month:
        """The month before it."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    def weeks(self) -> list[list[date]]:
        """Its weeks from Monday to Sunday, filled up with days of the months around it."""
        return Calendar().monthdatescalendar(self.year, self.number)


def of(moment: datetime, zone: str) -> Month:
    """The month that a moment lies in on the clocks of `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    return Month(local.year, local.month)


def read(text: str, *, around: Month) -> Month | None:
    """The month that `text` names; None for what is no month, and for one more than ten years away from `around`."""
    found = _NAME.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    month = Month(int(found[1]), int(found[2]))
    return month if abs((month.year - around.year) * 12 + month.number - around.number) <= _WIDEST else None


def placed(events: Sequence[Occasion]) -> dict[date, list[Part]]:
    """The days of the events by the date they begin on, in order of time."""
    found: dict[date, list[Part]] = {}
    for event in events:
        for number, day in enumerate(event.days, start=1):
            on = day.starts_at.astimezone(ZoneInfo(event.zone)).date()
            found.setdefault(on, []).append(Part(event, day, number, len(event.days)))
    return {on: sorted(parts, key=lambda part: part.day.starts_at) for on, parts in found.items()}
