"""A small calendar program: it applies what iTIP messages say as real ones do, and shows what a person would see. Read by vobject and dateutil, not by our own library."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import vobject

from service.persistence.engine import connection
from tests.support import events


@dataclass(frozen=True, order=True)
class Shown:
    """One thing on one day. `link`: where one joins online, empty without one."""

    starts_at: datetime
    ends_at: datetime
    title: str = ""
    link: str = field(default="", compare=False)


class Client:
    """The calendar of one address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._entries: dict[str, Any] = {}
        self._seen = 0

    async def fetch(self) -> None:
        """Take in the letters that were posted since, as if each had arrived; what was taken back by a later one never leaves."""
        letters = await events.posted()
        for letter in letters[self._seen :]:
            if letter.address == self.address and letter.calendar and letter.state != "cancelled":
                self.receive(letter.calendar)
        self._seen = len(letters)
        await delivered()

    def receive(self, content: str) -> None:
        """One message (RFC 5546 §2.1.5): an older one changes nothing, a REQUEST replaces everything under its UID, a CANCEL takes it away."""
        whole = _read(content)
        uid, version = whole.vevent.uid.value, _version(whole)
        known = self._entries.get(uid)
        if known is not None and version <= _version(known):
            return
        if whole.method.value == "CANCEL":
            self._entries.pop(uid, None)
        else:
            self._entries[uid] = whole

    def shows(self) -> list[Shown]:
        """Everything in the calendar, in order of time."""
        return sorted(one for whole in self._entries.values() for one in _occurrences(whole))


async def delivered() -> None:
    """Everything that waits in the outbox has left."""
    async with connection() as raw:
        await raw.execute("UPDATE delivery SET state = 'sent', settled_at = due_at WHERE state = 'queued'")


def _read(content: str) -> Any:
    """The object with its own VTIMEZONE: vobject would go on with the first one that it saw of a zone, whatever years that was made for."""
    zones = vobject.icalendar.__tzidMap
    for name in set(zones) - {"UTC"}:
        del zones[name]
    return vobject.readOne(content)


def _version(whole: Any) -> tuple[int, datetime]:
    return int(whole.vevent.sequence.value), whole.vevent.dtstamp.value


def _occurrences(whole: Any) -> list[Shown]:
    master, *overrides = whole.vevent_list
    replaced = {one.recurrence_id.value.astimezone(UTC): one for one in overrides}
    starts = list(master.getrruleset()) if hasattr(master, "rrule") else [master.dtstart.value]
    assert replaced.keys() <= {start.astimezone(UTC) for start in starts}, "an override replaces an occurrence that there is"
    return [_shown(replaced.get(start.astimezone(UTC)), master, start) for start in starts]


def _shown(override: Any, master: Any, start: datetime) -> Shown:
    one = override or master
    begins = override.dtstart.value if override else start
    lasts = one.dtend.value.astimezone(UTC) - one.dtstart.value.astimezone(UTC)
    link = one.conference.value if hasattr(one, "conference") else ""
    return Shown(begins.astimezone(UTC), begins.astimezone(UTC) + lasts, one.summary.value, link)
