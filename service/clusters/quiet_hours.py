"""When a cluster's news must wait ★: from one time to another on the clocks of its zone, across midnight too.

An hour that the clock skips or repeats belongs to the quiet: it begins at the first moment and ends at the last that its times can mean.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def until(*, now: datetime, zone: str, begins: time | None, ends: time | None) -> datetime | None:
    """When the quiet ends that now is in (aware UTC); None when news may go."""
    if begins is None or ends is None:
        return None
    place = ZoneInfo(zone)
    today = now.astimezone(place).date()
    for day in (today - timedelta(days=1), today):
        first = min(_meant(day, begins, place))
        last = max(_meant(day if ends > begins else day + timedelta(days=1), ends, place))
        if first <= now < last:
            return last
    return None


def _meant(day: date, clock: time, place: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments that a time of a day can mean: two where the clock is set back or forward."""
    local = datetime.combine(day, clock, place)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
