"""Modes: from the room to online and back, under the lock of the event's row."""

from __future__ import annotations

from datetime import datetime

from service.errors import Refused
from service.events import invitations, programme, registrants, seats, skeletons, waitlist
from service.events.capacity import Standing
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.events.terms import Mode
from service.languages.catalogues import marked
from service.persistence.engine import connection
from service.persistence.transaction import transaction

_FULL = {
    Mode.ROOM: marked("All seats in the room are taken. You keep your place online."),
    Mode.ONLINE: marked("All places online are taken. You keep your seat in the room."),
}


async def change(*, office: Office, event_id: int, registration_id: int, mode: Mode, now: datetime) -> Registrant:
    """Take part in the other mode; the seat that is left goes to the next in line, and the calendar entry follows.

    Whoever waits, waits for the other mode from then on, at the same position. Raises Refused when all seats of that mode are taken, or it is too late.
    """
    async with transaction():
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        registrant = await registrants.in_event(event_id=event.id, registration_id=registration_id)
        if registrant.mode is mode:
            return registrant
        if not can_change(event, registrant, now):
            raise Refused("This cannot be changed any more. Write to the organisers.")
        if registrant.state.holds_a_seat:
            if await seats.lacking(event=event, mode=mode, organisation_key="", now=now) is not None:
                raise Refused(_FULL[mode], field="mode")
            await seats.free(event_id=event.id, mode=registrant.mode)
            await seats.take(event_id=event.id, modes=[mode])
        moved = await _write(registrant, mode)
        if moved.state is Standing.SEATED:
            await _tell(office, event, moved, now)
        await waitlist.promote(office=office, event_id=event.id, now=now)
        return await registrants.in_event(event_id=event.id, registration_id=registration_id)


def can_change(event: Occasion, registrant: Registrant, now: datetime) -> bool:
    """Whether there is another mode to choose."""
    gone = registrant.state in (Standing.CANCELLED, Standing.DECLINED)
    return event.is_hybrid and event.goes_on and not event.is_over(now) and not gone


async def _write(registrant: Registrant, mode: Mode) -> Registrant:
    async with connection() as raw:
        row = await raw.fetchval(
            "UPDATE registration AS r SET mode = $2 WHERE id = $1 RETURNING to_jsonb(r)::text", registrant.id, mode.value
        )
    return registrants.read(row)


async def _tell(office: Office, event: Occasion, registrant: Registrant, now: datetime) -> None:
    notices = Notices(office, event, now)
    ahead = [one for one in await invitations.of_registration(registration_id=registrant.id) if notices.is_ahead(one)]
    hashes = skeletons.hashes(office=office, event=event, languages=[registrant.language])
    say = [hashes[one.entry_id, registrant.language, registrant.mode] for one in ahead]
    await notices.mode_changed(registrant, await invitations.update(invitations=ahead, hashes=say, now=now))
