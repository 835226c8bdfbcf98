"""The waitlist: who is next, and moving up in the order of `position`."""

from __future__ import annotations

from datetime import datetime

from service.events import capacity, programme, registrants
from service.events.capacity import Standing
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.persistence.engine import connection
from service.persistence.transaction import required


async def promote(*, office: Office, event_id: int, now: datetime) -> list[Registrant]:
    """Seat as many of the waitlist as there are seats, first come first, each with an invitation; returns them.

    Belongs inside the transaction that freed the seats. A deadline that has passed does not stop it; the beginning of the event does, and so does
    calling it off.
    """
    required()
    event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
    free = await promotable(event=event, now=now)
    if not free:
        return []
    promoted = await registrants.standing(event_id=event.id, state=Standing.WAITLISTED, limit=free)
    async with connection() as raw:
        await raw.execute("UPDATE registration SET state = 'seated', seated_at = $2 WHERE id = ANY ($1)", [one.id for one in promoted], now)
        await raw.execute("UPDATE event SET seats_taken = seats_taken + $2 WHERE id = $1", event.id, len(promoted))
    await Notices(office, event, now).promoted(promoted)
    return promoted


async def promotable(*, event: Occasion, now: datetime) -> int:
    """How many can move up now."""
    if event.has_begun(now) or not event.goes_on:
        return 0
    return capacity.promotable(capacity=event.capacity, taken=event.seats_taken, waiting=await length(event_id=event.id))


async def length(*, event_id: int) -> int:
    """How many wait."""
    async with connection() as raw:
        waiting: int = await raw.fetchval("SELECT count(*) FROM registration WHERE event_id = $1 AND state = 'waitlisted'", event_id)
    return waiting
