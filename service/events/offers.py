"""Offers: a seat that is held for the next in line until a moment; confirmed, given up (`registration.cancel`), or over."""

from __future__ import annotations

from datetime import datetime

import structlog

from service.clusters import directory
from service.errors import Refused
from service.events import choosing, programme, registrants, seats, waitlist
from service.events.capacity import Standing
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.letters.links import Links
from service.persistence.engine import connection
from service.persistence.transaction import required, transaction

log = structlog.get_logger()


async def confirm(*, office: Office, event_id: int, registration_id: int, now: datetime) -> Registrant:
    """Take the seat that is held: the invitation follows. Doing it again changes nothing; raises Refused when the time is over."""
    async with transaction():
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        registrant = await registrants.in_event(event_id=event.id, registration_id=registration_id)
        if registrant.state is Standing.SEATED:
            return registrant
        if registrant.offered_until is None or registrant.offered_until <= now or event.has_begun(now) or not event.goes_on:
            raise Refused("The time to confirm is over, and the seat went to the next in line. Register again if you want to come.")
        (seated,) = await registrants.move(registration_ids=[registrant.id], offered_until=None, now=now)
        await choosing.settle(office=office, event=event, told=[seated.id], now=now)
        await Notices(office, event, now).confirmed([seated])
        return seated


async def shorten(*, event: Occasion, now: datetime) -> None:
    """No seat is held beyond the beginning of the event, which has moved. Belongs under the lock of the event's row.

    A beginning that is past may be a mistyped one: offers stay as they are then, for when it is put right.
    """
    required()
    if event.has_begun(now):
        return
    async with connection() as raw:
        await raw.execute(_SHORTEN, event.id, event.starts_at)


async def tick(*, links: Links, mail_domain: str, now: datetime) -> None:
    """Offers whose time is over, and lines that need no longer let members go first: the next get their seats."""
    async with connection() as raw:
        due = await raw.fetch(_DUE, now)
    for row in due:
        office = Office(await directory.by_id(cluster_id=row["cluster_id"]), links, mail_domain)
        try:
            await _move_on(office, row["id"], now)
        except Exception:  # one event's trouble must not keep the others' seats back
            log.exception("line_not_moved", event_id=row["id"])


async def _move_on(office: Office, event_id: int, now: datetime) -> None:
    async with transaction():
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        async with connection() as raw:
            over = [registrants.read(row[0]) for row in await raw.fetch(_OVER, event.id, now)]
        for one in over:
            await seats.free(event_id=event.id, mode=one.mode)
        if over:
            await Notices(office, event, now).offer_over(over)
        await waitlist.promote(office=office, event_id=event.id, now=now)


_SHORTEN = "UPDATE registration SET offered_until = $2 WHERE event_id = $1 AND state = 'offered' AND offered_until > $2"

_DUE = """
SELECT e.id, e.cluster_id FROM event e WHERE e.state IN ('published', 'closed') AND e.id IN (
    SELECT event_id FROM registration WHERE state = 'offered' AND offered_until <= $1
    UNION SELECT m.id FROM event m JOIN registration r ON r.event_id = m.id AND r.state = 'waitlisted' AND r.waits_for = 'members'
    WHERE m.members_first_until <= $1
) ORDER BY e.id
"""

_OVER = """
UPDATE registration AS r SET state = 'cancelled', cancelled_at = $2, cancelled_by = 'deadline', offered_until = NULL
WHERE event_id = $1 AND state = 'offered' AND offered_until <= $2 RETURNING to_jsonb(r)::text
"""
