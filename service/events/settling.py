"""Settling: people whose way has become free, because they were accepted, have proven who they are or need not any more, get a seat or their place in line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from service.events import admission, choosing, registrants, seats
from service.events.admission import Reason
from service.events.capacity import Standing
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.events.terms import Mode
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
    await _say_why(left, outlook)
    for id in left:
        await Notices(office, event, now).waitlisted(await registrants.in_event(event_id=event.id, registration_id=id))
    return len(left)


async def release(*, event: Occasion, now: datetime) -> list[int]:
    """Requests that the terms of `event` leave nobody to decide about any more stand in its line from now on, each at its old place; returns these.

    Belongs under the event's lock, and `waitlist.move_up` after it. Once the event has begun nobody moves up, and they stay a coordinator's to decide.
    """
    required()
    if event.has_begun(now):
        return []
    found = [(one, _verdict(event, one, now)) for one in await registrants.standing(event_id=event.id, state=Standing.PENDING)]
    free = [one.id for one, verdict in found if verdict.standing is not Standing.PENDING]
    await _wait(free, Reason.SEAT)
    if free:
        await _say_why(free, await seats.outlook(event=event, now=now))
    for reason in (Reason.APPROVAL, Reason.ACCESS):
        await _wait([one.id for one, verdict in found if verdict.waits_for is reason], reason, Standing.PENDING)
    return free


def _verdict(event: Occasion, asked: Registrant, now: datetime) -> admission.Verdict:
    """What they would get who asked by then, were every seat taken."""
    is_decided = asked.decided_at is not None
    return admission.verdict(terms=event, is_vouched=asked.is_vouched, is_decided=is_decided, lacking=Mode.ROOM.value, now=now)


async def _say_why(registration_ids: Sequence[int], outlook: Mapping[int, str | None]) -> None:
    """What each of these in line waits for; whoever is not in the outlook has to let members go first."""
    why = {id: admission.reason(outlook[id] or Mode.ROOM.value) if id in outlook else Reason.MEMBERS for id in registration_ids}
    for reason in set(why.values()):
        await _wait([id for id in why if why[id] is reason], reason)


async def _wait(registration_ids: Sequence[int], waits_for: Reason, standing: Standing = Standing.WAITLISTED) -> None:
    async with connection() as raw:
        await raw.execute(
            "UPDATE registration SET state = $3, waits_for = $2 WHERE id = ANY ($1)", registration_ids, waits_for.value, standing.value
        )
