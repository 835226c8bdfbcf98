"""An invitation ★: the REQUEST that puts an event into one attendee's calendar, and the CANCEL that takes it out (RFC 5546 §3.2.2, §3.2.5).

One object carries one UID and one ATTENDEE. Several days are one VEVENT with overrides (`occurrences`). UID, SEQUENCE, names, addresses and links may be
slots of a letter: they are ASCII and come through as they are; `lines.fold` folds again what was filled.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event, Parameters, vCalAddress

from service.calendars import entry, occurrences
from service.calendars.occurrences import Day, Occurrences, Override


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One calendar entry as one attendee is invited to it. `zone`: an IANA name; `days`: aware, in any order; `alarms`: how long before.

    `organizer_address` is where the calendar answers to; the same in every update. `url`: the self-service page. `sequence` may be a slot.
    """

    uid: str
    sequence: int | str
    summary: str
    zone: str
    days: tuple[Day, ...]
    organizer_address: str
    organizer_name: str
    attendee_address: str
    attendee_name: str = ""
    description: str = ""
    location: str = ""
    url: str = ""
    conference_url: str = ""
    alarms: tuple[timedelta, ...] = ()
    all_day: bool = False


def uid(*, domain: str, registration_id: int, entry_id: int, made_at: datetime) -> str:
    """A UID that is the entry's for ever, says nothing about anybody, and is not used again by a database that starts anew."""
    return f"{uuid5(NAMESPACE_URL, f'{domain}/{registration_id}/{entry_id}/{made_at.astimezone(UTC).isoformat()}')}@{domain}"


def request(meeting: Meeting, *, now: datetime) -> bytes:
    """The REQUEST: the first one, or an update when `meeting.sequence` is higher. ValueError for what no calendar could show."""
    times = occurrences.of(meeting.days, zone=meeting.zone, all_day=meeting.all_day)
    whole = entry.calendar(CALSCALE="GREGORIAN", METHOD="REQUEST")
    whole.add_component(_invited(_entry(meeting, times, now), meeting))
    for override in times.overrides:
        whole.add_component(_invited(_override(meeting, override, now), meeting))
    return _octets(whole, meeting)


def cancel(meeting: Meeting, *, now: datetime) -> bytes:
    """The CANCEL of the whole entry, overrides and all; `meeting.sequence` is higher than the last REQUEST's."""
    whole = entry.calendar(CALSCALE="GREGORIAN", METHOD="CANCEL")
    event = _entry(meeting, occurrences.of(meeting.days, zone=meeting.zone, all_day=meeting.all_day), now)
    event.add("STATUS", "CANCELLED")
    event.add("ATTENDEE", _person(meeting.attendee_address, meeting.attendee_name))
    whole.add_component(event)
    return _octets(whole, meeting)


def content_hash(meeting: Meeting) -> str:
    """SHA-256 (hex) of what the attendee's calendar shows: while it stays the same, no update is due.

    Who is invited, SEQUENCE and UID don't count, nor does the order in which the days are given.
    """
    days = sorted((_moment(day.starts_at), _moment(day.ends_at), day.title, day.location) for day in meeting.days)
    texts = [meeting.summary, meeting.description, meeting.location, meeting.url, meeting.conference_url, meeting.zone]
    shown = [texts, days, meeting.all_day, [alarm.total_seconds() for alarm in meeting.alarms]]
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()


def _entry(meeting: Meeting, times: Occurrences, now: datetime) -> Event:
    event = _event(meeting, title=times.title, location=times.location, now=now)
    times.put_into(event)
    return event


def _override(meeting: Meeting, override: Override, now: datetime) -> Event:
    event = _event(meeting, title=override.day.title, location=override.day.location, now=now)
    override.put_into(event)
    return event


def _event(meeting: Meeting, *, title: str, location: str, now: datetime) -> Event:
    event = entry.event(uid=meeting.uid, sequence=meeting.sequence, stamp=now)
    entry.put_words(event, meeting, title=title, location=location)
    event.add("ORGANIZER", _person(meeting.organizer_address, meeting.organizer_name))
    return event


def _invited(event: Event, meeting: Meeting) -> Event:
    event.add("STATUS", "CONFIRMED")
    event.add("TRANSP", "OPAQUE")
    answer = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
    event.add("ATTENDEE", _person(meeting.attendee_address, meeting.attendee_name, **answer))
    entry.put_alarms(event, alarms=meeting.alarms, words=meeting.summary)
    return event


class _Named(Parameters):
    always_quoted = (*Parameters.always_quoted, "CN")  # type: ignore[assignment]  # a name that is still a slot may turn out to hold a comma


def _person(address: str, name: str, **parameters: str) -> vCalAddress:
    plain = " ".join(name.replace('"', "'").split())  # few clients know how RFC 6868 says a quote
    person = vCalAddress(f"mailto:{address}")
    person.params = _Named({"CN": plain or address, **parameters})
    return person


def _octets(whole: Calendar, meeting: Meeting) -> bytes:
    if not meeting.all_day:
        entry.put_zones(whole, [(meeting.zone, *occurrences.bounds(meeting.days))])
    return entry.octets(whole)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
