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
    """A day as far as grouping needs it; `entry_id` None: a new day; `stays`: at the hours that it had."""

    starts_at: datetime
    entry_id: int | None = None
    stays: bool = False


def group(days: Sequence[Placed], *, zone: str) -> list[list[int]]:
    """Indices of `days` (in order of time) that belong together."""
    runs: list[list[int]] = []
    for index, day in enumerate(days):
        if runs and _date(day, zone) - _date(days[index - 1], zone) <= _WIDEST_STEP:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def keep(days: Sequence[Placed], *, zone: str, entries: Sequence[int] = ()) -> list[tuple[list[int], int | None]]:
    """Each run with the entry id that it goes on with, None for a new entry. An entry stays with a day that did not move, else with the earliest.

    `entries`: all that there were, in order. Those that no day keeps go to the runs without one: a date in place of another is that one, moved.
    """
    runs = group(days, zone=zone)
    claims = [(number, days[index]) for number, run in enumerate(runs) for index in run if days[index].entry_id is not None]
    kept: dict[int, int | None] = {}
    for number, day in sorted(claims, key=lambda claim: not claim[1].stays):
        if number not in kept and day.entry_id not in kept.values():
            kept[number] = day.entry_id
    without = [number for number in range(len(runs)) if number not in kept]
    kept |= zip(without, [entry_id for entry_id in entries if entry_id not in kept.values()], strict=False)
    return [(run, kept.get(number)) for number, run in enumerate(runs)]


def _date(day: Placed, zone: str) -> date:
    return day.starts_at.astimezone(ZoneInfo(zone)).date()
