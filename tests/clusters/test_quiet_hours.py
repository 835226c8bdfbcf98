"""Quiet hours on the clocks of a zone, also on the nights on which the clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clusters import quiet_hours

TALLINN = "Europe/Tallinn"


def until(now: str, begins: str, ends: str, zone: str = TALLINN) -> str | None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = quiet_hours.until(now=moment, zone=zone, begins=time.fromisoformat(begins), ends=time.fromisoformat(ends))
    return found.strftime("%Y-%m-%d %H:%M") if found else None


@pytest.mark.parametrize(
    ("now", "begins", "ends", "expected"),
    [
        ("2026-11-22 19:59", "22:00", "08:00", None),
        ("2026-11-22 20:00", "22:00", "08:00", "2026-11-23 06:00"),  # 22:00 in Tallinn
        ("2026-11-23 05:59", "22:00", "08:00", "2026-11-23 06:00"),
        ("2026-11-23 06:00", "22:00", "08:00", None),
        ("2026-07-01 19:00", "22:00", "08:00", "2026-07-02 05:00"),  # summer
        ("2026-11-22 11:00", "12:00", "14:00", "2026-11-22 12:00"),  # within a day
        ("2026-11-22 12:30", "12:00", "14:00", None),
        ("2026-03-28 23:00", "22:00", "08:00", "2026-03-29 05:00"),  # the short night
        ("2026-10-24 23:00", "22:00", "08:00", "2026-10-25 06:00"),  # the long one
        ("2026-10-25 00:45", "22:00", "03:30", "2026-10-25 01:30"),  # 03:45, which comes again: quiet until the second 03:30
        ("2026-10-25 01:30", "22:00", "03:30", None),
        ("2026-03-29 01:00", "22:00", "03:30", "2026-03-29 01:30"),  # 03:30 never came
        ("2026-03-29 00:30", "03:30", "05:00", "2026-03-29 02:00"),  # it begins at a time that is skipped
    ],
)
def test_news_waits_until_the_clocks_of_the_zone_say_so(now: str, begins: str, ends: str, expected: str | None) -> None:
    assert until(now, begins, ends) == expected


def test_without_quiet_hours_nothing_waits() -> None:
    assert quiet_hours.until(now=datetime(2026, 11, 22, tzinfo=UTC), zone=TALLINN, begins=None, ends=None) is None


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # as the strategy wants them
    begins=st.times(),
    ends=st.times(),
    zone=st.sampled_from([TALLINN, "America/St_Johns", "Australia/Lord_Howe", "UTC"]),
)
def test_quiet_ends_within_a_day_and_not_in_the_past(now: datetime, begins: time, ends: time, zone: str) -> None:
    found = quiet_hours.until(now=now, zone=zone, begins=begins, ends=ends)
    if found is not None:
        assert 0 < (found - now).total_seconds() <= 26 * 3600
        assert quiet_hours.until(now=found, zone=zone, begins=begins, ends=ends) is None or begins <= ends
