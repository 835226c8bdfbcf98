"""A month of the programme: its weeks, its neighbours, and which date a day of an event lies on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from service.events import month
from service.events.month import Month


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2027-02", Month(2027, 2)),
        ("2016-11", Month(2016, 11)),
        ("2016-10", None),
        ("2027-13", None),
        ("2027-00", None),
        ("٢٠٢٧-02", None),
        ("9999-12", None),
        ("0000-01", None),
        ("x", None),
        ("", None),
    ],
)
def test_a_month_is_read_within_ten_years(text: str, found: Month | None) -> None:
    assert month.read(text, around=Month(2026, 11)) == found


def test_months_follow_each_other_over_the_years_end() -> None:
    assert (Month(2026, 12).next, Month(2027, 1).previous) == (Month(2027, 1), Month(2026, 12))
    assert Month(2026, 12).next.name == "2027-01"


def test_weeks_begin_on_monday_and_are_whole() -> None:
    weeks = Month(2027, 2).weeks()
    assert (weeks[0][0], weeks[-1][-1]) == (date(2027, 2, 1), date(2027, 2, 28))
    assert all(len(week) == 7 for week in Month(2026, 11).weeks())


def test_the_month_of_a_moment_is_that_of_the_wall_clock() -> None:
    assert month.of(datetime(2027, 1, 31, 22, 30, tzinfo=UTC), "Europe/Tallinn") == Month(2027, 2)
