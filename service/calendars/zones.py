"""VTIMEZONE ★ for the years that an object needs and no more: one observance for each change of the clocks.

icalendar's own puts the beginning of summer time an hour late (it counts in the new offset; RFC 5545 §3.6.5 wants the old).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=256)
def timezone(zone: str, first_year: int, last_year: int) -> Timezone:
    """The zone's clock from New Year of `first_year` to the end of `last_year`."""
    clock = Timezone()
    clock.add("TZID", zone)
    opening = datetime(first_year, 1, 1, tzinfo=UTC) - _DAY
    for change in (opening, *_changes(ZoneInfo(zone), opening, datetime(last_year + 1, 1, 2, tzinfo=UTC))):
        clock.add_component(_observance(ZoneInfo(zone), change))
    return clock


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        following = start + _DAY
        if _offset(zone, start) != _offset(zone, following):
            yield _first_second_after(zone, start, following)
        start = following


def _first_second_after(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    return after


def _observance(zone: ZoneInfo, change: datetime) -> TimezoneStandard | TimezoneDaylight:
    local, old = change.astimezone(zone), _offset(zone, change - _SECOND)
    observance = TimezoneDaylight() if local.dst() else TimezoneStandard()
    observance.add("DTSTART", (change + old).replace(tzinfo=None))
    observance.add("TZNAME", local.tzname())
    observance.add("TZOFFSETFROM", old)
    observance.add("TZOFFSETTO", _offset(zone, change))
    return observance


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
