"""Attending: one registration together with its event, as the person behind its signed link sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.calendars import lines
from service.errors import NotFound
from service.events import invitations, notices, programme, registrants, skeletons
from service.events.capacity import Standing
from service.events.invitations import Invitation
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.printing import Calendar
from service.events.registrants import Registrant
from service.letters import slots


@dataclass(frozen=True, slots=True)
class Attending:
    """A registration, its event, its place in line (0: it doesn't wait) and what stands in its calendar."""

    registrant: Registrant
    event: Occasion
    place_in_line: int
    invitations: tuple[Invitation, ...]

    def can_cancel(self, now: datetime) -> bool:
        """Whether there is a place to give back."""
        return self.registrant.state not in (Standing.CANCELLED, Standing.DECLINED) and self.event.goes_on and not self.event.is_over(now)


async def of(*, cluster_id: int, registrant: Registrant) -> Attending:
    """The whole of it."""
    event = await programme.by_id(cluster_id=cluster_id, event_id=registrant.event_id)
    waits = registrant.state is Standing.WAITLISTED
    place = await registrants.place_in_line(event_id=event.id, registration_id=registrant.id) if waits else 0
    standing = await invitations.of_registration(registration_id=registrant.id)
    return Attending(registrant, event, place, tuple(one for one in standing if one.entry_id in event.entries))


async def calendar(*, office: Office, attending: Attending, entry_id: int, now: datetime) -> bytes:
    """The REQUEST of one entry as the last letter brought it; raises NotFound when nothing of it stands in the calendar."""
    one = next((one for one in attending.invitations if one.entry_id == entry_id), None)
    if one is None:
        raise NotFound("There is nothing for your calendar here.")
    registrant = attending.registrant
    meeting = skeletons.meeting(
        office=office, event=attending.event.seen_by(registrant.mode), language=registrant.language, entry_id=entry_id
    )
    values = {
        **notices.slots_of(registrant, one, now),
        "name": registrant.name,
        "registration_url": office.links.registration(registration_id=registrant.id),
    }
    return lines.fold(slots.fill(lines.unfold(Calendar("REQUEST", meeting).content()), values, "calendar"))
