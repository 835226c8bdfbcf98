"""Thank whoever came: by the clock where that is planned (`reminders`), or at once, when a coordinator says so; each person once."""

from __future__ import annotations

from datetime import datetime

from service.audit import trail
from service.errors import Refused
from service.events import due, programme, reminders
from service.events.occasion import Occasion
from service.events.office import Office
from service.persistence.transaction import transaction


async def waiting(*, event: Occasion, now: datetime) -> int:
    """How many would get the letter now: who came, or everybody with a seat when nobody was marked, those who have it left out."""
    return await reminders.lacking(event_id=event.id, sending=due.thanks(now))


async def send(*, office: Office, event_id: int, now: datetime, actor_id: int | None = None) -> int:
    """Thank them now; returns how many letters leave. Raises Refused before the event is over, and once it was called off."""
    async with transaction():
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        if not event.is_over(now) or not event.goes_on:
            raise Refused("People are thanked once the event is over.")
        sending = due.thanks(now)
        ids = await reminders.mark(event=event, sending=sending, now=now)
        told = await reminders.tell(office=office, event=event, sending=sending, registration_ids=ids, now=now)
        if told:
            await trail.record(
                action="event.thanked",
                subject_kind="event",
                subject_id=event_id,
                cluster_id=office.cluster.id,
                actor_id=actor_id,
                now=now,
                details={"letters": told},
            )
    return told
