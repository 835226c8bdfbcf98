"""Feeds ★: many entries for a calendar that asks again by itself (RFC 7986). The same entries always give the same bytes.

Without METHOD, and DTSTAMP is when the entry last changed, so that an ETag holds until something is different.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from icalendar import Event, vUri

from service.calendars import entry, occurrences
from service.calendars.occurrences import Day

REFRESH = timedelta(hours=6)
"""How often we ask to be asked; clients take 3 to 24 hours whatever we say."""

_END = b"END:VCALENDAR\r\n"

_PALETTE = """
black 000000 dimgray 696969 silver c0c0c0 maroon 800000 firebrick b22222 crimson dc143c tomato ff6347 darkorange ff8c00 gold ffd700
olive 808000 saddlebrown 8b4513 olivedrab 6b8e23 green 008000 seagreen 2e8b57 darkslategray 2f4f4f teal 008080 lightseagreen 20b2aa
navy 000080 steelblue 4682b4 royalblue 4169e1 dodgerblue 1e90ff indigo 4b0082 purple 800080 hotpink ff69b4
"""
_NAMES = dict(zip(_PALETTE.split()[::2], _PALETTE.split()[1::2], strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in a feed. `changed_at`: aware; moves with every change that shows. `alarms`: how long before the start.

    A deadline is `all_day` and not `is_busy`; what was called off stays in with `is_cancelled`, so that it does not just vanish.
    """

    uid: str
    changed_at: datetime
    summary: str
    zone: str
    days: tuple[Day, ...]
    sequence: int = 0
    description: str = ""
    location: str = ""
    url: str = ""
    conference_url: str = ""
    categories: tuple[str, ...] = ()
    alarms: tuple[timedelta, ...] = ()
    all_day: bool = False
    is_busy: bool = True
    is_cancelled: bool = False


def feed(entries: Iterable[Entry], *, name: str, source_url: str, colour: str, description: str = "") -> bytes:
    """The feed `name` that is found at `source_url`; `colour` is `#rrggbb`."""
    ordered = sorted(entries, key=lambda one: (min(day.starts_at for day in one.days), one.uid))
    whole = entry.calendar(CALSCALE="GREGORIAN", NAME=name, **{"X-WR-CALNAME": name})
    entry.put_text(whole, DESCRIPTION=description, **{"X-WR-CALDESC": description})
    whole.add("COLOR", _named(colour))
    whole.add("X-APPLE-CALENDAR-COLOR", colour)
    whole.add("SOURCE", vUri(source_url), parameters={"VALUE": "URI"})
    whole.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    whole.add("X-PUBLISHED-TTL", f"PT{REFRESH // timedelta(hours=1)}H")
    entry.put_zones(whole, ((one.zone, *occurrences.bounds(one.days)) for one in ordered if not one.all_day))
    head = entry.octets(whole).removesuffix(_END)
    return b"".join((head, *map(_written, ordered), _END))


@lru_cache(maxsize=8192)
def _written(one: Entry) -> bytes:
    """The entry's VEVENTs. A feed in which one of a thousand entries has changed costs what that one costs."""
    return b"".join(map(entry.octets, _events(one)))


def _events(one: Entry) -> Iterable[Event]:
    times = occurrences.of(one.days, zone=one.zone, all_day=one.all_day)
    event = _event(one, title=times.title, location=times.location)
    times.put_into(event)
    yield event
    for override in times.overrides:
        event = _event(one, title=override.day.title, location=override.day.location)
        override.put_into(event)
        yield event


def _event(one: Entry, *, title: str, location: str) -> Event:
    event = entry.event(uid=one.uid, sequence=one.sequence, stamp=one.changed_at)
    event.add("LAST-MODIFIED", entry.whole_second(one.changed_at))
    entry.put_words(event, one, title=title, location=location)
    if one.categories:
        event.add("CATEGORIES", list(one.categories))
    event.add("STATUS", "CANCELLED" if one.is_cancelled else "CONFIRMED")
    event.add("TRANSP", "OPAQUE" if one.is_busy and not one.is_cancelled else "TRANSPARENT")
    entry.put_alarms(event, alarms=() if one.is_cancelled else one.alarms, words=one.summary)
    return event


def _named(colour: str) -> str:
    """COLOR knows only the names of CSS (RFC 7986 §5.9): the nearest of some that differ well."""
    wanted = _channels(colour[1:])
    return min(_NAMES, key=lambda name: sum((a - b) ** 2 for a, b in zip(wanted, _channels(_NAMES[name]), strict=True)))


def _channels(code: str) -> bytes:
    return bytes.fromhex(code)
