"""Registrants: read who is registered for an event, and what stands in their calendars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from service.errors import NotFound
from service.events.admission import Reason
from service.events.capacity import Standing
from service.events.terms import Mode
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
    mode: Mode = Mode.ROOM
    organisation_key: str = ""
    is_vouched: bool = False
    waits_for: Reason = Reason.NONE
    offered_until: datetime | None = None
    decided_at: datetime | None = None
    decision_words: str = ""
    brought_by: int | None = None
    brought_by_name: str = ""
    handed_to: int | None = None
    handed_to_name: str = ""
    disowned_at: datetime | None = None
    organisation_id: int | None = None
    organisation_name: str = ""
    registry_code: str = ""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many registrations of an event stand how."""

    seated: int
    waitlisted: int
    cancelled: int
    pending: int = 0
    offered: int = 0
    declined: int = 0

    @property
    def everybody(self) -> int:
        """All that were ever made."""
        return self.seated + self.waitlisted + self.cancelled + self.pending + self.offered + self.declined

    @property
    def hoping(self) -> int:
        """Those who have a seat or may get one: whoever has to be told when the event is called off."""
        return self.seated + self.waitlisted + self.pending + self.offered


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


async def names_of_seated(*, event_id: int, mode: Mode) -> list[str]:
    """Who holds a seat in that mode, in the order in which they came."""
    async with connection() as raw:
        rows = await raw.fetch(
            "SELECT name FROM registration WHERE event_id = $1 AND state IN ('seated', 'offered') AND mode = $2 ORDER BY position",
            event_id,
            mode.value,
        )
    return [row["name"] for row in rows]


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


async def place_in_line(*, event_id: int, registration_id: int) -> int:
    """Which place on the waitlist somebody on it has: 1 is next. Members stand before the others where the event's terms say so."""
    async with connection() as raw:
        ahead: int = await raw.fetchval(_AHEAD, event_id, registration_id)
    return ahead + 1


_AHEAD = """
SELECT count(*) FROM registration r, (
    SELECT mode, position, is_vouched, members_move_first FROM registration JOIN event ON event.id = event_id WHERE registration.id = $2
) AS mine
WHERE r.event_id = $1 AND r.state = 'waitlisted' AND r.mode = mine.mode AND CASE WHEN mine.members_move_first
    THEN (NOT r.is_vouched, r.position) < (NOT mine.is_vouched, mine.position) ELSE r.position < mine.position END
"""


async def move(*, registration_ids: Sequence[int], offered_until: datetime | None, now: datetime) -> list[Registrant]:
    """Seat these, or, with `offered_until`, hold a seat for each of them; returns them as they are now, in the given order."""
    async with connection() as raw:
        rows = await raw.fetch(_MOVE, registration_ids, offered_until, now)
    moved = {one.id: one for one in (read(row[0]) for row in rows)}
    return [moved[id] for id in registration_ids]


_MOVE = """
UPDATE registration AS r SET waits_for = '', offered_until = $2, state = CASE WHEN $2::timestamptz IS NULL THEN 'seated' ELSE 'offered' END,
    seated_at = CASE WHEN $2 IS NULL THEN $3::timestamptz END
WHERE id = ANY ($1) RETURNING to_jsonb(r)::text
"""


async def into_the_room(*, event_id: int) -> frozenset[int]:
    """Nothing is to choose any more: whoever waits or asks for a place online wants one in the room, or would be seated by a counter that nobody limits.

    Returns whom that concerns.
    """
    async with connection() as raw:
        rows = await raw.fetch(_INTO_THE_ROOM, event_id)
    return frozenset(row["id"] for row in rows)


_INTO_THE_ROOM = "UPDATE registration SET mode = 'room' WHERE event_id = $1 AND mode = 'online' AND state <> 'cancelled' RETURNING id"


def read(row: str) -> Registrant:
    """A registration from the JSON of its row."""
    return _DECODER.decode(row)


_DECODER = msgspec.json.Decoder(Registrant)


async def _many(where: str, *values: Any) -> list[Registrant]:
    async with connection() as raw:
        rows = await raw.fetch(f"SELECT to_jsonb(r)::text FROM registration r {where}", *values)  # noqa: S608  # ours
    return [read(row[0]) for row in rows]
