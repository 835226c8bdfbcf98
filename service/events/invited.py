"""Whom a calendar's answer is about: the invitation by the address that its answers come to, or by its UID, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from service.calendars.replies import Answer
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.weighing import Known, Said
from service.persistence.engine import connection


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and who was invited by it. `address`: where the letter went."""

    invitation_id: int
    registration_id: int
    event_id: int
    cluster_id: int
    address: str


async def by_organizer(*, address: str) -> Invited | None:
    """The invitation whose ORGANIZER this is, in whatever case it comes back."""
    return await _one("i.organizer = lower($1)", address)


async def by_uid(*, uid: str) -> Invited | None:
    """The invitation of this calendar entry."""
    return await _one("i.uid = $1", uid)


async def known(*, invited: Invited, event: Occasion, now: datetime) -> Known:
    """The invitation as it stands; under the event's lock it cannot change until the commit."""
    async with connection() as raw:
        row = await raw.fetchrow(_KNOWN, invited.invitation_id)
        said = await raw.fetch(_SAID, invited.invitation_id)
    assert row is not None, "an invitation is never removed while its event is locked"
    days = event.entries.get(row["entry_id"], ())
    keeps_place = row["state"] == "sent" and row["standing"] == Standing.SEATED
    return Known(
        uid=row["uid"],
        sequence=row["sequence"],
        address=invited.address,
        zone=event.zone,
        days={day.starts_at.astimezone(ZoneInfo(event.zone)).date() for day in days},
        is_open=keeps_place and event.goes_on and bool(days) and days[-1].ends_at > now,
        said=tuple(Said(one["day"], Answer(one["answer"]), one["sequence"], one["stamped_at"]) for one in said),
    )


async def _one(where: str, value: str) -> Invited | None:
    async with connection() as raw:
        row = await raw.fetchrow(f"{_INVITED} WHERE {where}", value)
    return Invited(**row) if row else None


_INVITED = """
SELECT i.id AS invitation_id, r.id AS registration_id, r.event_id, e.cluster_id, r.address
FROM invitation i JOIN registration r ON r.id = i.registration_id JOIN event e ON e.id = r.event_id
"""

_KNOWN = """
SELECT i.uid, i.sequence, i.state, i.entry_id, r.state AS standing FROM invitation i JOIN registration r ON r.id = i.registration_id WHERE i.id = $1
"""

_SAID = "SELECT day, answer, sequence, stamped_at FROM calendar_answer WHERE invitation_id = $1 ORDER BY id"
