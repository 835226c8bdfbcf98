"""Due ★: which letters around an event ought to have gone out by now, and to whom they may still go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from service.events.plan import Distance, Plan, Since

TOO_LATE_TO_THANK = timedelta(days=7)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One date of an event, or days that follow each other: a calendar entry."""

    entry_id: int
    starts_at: datetime
    ends_at: datetime


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """When an event takes place, and when its letters go out. `is_online`: there is a link."""

    id: int
    cluster_id: int
    zone: str
    is_online: bool
    ends_at: datetime
    entries: tuple[Entry, ...]
    plan: Plan = Plan()


@dataclass(frozen=True, slots=True)
class Sending:
    """A letter that is due. `key`: built from what stays, so that the same letter is never sent again.

    `moment`: when it fell due; whoever was told about the event after it need not be told again. `entry_id`: the date it is about, None: the whole.
    """

    template: str
    key: str
    moment: datetime
    expires_at: datetime
    entry_id: int | None = None


def sendings(calendar: Calendar, now: datetime) -> list[Sending]:
    """What is due and not yet too late: for each date the nearest reminder, so that what was missed is not made up for in a heap, and the link."""
    found = [one for entry in calendar.entries for one in _before(calendar, entry, now)]
    found += _thanks(calendar, now)
    return found


def _before(calendar: Calendar, entry: Entry, now: datetime) -> Iterator[Sending]:
    at = f"{entry.starts_at:%Y%m%dT%H%M}"
    moments = _moments(calendar.plan.reminders, entry, calendar.zone, now)
    if moments and now < entry.starts_at:
        moment, distance = max(moments)
        yield Sending("event_reminder", f"reminder:{distance}:{at}", moment, entry.starts_at, entry.entry_id)
    moments = _moments(calendar.plan.joining, entry, calendar.zone, now)
    if moments and calendar.is_online and now < entry.ends_at:
        yield Sending("event_joining", f"joining:{at}", max(moments)[0], entry.ends_at, entry.entry_id)


def _moments(planned: Since, entry: Entry, zone: str, now: datetime) -> list[tuple[datetime, str]]:
    moments = [(one.before(entry.starts_at, zone=zone), str(one), since) for text, since in planned.items() if (one := Distance.read(text))]
    return [(moment, text) for moment, text, since in moments if moment <= now and (since is None or since < moment)]


def _thanks(calendar: Calendar, now: datetime) -> Iterator[Sending]:
    for text, since in calendar.plan.thanks.items():
        distance = Distance.read(text)
        if distance is None:
            continue
        moment = distance.after(calendar.ends_at, zone=calendar.zone)
        if moment <= now < moment + TOO_LATE_TO_THANK and (since is None or since < moment):
            yield thanks(moment)


def thanks(moment: datetime) -> Sending:
    """The thank-you that is due at `moment`."""
    return Sending("event_thanks", "thanks", moment, moment + TOO_LATE_TO_THANK)
