"""Settling: people whose way has become free, because they were accepted or have proven who they are, get a seat or their place in line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from service.events import admission, choosing, registrants, seats
from service.events.admission import Reason
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.persistence.engine import connection
from service.persistence.transaction import required

Welcome = Callable[[Sequence[Registrant]], Awaitable[None]]


async def settle(*, office: Office, event: Occasion, registration_ids: Sequence[int], welcome: Welcome, now: datetime) -> int:
    """Seat these as far as there are seats, in the order of the line; the others wait in it. Each is told: `welcome` writes to those with a seat.

    Needs the event's lock and that what frees their way (`decided_at`, `is_vouched`) is written. Returns how many wait.
    """
    required()
    await _wait(registration_ids, Reason.SEAT)
    outlook = await seats.outlook(event=event, now=now)
    seated = await registrants.move(
        registration_ids=[id for id, missing in outlook.items() if missing is None and id in registration_ids], offered_until=None, now=now
    )
    await seats.take(event_id=event.id, modes=[one.mode for one in seated])
    await choosing.settle(office=office, event=event, told=[one.id for one in seated], now=now)
    if seated:
        await welcome(seated)
    left = sorted(set(registration_ids) - {one.id for one in seated})
    for id in left:
        missing = outlook.get(id)
        await _wait([id], Reason.MEMBERS if missing is None else admission.reason(missing))
        await Notices(office, event, now).waitlisted(await registrants.in_event(event_id=event.id, registration_id=id))
    return len(left)


async def _wait(registration_ids: Sequence[int], waits_for: Reason) -> None:
    async with connection() as raw:
        await raw.execute(
            "UPDATE registration SET state = 'waitlisted', waits_for = $2 WHERE id = ANY ($1)", registration_ids, waits_for.value
        )
