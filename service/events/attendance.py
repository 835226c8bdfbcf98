"""Who came: marked by a coordinator day by day, from the day on; several at once; taken back the same way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from service.audit import trail
from service.clusters.tables import Cluster
from service.errors import Refused
from service.events import programme
from service.events.occasion import Occasion
from service.persistence.engine import connection
from service.persistence.transaction import transaction

Present = dict[int, set[date]]
"""Registration → the days on which its person came."""


def days(event: Occasion) -> list[date]:
    """The days of the event on the calendar of its zone ★."""
    return [day.starts_at.astimezone(ZoneInfo(event.zone)).date() for day in event.days]


def days_so_far(event: Occasion, now: datetime) -> list[date]:
    """The days that have come ★: nobody is present tomorrow."""
    today = now.astimezone(ZoneInfo(event.zone)).date()
    return [day for day in days(event) if day <= today]


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """How many of those with a seat came: on any day, and by day."""

    people: int
    by_day: dict[date, int]


async def counts(*, event_id: int) -> Came:
    """The numbers."""
    async with connection() as raw:
        rows = await raw.fetch(f"SELECT day, count(*) AS n {_PRESENT} GROUP BY day ORDER BY day", event_id)
        people = await raw.fetchval(f"SELECT count(DISTINCT r.id) {_PRESENT}", event_id)
    return Came(people=people, by_day={row["day"]: row["n"] for row in rows})


async def present(*, event_id: int) -> Present:
    """Who came when; whoever never did is left out."""
    async with connection() as raw:
        rows = await raw.fetch(f"SELECT r.id, array_agg(a.day) AS days {_PRESENT} GROUP BY r.id", event_id)
    return {row["id"]: set(row["days"]) for row in rows}


async def mark(
    *,
    cluster: Cluster,
    event_id: int,
    registration_ids: Iterable[int],
    day: date,
    here: bool,
    now: datetime,
    actor_id: int | None = None,
) -> int:
    """Say that these people came on `day`, or that they did not; returns for how many that was new.

    Whoever has no seat in this event is passed over. Raises Refused for a day that is none of the event's or has not come, and for an event that did not
    take place.
    """
    async with transaction():
        event = await programme.locked(cluster_id=cluster.id, event_id=event_id)
        if not event.goes_on or day not in days_so_far(event, now):
            raise Refused("Who came is marked from the day of the event on.")
        changed = await (_come if here else _gone)(event_id, list(registration_ids), day, now, actor_id)
        if changed:
            await trail.record(
                action="event.attendance_marked" if here else "event.attendance_taken_back",
                subject_kind="event",
                subject_id=event_id,
                cluster_id=cluster.id,
                actor_id=actor_id,
                now=now,
                details={"day": day.isoformat(), "registrations": changed},
            )
    return len(changed)


async def _come(event_id: int, ids: Sequence[int], day: date, now: datetime, actor_id: int | None) -> list[int]:
    async with connection() as raw:
        rows = await raw.fetch(_COME, event_id, ids, day, now, actor_id)
    return [row["registration_id"] for row in rows]


async def _gone(event_id: int, ids: Sequence[int], day: date, _now: datetime, _actor_id: int | None) -> list[int]:
    async with connection() as raw:
        rows = await raw.fetch(_GONE, event_id, ids, day)
    return [row["registration_id"] for row in rows]


_PRESENT = "FROM attendance a JOIN registration r ON r.id = a.registration_id WHERE r.event_id = $1 AND r.state = 'seated'"

_COME = """
INSERT INTO attendance (registration_id, day, marked_at, marked_by)
SELECT id, $3, $4, $5 FROM registration WHERE event_id = $1 AND id = ANY ($2::bigint[]) AND state = 'seated'
ON CONFLICT (registration_id, day) DO NOTHING RETURNING registration_id
"""

_GONE = """
DELETE FROM attendance a USING registration r
WHERE r.id = a.registration_id AND r.event_id = $1 AND r.id = ANY ($2::bigint[]) AND a.day = $3 RETURNING a.registration_id
"""
