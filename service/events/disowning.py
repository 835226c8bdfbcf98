"""Disowning: "that is not me". Somebody whom another person registered takes their name off; what was written about them is forgotten."""

from __future__ import annotations

from datetime import datetime

from service.errors import Refused
from service.events import answered, needs, programme, registrants, registration
from service.events.capacity import Standing
from service.events.needs import NONE
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.people import directory
from service.persistence.engine import connection
from service.persistence.transaction import transaction


async def disown(*, office: Office, event_id: int, registration_id: int, now: datetime) -> None:
    """Give the place back and empty the snapshot: name, address, organisation, role, answers, needs. Nobody is told but their own calendar.

    Doing it again changes nothing. Raises Refused once the event is over, and for somebody who registered themselves.
    """
    async with transaction():
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        registrant = await registrants.in_event(event_id=event.id, registration_id=registration_id)
        if registrant.disowned_at is not None:
            return
        if not can_disown(event, registrant, now):
            raise Refused("This event is over. Write to the organisers, so that they take your name off.")
        if registrant.state not in (Standing.CANCELLED, Standing.DECLINED):
            await registration.leave(office=office, event=event, registrant=registrant, now=now)
        await _erase(registrant, now)


def can_disown(event: Occasion, registrant: Registrant, now: datetime) -> bool:
    """Whether there is a name of somebody else's writing to take off ★."""
    return registrant.brought_by is not None and not event.is_over(now)


async def _erase(registrant: Registrant, now: datetime) -> None:
    await answered.forget(registration_id=registrant.id)
    await needs.store(registration_id=registrant.id, needs=NONE)
    await directory.disown(person_id=registrant.person_id, since=registrant.registered_at)
    async with connection() as raw:
        await raw.execute(_ERASE, registrant.id, now)
        await raw.execute("UPDATE registration SET handed_to_name = '' WHERE handed_to = $1", registrant.id)


# The folded name stays unlike any other: two may have been written down with one address.
_ERASE = """
UPDATE registration SET state = 'cancelled', waits_for = '', cancelled_at = coalesce(cancelled_at, $2), cancelled_by = coalesce(cancelled_by, 'attendee'),
    name = '', folded_name = 'forgotten ' || id, address = '', organisation = '', organisation_key = '', organisation_id = NULL,
    organisation_name = '', registry_code = '', role = '', consent_words = '', disowned_at = $2
WHERE id = $1
"""
