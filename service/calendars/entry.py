"""What an invitation and a feed have in common ★: texts, times, the online link and alarms of one VEVENT, and the VCALENDAR round it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Component, Event, vText, vUri

from service.calendars import lines, zones

PRODUCT = "-//Kutse//Kutse//EN"

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def calendar(**properties: str) -> Calendar:
    """A VCALENDAR with its two required properties and the given ones."""
    whole = Calendar()
    whole.add("PRODID", PRODUCT)
    whole.add("VERSION", "2.0")
    for name, value in properties.items():
        whole.add(name, value)
    return whole


def put_text(component: Component, **texts: str) -> None:
    """Add the texts that are not empty, without control characters (RFC 5545 §3.3.11 has no way to say them)."""
    for name, text in texts.items():
        if text:
            component.add(name, vText(_CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))))


def put_links(event: Event, *, url: str, conference_url: str) -> None:
    """Add the entry's page and where it takes place online (RFC 7986 §5.11)."""
    if url:
        event.add("URL", vUri(url))
    if conference_url:
        event.add("CONFERENCE", vUri(conference_url), parameters={"VALUE": "URI", "FEATURE": "VIDEO"})


def put_alarms(event: Event, *, alarms: Iterable[timedelta], words: str) -> None:
    """Add an alarm that shows `words` that long before the start, for each of `alarms`."""
    for before in alarms:
        alarm = Alarm()
        alarm.add("ACTION", "DISPLAY")
        alarm.add("TRIGGER", -before)
        put_text(alarm, DESCRIPTION=words)
        event.add_component(alarm)


def put_zones(whole: Calendar, spans: Iterable[tuple[str, datetime, datetime]]) -> None:
    """Put the VTIMEZONE of every zone before the events; `spans`: a zone and the first and last moment told in it."""
    years: dict[str, tuple[int, int]] = {}
    for zone, first, last in spans:
        low, high = years.get(zone, (first.year, last.year))
        years[zone] = (min(low, first.year), max(high, last.year))
    whole.subcomponents[:0] = [zones.timezone(zone, *years[zone]) for zone in sorted(years) if zone not in ("UTC", "Etc/UTC")]


def octets(whole: Calendar) -> bytes:
    """The object's bytes; ValueError when icalendar has put aside a property that it could not understand."""
    errors = [error for component in whole.walk() for error in component.errors]
    if errors:
        raise ValueError(f"a calendar object with errors: {errors}")
    return lines.fold(lines.unfold(whole.to_ical(sorted=False)))  # folded in one way only, here and after slots are filled


def stamp(moment: datetime) -> datetime:
    """A moment as DTSTAMP wants it: UTC, whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0)
