"""The content files, and when in the coming year their days fall ★."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Entry = Mapping[str, Any]

_FOLDER = Path(__file__).parent / "content"


def clusters() -> list[Entry]:
    """Every cluster's file, by file name."""
    return [_read(path) for path in sorted(_FOLDER.glob("*.toml")) if path.stem != "people"]


def names() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Given and family names by language, all invented by combination."""
    found: Mapping[str, Mapping[str, Sequence[str]]] = _read(_FOLDER / "people.toml")
    return found


def coming(day: str, *, now: datetime, earliest: date | None = None) -> date:
    """`02-13`: the next such day from `earliest` (a week ahead, so that there is time to look around); `+30`: so many days ahead, `-30` ago."""
    today = now.date()
    if day[0] in "+-":
        return today + timedelta(days=int(day))
    start = earliest or today + timedelta(days=7)
    month, number = (int(part) for part in day.split("-"))
    this_year = date(start.year, month, number)
    return this_year if this_year >= start else date(start.year + 1, month, number)


def moment(day: str, clock: str, *, zone: str, now: datetime, earliest: date | None = None) -> datetime:
    """A wall clock's time on such a day, as aware UTC."""
    return datetime.combine(coming(day, now=now, earliest=earliest), time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


def _read(path: Path) -> Any:
    return tomllib.loads(path.read_text(encoding="utf-8"))
