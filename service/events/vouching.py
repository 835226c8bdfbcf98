"""Vouching: somebody opens the link that was mailed to a member's or an invited person's address, and says that it is them."""

from __future__ import annotations

from datetime import datetime

from service.errors import Refused
from service.events import access, programme, registrants, settling
from service.events.admission import Reason
from service.events.capacity import Standing
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.persistence.engine import connection
from service.persistence.transaction import transaction


async def prove(*, office: Office, event_id: int, registration_id: int, now: datetime) -> Registrant:
    """What only members or invited people get is given now: a seat, or a place in line before the others.

    Proven by the link to the registration, which only ever goes to its address. Doing it again changes nothing. Raises Refused when there is nothing to
    gain: the address is not known, or it is too late.
    """
    async with transaction():
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        registrant = await registrants.in_event(event_id=event.id, registration_id=registration_id)
        if registrant.is_vouched:
            return registrant
        if not await can_prove(event=event, registrant=registrant, now=now):
            raise Refused("There is nothing to confirm here. Write to the organisers if you think that there should be.")
        async with connection() as raw:
            await raw.execute("UPDATE registration SET is_vouched = true WHERE id = $1", registrant.id)
        if registrant.waits_for in (Reason.ACCESS, Reason.MEMBERS):
            welcome = Notices(office, event, now).confirmed
            await settling.settle(office=office, event=event, registration_ids=[registrant.id], welcome=welcome, now=now)
        return await registrants.in_event(event_id=event.id, registration_id=registration_id)


async def can_prove(*, event: Occasion, registrant: Registrant, now: datetime) -> bool:
    """Whether this person would gain by saying that it is them."""
    if registrant.is_vouched or not event.goes_on or event.is_over(now):
        return False
    waits = registrant.waits_for in (Reason.ACCESS, Reason.MEMBERS)
    in_line = event.members_move_first and registrant.state is Standing.WAITLISTED
    return (waits or in_line) and await access.can_vouch(event=event, address=registrant.address, now=now)
