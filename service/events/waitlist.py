"""The waitlist: who is next, and moving up in the order of `position`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.events import admission, choosing, programme, registrants, seats
from service.events.choices import Choice
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.persistence.engine import connection
from service.persistence.transaction import required


@dataclass(frozen=True, slots=True)
class Moved:
    """Who moves up in `event`. `people`: from the line, with a seat, or with one that is held for them `until`; `choices`: in the agenda, besides them."""

    event: Occasion
    people: Sequence[Registrant] = ()
    until: datetime | None = None
    choices: Sequence[Choice] = ()

    @property
    def invitations(self) -> int:
        """How many letters `tell` writes to `people`: an offer, or an invitation for each calendar entry."""
        return len(self.people) * (1 if self.until else len(self.event.entries))


async def promote(*, office: Office, event_id: int, now: datetime) -> None:
    """Seat as many of the waitlist as there are seats, in the order of the line, each with an invitation.

    Where the terms give time to confirm, and enough of it is left to ask, the seats are held and offered instead. Belongs inside the transaction that
    freed the seats. A deadline that has passed does not stop it; the beginning of the event does, and so does calling it off.
    """
    event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
    await tell(office=office, moved=await move_up(event=event, now=now), now=now)


async def move_up(*, event: Occasion, now: datetime) -> Moved:
    """What `promote` does, without the letters: `tell` writes them. Belongs under the lock of the event's row."""
    required()
    await _let_everybody_in(event, now)
    ids = [] if event.has_begun(now) or not event.goes_on else await seats.next_up(event=event, now=now)
    until = _held_until(event, now)
    people = await registrants.move(registration_ids=ids, offered_until=until, now=now) if ids else []
    if people:
        await seats.take(event_id=event.id, modes=[one.mode for one in people])
    return Moved(event, people, until, await choosing.fill(event=event, told=ids, now=now))


async def tell(*, office: Office, moved: Moved, now: datetime) -> None:
    """Write to everybody who has moved up."""
    await choosing.tell(office=office, event=moved.event, moved=moved.choices, now=now)
    notices = Notices(office, moved.event, now)
    if moved.people:
        await (notices.offered(moved.people, until=moved.until) if moved.until else notices.promoted(moved.people))


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
