"""Registrants: read who is registered for an event, and what stands in their calendars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from service.errors import NotFound
from service.events.capacity import Standing
from service.persistence.engine import connection


class Registrant(msgspec.Struct, frozen=True, kw_only=True):
    """One registration as it is read. Fields as in `tables.Registration`."""

    id: int
    event_id: int
    person_id: int
    state: Standing
    position: int
    name: str
    address: str
    organisation: str
    role: str
    language: str
    registered_at: datetime
    registered_by: int | None
    seated_at: datetime | None
    cancelled_at: datetime | None
    cancelled_by: str | None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many registrations of an event stand how."""

    seated: int
    waitlisted: int
    cancelled: int


async def by_id(*, registration_id: int) -> tuple[int, Registrant]:
    """The cluster's id and the registration that a signed link names; raises NotFound."""
    async with connection() as raw:
        row = await raw.fetchrow(
            "SELECT e.cluster_id, to_jsonb(r)::text FROM registration r JOIN event e ON e.id = r.event_id WHERE r.id = $1", registration_id
        )
    if row is None:
        raise NotFound("This registration is not there any more.")
    return row[0], msgspec.json.decode(row[1], type=Registrant)


async def in_event(*, event_id: int, registration_id: int) -> Registrant:
    """The registration, if it belongs to this event; raises NotFound. Under the event's lock it cannot change until the commit."""
    found = await _many("WHERE event_id = $1 AND id = $2", event_id, registration_id)
    if not found:
        raise NotFound("This registration is not there any more.")
    return found[0]


async def live(*, event_id: int, address: str, folded_name: str) -> Registrant | None:
    """The live registration of this person, if there is one."""
    where = "WHERE event_id = $1 AND lower(address) = lower($2) AND folded_name = $3 AND state <> 'cancelled'"
    found = await _many(where, event_id, address, folded_name)
    return found[0] if found else None


async def standing(*, event_id: int, state: Standing, limit: int | None = None) -> list[Registrant]:
    """Those of an event in `state`, in the order in which they came."""
    return await _many("WHERE event_id = $1 AND state = $2 ORDER BY position LIMIT $3", event_id, state.value, limit)


async def page(*, event_id: int, limit: int, state: Standing | None = None, search: str = "", after: int = 0) -> list[Registrant]:
    """A page of the participants' list in the order in which they came, after position `after`; `search` in name, organisation, address."""
    where = """WHERE event_id = $1 AND position > $2 AND ($3::text IS NULL OR state = $3)
    AND ($4 = '' OR strpos(lower(concat_ws(' ', name, organisation, address)), lower($4)) > 0) ORDER BY position LIMIT $5"""
    return await _many(where, event_id, after, state and state.value, search.strip(), limit)


async def counts(*, event_id: int) -> Counts:
    """The numbers by state."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT state, count(*) AS n FROM registration WHERE event_id = $1 GROUP BY state", event_id)
    found = {row["state"]: row["n"] for row in rows}
    return Counts(**{state.value: found.get(state.value, 0) for state in Standing})


async def waiting(*, event_ids: Sequence[int]) -> dict[int, int]:
    """How many wait, by event; events without a waitlist are left out."""
    async with connection() as raw:
        rows = await raw.fetch(
            "SELECT event_id, count(*) AS n FROM registration WHERE event_id = ANY ($1) AND state = 'waitlisted' GROUP BY event_id",
            event_ids,
        )
    return {row["event_id"]: row["n"] for row in rows}


async def place_in_line(*, event_id: int, position: int) -> int:
    """Which place on the waitlist `position` is: 1 is next."""
    async with connection() as raw:
        ahead: int = await raw.fetchval(
            "SELECT count(*) FROM registration WHERE event_id = $1 AND state = 'waitlisted' AND position < $2", event_id, position
        )
    return ahead + 1


async def _many(where: str, *values: Any) -> list[Registrant]:
    async with connection() as raw:
        rows = await raw.fetch(f"SELECT to_jsonb(r)::text FROM registration r {where}", *values)  # noqa: S608  # ours
    return [msgspec.json.decode(row[0], type=Registrant) for row in rows]
