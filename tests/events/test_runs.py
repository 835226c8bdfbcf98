"""Which entry of a calendar each day goes on with, and which day a form means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.events.runs import Placed, keep

MARCH = datetime(2027, 3, 1, 10, tzinfo=UTC)


def placed(*days: tuple[int, int | None, bool]) -> list[Placed]:
    """Days of March: the date, the entry until now, whether it stays at its hours."""
    return [Placed(MARCH + timedelta(days=date - 1), entry_id, stays) for date, entry_id, stays in days]


@pytest.mark.parametrize(
    ("days", "entries"),
    [
        ([(2, 1, True), (16, 2, True)], [1, 2]),
        ([(2, 1, False), (3, 1, False)], [1]),
        ([(2, 1, True), (3, 2, False)], [1]),
        ([(2, 2, False), (3, 1, True)], [1]),
        ([(2, 1, False), (20, 1, True)], [2, 1]),
        ([(2, 1, True), (20, None, False)], [1, 2]),
        ([(5, None, False)], [1]),
        ([(2, 1, True), (3, 2, False), (20, None, False), (30, None, False)], [1, 2, None]),
    ],
)
def test_an_entry_stays_with_a_day_that_stays(days: list[tuple[int, int | None, bool]], entries: list[int | None]) -> None:
    assert [entry_id for _, entry_id in keep(placed(*days), zone="UTC", entries=(1, 2))] == entries
