"""Runs ★: which days of an event stand in a calendar as one entry.

Days that follow each other are one entry (a daily recurrence); dates far apart are an entry and a letter each. An entry keeps its id while any of
its days does, so that a moved day updates the entry that people already have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_WIDEST_STEP = timedelta(days=3)
"""From Friday to Monday: a weekend inside does not part a course."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A day as far as grouping needs it; `entry_id` None: a new day."""

    starts_at: datetime
    entry_id: int | None = None


def group(days: Sequence[Placed], *, zone: str) -> list[list[int]]:
    """Indices of `days` (in order of time) that belong together."""
    runs: list[list[int]] = []
    for index, day in enumerate(days):
        if runs and _date(day, zone) - _date(days[index - 1], zone) <= _WIDEST_STEP:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def keep(days: Sequence[Placed], *, zone: str) -> list[tuple[list[int], int | None]]:
    """Each run with the entry id that it goes on with: the first of its days' that no earlier run has; None for a new entry."""
    kept: set[int] = set()
    found: list[tuple[list[int], int | None]] = []
    for run in group(days, zone=zone):
        entry_id = next((one for one in (days[index].entry_id for index in run) if one is not None and one not in kept), None)
        if entry_id is not None:
            kept.add(entry_id)
        found.append((run, entry_id))
    return found


def _date(day: Placed, zone: str) -> date:
    return day.starts_at.astimezone(ZoneInfo(zone)).date()
