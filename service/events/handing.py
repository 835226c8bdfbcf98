"""Handing on: a place that goes from one person to a colleague, with its state and its position in the line, under the lock of the event's row."""

from __future__ import annotations

from datetime import datetime

from service.audit import trail
from service.errors import Refused
from service.events import form as forms
from service.events import needs, overtaking, party, programme, registrants, registration, waitlist
from service.events.capacity import Standing
from service.events.form import Form
from service.events.needs import NONE
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.party import Guest
from service.events.registrants import Registrant
from service.events.terms import Access
from service.people import directory
from service.persistence import throttle
from service.persistence.engine import connection
from service.persistence.transaction import transaction

_PER_ADDRESS = 20
"""As many an hour as registrations of it."""


async def hand_on(*, office: Office, event_id: int, registration_id: int, form: Form, now: datetime) -> None:
    """Give the place to whom `form` names: a registration of their own, with its own letter, link and calendar entry; the old one is cancelled.

    What the first one answered and needs stays behind. Somebody who waits for a place themselves gets this one, with what they had answered. Somebody who
    has a place is told so, and this one goes to the next in line, which looks the same from outside. Raises Refused where the place cannot be handed on or for a bad form, TooMany above the cap of an address.
    """
    guest = await party.alone(office=office, form=form)
    await throttle.count(what="registration of", who=f"{office.cluster.id}:{guest.form.address}", limit=_PER_ADDRESS, now=now)
    async with transaction():
        await party.introduce(office=office, guests=[guest], now=now)
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        giver = await registrants.in_event(event_id=event.id, registration_id=registration_id)
        _refuse(event, giver, guest, now)
        known = await registrants.live(event_id=event.id, address=guest.form.address, folded_name=forms.fold(guest.form.name))
        if known is None or _is_better(giver, known):
            if known is not None:
                await _stop_waiting(office, event, known, now)
            taker = await _take_over(office, event, giver, guest, now)
            if known is not None:
                await _bring_along(known, taker)
            await _tell(office, event, await _written(giver, taker), taker, now)
            await waitlist.promote(office=office, event_id=event.id, now=now)  # a seat that was held for the taker is free
        else:
            giver = await _written(giver, known, name=guest.form.name)
            await registration.leave(office=office, event=event, registrant=giver, handed_on=True, now=now)
            await Notices(office, event, now).registered_already(known)
        await trail.record(
            action="registration.handed_on",
            subject_kind="registration",
            subject_id=giver.id,
            cluster_id=office.cluster.id,
            actor_id=None,
            now=now,
            details={"event": event.id},
        )


def can_hand_on(event: Occasion, registrant: Registrant, now: datetime) -> bool:
    """Whether a colleague may come instead ★. Where the organisers or a mailed link decide who comes, they decide about that too."""
    decided = event.access is not Access.PUBLIC or event.by_approval or (event.members_first_until or now) > now
    stands = registrant.state in (Standing.SEATED, Standing.WAITLISTED)
    return stands and not decided and event.goes_on and not event.has_begun(now)


def _refuse(event: Occasion, giver: Registrant, guest: Guest, now: datetime) -> None:
    if not can_hand_on(event, giver, now):
        raise Refused("This place cannot be handed on now. Write to the organisers if a colleague shall come instead of you.")
    if (guest.form.address.lower(), forms.fold(guest.form.name)) == (giver.address.lower(), forms.fold(giver.name)):
        raise Refused("That is you. Write the name and address of your colleague.", field="name")


def _is_better(giver: Registrant, known: Registrant) -> bool:
    """Whether the colleague, who is registered already, is better off with this place."""
    if giver.state is Standing.SEATED:
        return known.state in (Standing.WAITLISTED, Standing.PENDING, Standing.OFFERED)
    return known.state is Standing.WAITLISTED and giver.position < known.position


async def _stop_waiting(office: Office, event: Occasion, known: Registrant, now: datetime) -> None:
    """Their own place in line ends without a letter: the one about the better place says all."""
    await overtaking.overtake(office=office, registrants=[known], now=now)
    await registration.vacate(event=event, registrant=known, by="attendee", now=now)


async def _bring_along(known: Registrant, taker: Registrant) -> None:
    """What they had answered and need is theirs in the new place as well, which the page of the old one leads to."""
    async with connection() as raw:
        await raw.execute("UPDATE question_answer SET registration_id = $2 WHERE registration_id = $1", known.id, taker.id)
    await needs.store(registration_id=taker.id, needs=await needs.of_registration(registration_id=known.id))
    await needs.store(registration_id=known.id, needs=NONE)
    await _written(known, taker)


async def _take_over(office: Office, event: Occasion, giver: Registrant, guest: Guest, now: datetime) -> Registrant:
    """The old registration moves to the end and is cancelled, the new one takes over where it stood; no seat is free in between."""
    form = guest.form
    person = await directory.ensure(cluster_id=office.cluster.id, address=form.address, name=form.name, language=form.language, now=now)
    async with connection() as raw:
        await raw.execute(_STEP_ASIDE, giver.id, event.id, now)
        row = await raw.fetchval(
            _TAKE_OVER,
            giver.id,
            giver.position,
            person.id,
            form.name,
            forms.fold(form.name),
            form.address,
            form.role,
            form.language,
            now,
            giver.state.value,
            giver.waits_for.value,
        )
        taker = registrants.read(row)
        await raw.execute("UPDATE item_choice SET registration_id = $2 WHERE registration_id = $1", giver.id, taker.id)
    await needs.store(registration_id=giver.id, needs=NONE)
    return taker


async def _written(giver: Registrant, taker: Registrant, *, name: str = "") -> Registrant:
    async with connection() as raw:
        row = await raw.fetchval(_HANDED, giver.id, taker.id, name or taker.name)
    return registrants.read(row)


async def _tell(office: Office, event: Occasion, giver: Registrant, taker: Registrant, now: datetime) -> None:
    notices = Notices(office, event, now)
    await notices.handed_on(giver)
    await (notices.confirmed([taker]) if taker.state is Standing.SEATED else notices.waitlisted(taker))


_STEP_ASIDE = """
WITH place AS (UPDATE event SET last_position = last_position + 1 WHERE id = $2 RETURNING last_position)
UPDATE registration SET position = last_position, state = 'cancelled', waits_for = '', cancelled_at = $3, cancelled_by = 'attendee'
FROM place WHERE registration.id = $1
"""

_TAKE_OVER = """
INSERT INTO registration AS r (event_id, person_id, state, position, name, folded_name, address, organisation, role, language, mode, organisation_key,
    is_vouched, waits_for, brought_by, brought_by_name, organisation_id, organisation_name, registry_code, organisation_settled, registered_at,
    seated_at)
SELECT event_id, $3, $10, $2, $4, $5, $6, organisation, $7, $8, mode, organisation_key,
    false, $11, id, name, organisation_id, organisation_name, registry_code, organisation_settled, $9,
    seated_at
FROM registration WHERE id = $1 RETURNING to_jsonb(r)::text
"""

_HANDED = "UPDATE registration AS r SET handed_to = $2, handed_to_name = $3 WHERE id = $1 RETURNING to_jsonb(r)::text"
