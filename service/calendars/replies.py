"""What a calendar answers ★: REPLY and COUNTER (RFC 5546 §3.2.3, §3.2.7), read from whatever real programs write.

Only what was said is read here; whether it is believed (the token, the invited address, staleness) is for the room that asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from icalendar import Calendar, Component
from icalendar.error import BrokenCalendarProperty

LARGEST = 256 * 1024
"""Octets; an answer has one or two thousand."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)


class Unreadable(ValueError):
    """It is no answer that could be taken in; the text says why, for the list of what was put aside."""


class Answer(StrEnum):
    """PARTSTAT as far as an invitation to an event can be answered."""

    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"
    DELEGATED = "DELEGATED"
    NEEDS_ACTION = "NEEDS-ACTION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One attendee's answer about one entry, or about one of its days.

    `attendee` is the address as written; `stamped_at` is DTSTAMP in UTC. `day`: the RECURRENCE-ID, a date or a moment (in UTC; naive where the program
    gave no zone, then it is on the entry's wall clock); None: the whole entry. `proposed`: what a COUNTER asks for instead.
    """

    method: Literal["REPLY", "COUNTER"]
    uid: str
    sequence: int
    stamped_at: datetime
    attendee: str
    answer: Answer
    day: date | None = None
    organizer: str = ""
    comment: str = ""
    proposed: tuple[date, date] | None = None


def read(content: bytes) -> tuple[Reply, ...]:
    """The answers in one calendar object, each different one once, in their order. Raises Unreadable."""
    whole = _parsed(content)
    method = str(whole.get("METHOD", "")).strip().upper()
    if method not in ("REPLY", "COUNTER"):
        raise Unreadable(f"its method is {method[:20] or 'not given'}, not REPLY")
    events = whole.walk("VEVENT")
    if not events:
        raise Unreadable("it is not about an event")
    try:
        return tuple(dict.fromkeys(_reply("COUNTER" if method == "COUNTER" else "REPLY", event) for event in events))
    except BrokenCalendarProperty as error:
        raise Unreadable("one of its values is none") from error


def _parsed(content: bytes) -> Calendar:
    if len(content) > LARGEST:
        raise Unreadable(f"it is larger than {LARGEST // 1024} KB")
    try:
        parsed = Calendar.from_ical(_LINE_END.sub("\r\n", _decoded(content)).strip("\r\n") + "\r\n")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("it is not a calendar object") from error
    if not isinstance(parsed, Calendar):
        raise Unreadable("it is not a calendar object")
    return parsed


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _reply(method: Literal["REPLY", "COUNTER"], event: Component) -> Reply:
    attendee = _only_attendee(event)
    return Reply(
        method=method,
        uid=_required(event, "UID").strip(),
        sequence=_sequence(event),
        stamped_at=_stamp(event),
        attendee=_address(attendee),
        answer=_answer(attendee),
        day=_moment(event.get("RECURRENCE-ID")),
        organizer=_address(event.get("ORGANIZER", "")),
        comment=_comment(event, attendee),
        proposed=_proposed(event) if method == "COUNTER" else None,
    )


def _only_attendee(event: Component) -> Any:
    found = _several(event.get("ATTENDEE"))
    if len(found) != 1:
        raise Unreadable(f"it speaks for {len(found)} attendees, not for one")
    return found[0]


def _answer(attendee: Any) -> Answer:
    said = str(getattr(attendee, "params", {}).get("PARTSTAT", "")).upper()
    try:
        return Answer(said)
    except ValueError as error:
        raise Unreadable("it does not say accepted, declined or tentative") from error


def _required(event: Component, name: str) -> str:
    value = str(event.get(name, ""))
    if not value:
        raise Unreadable(f"it has no {name}")
    return value


def _sequence(event: Component) -> int:
    try:
        return int(event.get("SEQUENCE", 0))
    except (ValueError, TypeError) as error:
        raise Unreadable("its SEQUENCE is not a number") from error


def _stamp(event: Component) -> datetime:
    stamp = _moment(event.get("DTSTAMP"))
    if not isinstance(stamp, datetime):
        raise Unreadable("it has no DTSTAMP")
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def _moment(value: Any) -> date | None:
    """A date or a moment; None without one. Raises Unreadable for what is none, and for years that no clock can be moved in."""
    when = getattr(value, "dt", None)
    if value is not None and not (isinstance(when, date) and 1900 < when.year < 2200):
        raise Unreadable("one of its times is none")
    return when.astimezone(UTC) if isinstance(when, datetime) and when.tzinfo else when


def _proposed(event: Component) -> tuple[date, date] | None:
    starts, ends = _moment(event.get("DTSTART")), _moment(event.get("DTEND"))
    lasts = getattr(event.get("DURATION"), "dt", None)
    if starts is not None and ends is None and isinstance(lasts, timedelta) and lasts < timedelta(days=365):
        ends = starts + lasts  # RFC 5545 §3.6.1: one of both
    return (starts, ends) if starts is not None and ends is not None else None


def _address(value: Any) -> str:
    return _MAILTO.sub("", str(value), count=1).strip()


def _comment(event: Component, attendee: Any) -> str:
    """COMMENT, or the parameter where Google puts it."""
    said = [str(text).strip() for text in _several(event.get("COMMENT"))] or [str(attendee.params.get("X-RESPONSE-COMMENT", ""))]
    return "\n".join(filter(None, said))


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
