"""When the days of the content files fall."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from service.sample import reading


@pytest.mark.parametrize(
    ("today", "day", "falls_on"),
    [
        (date(2026, 11, 22), "02-13", date(2027, 2, 13)),
        (date(2026, 11, 22), "11-29", date(2026, 11, 29)),
        (date(2026, 11, 22), "11-28", date(2027, 11, 28)),
        (date(2026, 12, 28), "01-02", date(2028, 1, 2)),
        (date(2026, 11, 22), "+10", date(2026, 12, 2)),
        (date(2026, 11, 22), "-30", date(2026, 10, 23)),
    ],
)
def test_a_day_of_the_year_falls_at_least_a_week_ahead(today: date, day: str, falls_on: date) -> None:
    assert reading.coming(day, now=_noon(today)) == falls_on


@pytest.mark.parametrize("today", [date(2026, 5, day) for day in range(22, 32)])
def test_the_days_of_one_event_stay_together(today: date) -> None:
    now = _noon(today)
    first = reading.coming("06-02", now=now)
    last = reading.coming("06-05", now=now, earliest=first)
    assert (last - first).days == 3


def test_a_clock_is_read_in_its_zone() -> None:
    now = _noon(date(2026, 11, 22))
    assert reading.moment("06-02", "12:00", zone="Europe/Amsterdam", now=now) == datetime(2027, 6, 2, 10, 0, tzinfo=UTC)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, 0, tzinfo=UTC)
