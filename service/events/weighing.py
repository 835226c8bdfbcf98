"""Weighing ★: whether a calendar's answer counts (RFC 5546 §3.2.3), and what it then says about which day.

| asked in this order | if not, it is ignored as |
|---|---|
| something speaks for it: the token it came to, or DMARC | FORGED |
| it is about an invitation of this cluster | UNKNOWN |
| the one attendee is who was invited | FOREIGN |
| the place is still kept, and the event ahead | GONE |
| its SEQUENCE is not below the invitation's | STALE |
| it names one of the entry's days, or none | OTHER_DAY |
| it says accepted, tentative or declined | SILENT |
| its DTSTAMP is after that of the last answer applied | DOUBLED |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.calendars.replies import Answer, Reply
from service.errors import Refused
from service.people import addresses


class Ignored(StrEnum):
    """Why an answer changes nothing."""

    FORGED = "forged"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    GONE = "gone"
    STALE = "stale"
    OTHER_DAY = "other_day"
    SILENT = "silent"
    DOUBLED = "doubled"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that was applied. `day` None: the whole entry; `sequence`: the invitation's when it was given."""

    day: date | None
    answer: Answer
    sequence: int
    stamped_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known here of the invitation. `days`: the dates of its entry, on the clock of `zone`; `is_open`: the place is kept and the event ahead."""

    uid: str
    sequence: int
    address: str
    zone: str
    days: Collection[date]
    is_open: bool
    said: tuple[Said, ...] = ()


_COUNTS = (Answer.ACCEPTED, Answer.TENTATIVE, Answer.DECLINED)


def ignored(reply: Reply, *, trust: str, known: Known | None) -> Ignored | None:
    """Why the answer is not applied, as the table above says; None when it counts. A COUNTER says nothing yet, so its words and its time don't matter."""
    if not trust:
        return Ignored.FORGED
    if known is None or reply.uid != known.uid:
        return Ignored.UNKNOWN
    return next((why for why, applies in _reasons(reply, known) if applies), None)


def said(reply: Reply, known: Known) -> Said:
    """What an answer that counts says."""
    return Said(day_of(reply, known), reply.answer, known.sequence, reply.stamped_at)


def is_news(now_said: Said, known: Known) -> bool:
    """Whether it differs from what was said about the same day of the same version before."""
    return not any((one.day, one.answer, one.sequence) == (now_said.day, now_said.answer, now_said.sequence) for one in known.said)


def day_of(reply: Reply, known: Known) -> date | None:
    """The date that RECURRENCE-ID means, on the entry's clock; None for the whole entry, which one of a single day always is."""
    if reply.day is None or len(known.days) == 1:
        return None
    if isinstance(reply.day, datetime):
        return (reply.day.astimezone(ZoneInfo(known.zone)) if reply.day.tzinfo else reply.day).date()
    return reply.day


def is_same(one: str, other: str) -> bool:
    """Whether two spellings are one address: capitals don't count, nor whether the domain is written as a U-label or an A-label."""
    return _plain(one) == _plain(other)


def _reasons(reply: Reply, known: Known) -> Iterator[tuple[Ignored, bool]]:
    day = day_of(reply, known)
    yield Ignored.FOREIGN, not is_same(reply.attendee, known.address)
    yield Ignored.GONE, not known.is_open
    yield Ignored.STALE, reply.sequence < known.sequence
    yield Ignored.OTHER_DAY, day is not None and day not in known.days
    if reply.method == "REPLY":
        yield Ignored.SILENT, reply.answer not in _COUNTS
        yield Ignored.DOUBLED, _is_late(reply, day, known)


def _is_late(reply: Reply, day: date | None, known: Known) -> bool:
    """An object may answer for the whole and for one day in the same second; the day is the exception and counts."""
    return any(
        reply.stamped_at <= one.stamped_at if one.day == day else one.day is None and reply.stamped_at < one.stamped_at
        for one in known.said
    )


def _plain(address: str) -> str:
    try:
        return addresses.normalise(address).lower()
    except Refused:
        return address.strip().lower()
