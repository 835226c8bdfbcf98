"""Repeating ★: the dates that come after one, week by week or month by month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from service.errors import Refused
from service.languages.catalogues import marked

STEPS = {
    "1": marked("Every week"),
    "2": marked("Every two weeks"),
    "3": marked("Every three weeks"),
    "4": marked("Every four weeks"),
    "month": marked("Monthly, same weekday"),
}
"""How far apart: weeks, or the same weekday of each month; by the key of its field."""

_LAST = 4


def dates(*, after: date, step: str, until: date, most: int) -> list[date]:
    """The dates after `after`, the last of them on `until` at the latest. Raises Refused, at `step` or `until`, for none and for more than `most`.

    Of a month it is the same weekday in the same week, such as the second Tuesday; the fifth one is the last one.
    """
    if step not in STEPS:
        raise Refused("Choose how often.", field="step")
    found: list[date] = []
    for day in _months(after) if step == "month" else _weeks(after, int(step)):
        if day > until:
            break
        if len(found) == most:
            raise Refused("These are too many at once: at most {most} dates.", field="until", most=most)
        found.append(day)
    if not found:
        raise Refused("No date comes until then. Choose a later day.", field="until")
    return found


def _weeks(after: date, every: int) -> Iterator[date]:
    while True:
        after += timedelta(weeks=every)
        yield after


def _months(after: date) -> Iterator[date]:
    week, first = (after.day - 1) // 7, after.replace(day=1)
    while True:
        first = (first + timedelta(days=31)).replace(day=1)
        yield _weekday_of(first, after.weekday(), week)


def _weekday_of(first: date, weekday: int, week: int) -> date:
    day = first + timedelta(days=(weekday - first.weekday()) % 7, weeks=week)
    return day if week < _LAST or day.month == first.month else day - timedelta(weeks=1)
