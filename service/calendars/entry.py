"""What an invitation and a feed have in common ★: identity, texts, the online link and alarms of one VEVENT, and the VCALENDAR round it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from icalendar import Alarm, Calendar, Component, Event, vText, vUri

from service.calendars import lines, zones

PRODUCT = "-//Kutse//Kutse//EN"

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Words(Protocol):
    """What every entry says, whatever it is for."""

    @property
    def summary(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def location(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def conference_url(self) -> str: ...


def calendar(**properties: str) -> Calendar:
    """A VCALENDAR with its two required properties and the given ones."""
    whole = Calendar()
    whole.add("PRODID", PRODUCT)
    whole.add("VERSION", "2.0")
    put_text(whole, **properties)
    return whole


def event(*, uid: str, sequence: int | str, stamp: datetime) -> Event:
    """A VEVENT with its identity; a `sequence` of text is a slot."""
    one = Event()
    one.add("UID", uid)
    one.add("DTSTAMP", whole_second(stamp))
    one.add("SEQUENCE", sequence if isinstance(sequence, int) else vText(sequence))
    return one


def put_words(one: Event, words: Words, *, title: str, location: str) -> None:
    """Add texts and links; `title` and `location` are those of one day. Online, where there is no place, the link is the place."""
    place = location or words.location or words.conference_url
    put_text(one, SUMMARY=": ".join(filter(None, (words.summary, title))), DESCRIPTION=words.description, LOCATION=place)
    if words.url:
        one.add("URL", vUri(words.url))
    if words.conference_url:  # RFC 7986 §5.11
        one.add("CONFERENCE", vUri(words.conference_url), parameters={"VALUE": "URI", "FEATURE": "VIDEO"})


def put_text(component: Component, **texts: str) -> None:
    """Add the texts that are not empty, without control characters (RFC 5545 §3.3.11 has no way to say them)."""
    for name, text in texts.items():
        if text:
            component.add(name, vText(_CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))))


def put_alarms(one: Event, *, alarms: Iterable[timedelta], words: str) -> None:
    """Add an alarm that shows `words` that long before the start, for each of `alarms`."""
    for before in alarms:
        alarm = Alarm()
        alarm.add("ACTION", "DISPLAY")
        alarm.add("TRIGGER", -before)
        put_text(alarm, DESCRIPTION=words)
        one.add_component(alarm)


def put_zones(whole: Calendar, spans: Iterable[tuple[str, datetime, datetime]]) -> None:
    """Put the VTIMEZONE of every zone before the events; `spans`: a zone and the first and last moment told in it."""
    years: dict[str, tuple[int, int]] = {}
    for zone, first, last in spans:
        low, high = years.get(zone, (first.year, last.year))
        years[zone] = (min(low, first.year), max(high, last.year))
    whole.subcomponents[:0] = [zones.timezone(zone, *years[zone]) for zone in sorted(years) if zone not in ("UTC", "Etc/UTC")]


def octets(whole: Component) -> bytes:
    """The bytes of an object or of a part of one; ValueError when icalendar has put aside a property that it could not understand."""
    errors = [error for component in whole.walk() for error in component.errors]
    if errors:
        raise ValueError(f"a calendar object with errors: {errors}")
    return lines.fold(lines.unfold(whole.to_ical(sorted=False)))  # folded in one way only, here and after slots are filled


def whole_second(moment: datetime) -> datetime:
    """A moment as DTSTAMP wants it: UTC, whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0)
