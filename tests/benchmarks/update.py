"""`update`: the time changed on an event with 2,000 registrants, seen before and then done; floor: COPY of the same deliveries and invitations.

Counted as the coordinator waits for it, in a process that has rendered no such letter yet: the forecast, and the edit until it is committed.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from service.events import changes, facts, invitations, programme, registrants, skeletons
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.office import Office
from service.letters.links import Links
from service.persistence import engine
from service.persistence.transaction import transaction
from service.tokens import Keys
from tests.benchmarks import _stage
from tests.support import events

REGISTRANTS = 2000
WANTED = 5.0


def run() -> dict[str, Any]:
    """Seconds beside the floor's."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    async with _stage.stage():
        now = _stage.now()
        office = events.office(await _stage.people(count=REGISTRANTS, now=now), Links("https://kutse.example.org", Keys((_stage.SECRET,))))
        event = await _registered(office, now)
        foreseen, whole = await _moved(office, event, now)
        updates = await _updates()
        floor = min([await _copied() for _ in range(3)])
    assert updates == REGISTRANTS, f"{updates} updates for {REGISTRANTS} registrants"
    return {
        "value": round(whole, 3),
        "unit": "s",
        "floor": round(floor, 3),
        "ratio": round(floor / whole, 3),
        "parameters": {"registrants": REGISTRANTS, "languages": 2, "foresee_seconds": round(foreseen, 3)},
        "wanted": f"< {WANTED:g} s",
        "is_met": whole < WANTED,
    }


async def _registered(office: Office, now: datetime) -> Occasion:
    """An event at which everybody has a seat, and the invitation to it."""
    event = await events.published(cluster=office.cluster, now=now)
    async with transaction(), engine.connection() as raw:
        await raw.execute(_SEAT_EVERYBODY, event.id, now)
        await raw.execute("UPDATE event SET seats_taken = $2 WHERE id = $1", event.id, REGISTRANTS)
        await invitations.issue(
            office=office,
            registrants=await registrants.standing(event_id=event.id, state=Standing.SEATED),
            hashes=skeletons.hashes(office=office, event=event, languages=office.cluster.languages),
            entry_ids=event.entries,
            now=now,
        )
    async with engine.connection() as raw:
        await raw.execute("ANALYZE")
    return await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)


async def _moved(office: Office, event: Occasion, now: datetime) -> tuple[float, float]:
    """A day later: the seconds until the forecast is there, and until everybody's update stands in the outbox."""
    later = facts.of(event)
    later = replace(later, days=tuple(replace(day, starts_at=day.starts_at + _DAY, ends_at=day.ends_at + _DAY) for day in later.days))
    begun = time.perf_counter()
    forecast = await changes.foresee(office=office, event_id=event.id, facts=later, version=event.version, now=now)
    foreseen = time.perf_counter() - begun
    await changes.edit(office=office, event_id=event.id, facts=later, version=event.version, announced=True, now=now)
    whole = time.perf_counter() - begun
    assert forecast.letters == REGISTRANTS
    return foreseen, whole


async def _updates() -> int:
    """How many copies wait that carry the new time with the SEQUENCE that the registrant's invitation has now."""
    async with engine.connection() as raw:
        return int(await raw.fetchval(_UPDATES))


async def _copied() -> float:
    """The same rows taken out and written back as PostgreSQL writes rows fastest, constraints and indexes as they are."""
    async with engine.connection() as raw:
        kept = {table: BytesIO() for table in ("invitation", "delivery")}
        for table, content in kept.items():
            await raw.copy_from_table(table, output=content, format="binary")
            await raw.execute(f"DELETE FROM {table}")
            await raw.execute(f"VACUUM {table}")
            content.seek(0)
        begun = time.perf_counter()
        async with raw.transaction():
            for table, content in kept.items():
                await raw.copy_to_table(table, source=content, format="binary")
        return time.perf_counter() - begun


_DAY = timedelta(days=1)

_SEAT_EVERYBODY = """
INSERT INTO registration (event_id, person_id, state, position, name, folded_name, address, organisation, role, language, registered_at, seated_at)
SELECT $1, id, 'seated', row_number() OVER (ORDER BY id), name, lower(name), address, 'Narva Disainimaja', 'disainer', language, $2, $2 FROM person
"""

_UPDATES = """
SELECT count(*) FROM delivery d JOIN letter l ON l.id = d.letter_id JOIN invitation i ON i.uid = d.slots->>'uid'
WHERE d.state = 'queued' AND l.method = 'REQUEST' AND i.sequence = 1 AND (d.slots->>'sequence')::integer = i.sequence
"""
