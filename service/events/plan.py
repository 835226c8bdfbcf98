"""The plan ★: how long before and after an event its letters go out. Days are days of the wall clock: 7 days before 10:00 is 10:00, whatever the clocks did."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

UNITS = ("d", "h", "m")
"""Days, hours, minutes."""

LONGEST = {"d": 60, "h": 72, "m": 600}
MOST_REMINDERS = 4

_SHAPE = re.compile(r"([1-9]\d{0,2})([dhm])")
_EXACT = {"h": timedelta(hours=1), "m": timedelta(minutes=1)}


@dataclass(frozen=True, slots=True)
class Distance:
    """So many days, hours or minutes; written `7d`, `2h`, `30m`."""

    amount: int
    unit: str

    @classmethod
    def read(cls, text: str) -> Distance | None:
        """The distance that `text` writes; None when it is none, or longer than anybody plans."""
        found = _SHAPE.fullmatch(text)
        if found is None or int(found[1]) > LONGEST[found[2]]:
            return None
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    def before(self, moment: datetime, *, zone: str) -> datetime:
        """That long before, aware UTC."""
        return self._away(moment, zone, -1)

    def after(self, moment: datetime, *, zone: str) -> datetime:
        """That long after, aware UTC."""
        return self._away(moment, zone, 1)

    def _away(self, moment: datetime, zone: str, sign: int) -> datetime:
        if self.unit in _EXACT:
            return moment.astimezone(UTC) + sign * self.amount * _EXACT[self.unit]
        # Arithmetic between moments of one zone is that of the wall clock.
        return (moment.astimezone(ZoneInfo(zone)) + sign * timedelta(days=self.amount)).astimezone(UTC)


Since = dict[str, datetime | None]
"""Distance → since when it is planned (None: from the beginning). What was due before that is not made up for."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """When which letter goes out; by default a reminder a day before and the link an hour before."""

    reminders: Since = msgspec.field(default_factory=lambda: Since({"1d": None}))
    joining: Since = msgspec.field(default_factory=lambda: Since({"1h": None}))
    thanks: Since = {}

    def changed(self, *, reminders: Iterable[Distance], joining: Distance | None, thanks: Distance | None, now: datetime) -> Plan:
        """The plan with these distances; those that were in it already count since they were."""
        return Plan(
            reminders=_since(self.reminders, reminders, now),
            joining=_since(self.joining, [joining] if joining else [], now),
            thanks=_since(self.thanks, [thanks] if thanks else [], now),
        )


def _since(before: Since, wanted: Iterable[Distance], now: datetime) -> Since:
    return {str(one): before.get(str(one), now) for one in wanted}


def in_order(planned: Since) -> list[Distance]:
    """The distances, the longest first."""
    read = [found for text in planned if (found := Distance.read(text))]
    return sorted(read, key=lambda one: -one.amount * {"d": 1440, "h": 60, "m": 1}[one.unit])
