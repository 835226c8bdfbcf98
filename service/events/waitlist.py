"""The waitlist: who is next, and moving up in the order of `position`."""

from __future__ import annotations

from datetime import datetime

from service.events import admission, choosing, programme, registrants, seats
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.persistence.engine import connection
from service.persistence.transaction import required


async def promote(*, office: Office, event_id: int, now: datetime) -> list[Registrant]:
    """Seat as many of the waitlist as there are seats, in the order of the line, each with an invitation; returns them.

    Where the terms give time to confirm, and enough of it is left to ask, the seats are held and offered instead. Belongs inside the transaction that
    freed the seats. A deadline that has passed does not stop it; the beginning of the event does, and so does calling it off.
    """
    required()
    event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
    await _let_everybody_in(event, now)
    ids = await promotable(event=event, now=now)
    if not ids:
        await choosing.settle(office=office, event=event, now=now)
        return []
    until = _held_until(event, now)
    promoted = await registrants.move(registration_ids=ids, offered_until=until, now=now)
    await seats.take(event_id=event.id, modes=[one.mode for one in promoted])
    await choosing.settle(office=office, event=event, told=ids, now=now)
    notices = Notices(office, event, now)
    await (notices.offered(promoted, until=until) if until else notices.promoted(promoted))
    return promoted


async def promotable(*, event: Occasion, now: datetime) -> list[int]:
    """The registrations that move up now, in order. Nobody once it has begun or is called off."""
    if event.has_begun(now) or not event.goes_on:
        return []
    return await seats.next_up(event=event, now=now)


def _held_until(event: Occasion, now: datetime) -> datetime | None:
    """Until when the seat is held for whoever it is offered to; None when it is given at once: without asking, or too late to ask."""
    if event.confirm_hours is None:
        return None
    return admission.offered_until(now=now, hours=event.confirm_hours, starts_at=event.starts_at)


async def _let_everybody_in(event: Occasion, now: datetime) -> None:
    """Whoever had to let members go first waits for a seat like everybody else once that is over."""
    if not admission.is_held_back(terms=event, is_vouched=False, now=now):
        async with connection() as raw:
            await raw.execute(
                "UPDATE registration SET waits_for = 'seat' WHERE event_id = $1 AND state = 'waitlisted' AND waits_for = 'members'",
                event.id,
            )
