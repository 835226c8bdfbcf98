"""Register for an event and give the place back; each is one transaction under the lock of the event's row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.audit import trail
from service.errors import Refused
from service.events import access, admission, choosing, party, programme, registrants, seats, waitlist
from service.events import form as forms
from service.events.admission import Verdict
from service.events.capacity import Standing
from service.events.form import Form
from service.events.notices import Notices
from service.events.occasion import Door, Occasion
from service.events.office import Office
from service.events.party import Guest
from service.events.registrants import Registrant
from service.events.terms import Mode
from service.languages.catalogues import marked
from service.people import directory
from service.persistence import throttle
from service.persistence.engine import connection
from service.persistence.transaction import required, transaction

_PER_ADDRESS = 20
_PER_NETWORK = 120
"""People an hour. A whole office or school class may sit behind one network address, and stand on one form."""

_CLOSED_DOORS = {
    Door.NOT_YET: marked("Registration has not opened yet. The page says when it does."),
    Door.CLOSED: marked("Registration is closed. Write to the organisers if you still want to come."),
    Door.OVER: marked("This event is over. Look at the list for the next ones."),
    Door.CALLED_OFF: marked("This event has been called off."),
}


async def register(
    *, office: Office, event_id: int, form: Form, network: str, now: datetime, colleagues: Sequence[Form] = (), is_vouched: bool = False
) -> None:
    """A stranger's registration: a seat, the end of the waitlist, or a request that waits for the coordinator, told by a letter to the address.

    `is_vouched`: the form was opened by a link that was mailed to this address as a member's or an invited person's. `colleagues`: whom the same person
    brings along. Each of them gets what is left when their turn comes, in this order, and a letter of their own; all in one transaction.

    Returns nothing, so that the page is the same for an address that is registered already; that one gets its link by mail. Raises Refused for a bad
    form or a closed door, TooMany above the caps per address, network and hour. Never changes a person's record.
    """
    guests = await party.guests(office=office, event_id=event_id, typed=[form, *colleagues])
    await count(office=office, guests=guests, network=network, now=now)
    await prepare(office=office, event_id=event_id, guests=guests, now=now)
    async with transaction():
        await admit(office=office, event_id=event_id, guests=guests, now=now, is_vouched=is_vouched)
        await party.try_addresses(office=office, guests=guests, now=now)


async def count(*, office: Office, guests: Sequence[Guest], network: str, now: datetime) -> None:
    """One form more from that network and for each of these addresses; raises TooMany above the caps."""
    of_addresses = [("registration of", f"{office.cluster.id}:{guest.form.address}", _PER_ADDRESS) for guest in guests]
    await throttle.count_all(attempts=[*of_addresses, *[("registration from", network, _PER_NETWORK)] * len(guests)], now=now)


async def prepare(*, office: Office, event_id: int, guests: Sequence[Guest], now: datetime) -> None:
    """Render the letters that these may get; before the transaction, because others wait for it and for its connection."""
    event = await programme.by_id(cluster_id=office.cluster.id, event_id=event_id)
    for place, guest in enumerate(guests):
        await Notices(office, event, now).ready(guest.form.language, guest.form.mode, is_brought=place > 0)


async def admit(*, office: Office, event_id: int, guests: Sequence[Guest], now: datetime, is_vouched: bool = False) -> None:
    """Let everybody on a form into one event, inside the caller's transaction. Raises Refused for a closed door."""
    required()
    event = await programme.by_id(cluster_id=office.cluster.id, event_id=event_id)
    await party.introduce(office=office, guests=guests, now=now)
    event = await programme.lock(event=event)
    _refuse_closed(event.door(now))
    host = await _let_in(office, event, guests[0], now, is_vouched=is_vouched)
    for guest in guests[1:]:
        event = await programme.by_id(cluster_id=office.cluster.id, event_id=event_id)  # with one seat less
        await _let_in(office, event, guest, now, brought_by=host)


async def add(*, office: Office, event_id: int, form: Form, actor_id: int, now: datetime) -> Registrant:
    """A coordinator registers somebody, also after the deadline; never above the capacity. Raises Refused."""
    guest = await party.alone(office=office, form=form)
    async with transaction():
        await party.introduce(office=office, guests=[guest], now=now)
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        if event.door(now) in (Door.OVER, Door.CALLED_OFF) or not event.is_public:
            raise Refused("Nobody can be registered for this event now: it is a draft, over or called off.")
        if await registrants.live(event_id=event.id, address=guest.form.address, folded_name=forms.fold(guest.form.name)):
            raise Refused("This person is registered already.", field="address")
        entered = await _enter(office, event, guest, now, is_vouched=True, actor_id=actor_id)  # as far as the address can
        await _note("registration.added", office, entered, actor_id, now)
    return entered


async def cancel(
    *,
    office: Office,
    event_id: int,
    registration_id: int,
    by: Literal["attendee", "coordinator"],
    now: datetime,
    actor_id: int | None = None,
) -> Registrant:
    """Give the place back: CANCEL to the calendar, and whoever is next in line moves up, in the same transaction.

    Doing it again changes nothing and sends nothing. Raises Refused once the event is over or called off.
    """
    async with transaction():
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        registrant = await registrants.in_event(event_id=event.id, registration_id=registration_id)
        if registrant.state in (Standing.CANCELLED, Standing.DECLINED):
            return registrant
        if event.is_over(now) or not event.goes_on:
            raise Refused("This event is over or called off, so there is no place to give back.")
        await leave(office=office, event=event, registrant=registrant, by=by, now=now)
        if by == "coordinator":
            await _note("registration.cancelled", office, registrant, actor_id, now)
        return await registrants.in_event(event_id=event.id, registration_id=registration_id)


def _refuse_closed(door: Door) -> None:
    if door in _CLOSED_DOORS:
        raise Refused(_CLOSED_DOORS[door])


async def _let_in(
    office: Office, event: Occasion, guest: Guest, now: datetime, *, is_vouched: bool = False, brought_by: Registrant | None = None
) -> Registrant:
    """One person of a form; whoever is registered already is told so by a letter."""
    known = await registrants.live(event_id=event.id, address=guest.form.address, folded_name=forms.fold(guest.form.name))
    if known is None:
        return await _enter(office, event, guest, now, is_vouched=is_vouched, brought_by=brought_by)
    await Notices(office, event, now).registered_already(known)
    return known


async def _enter(
    office: Office,
    event: Occasion,
    guest: Guest,
    now: datetime,
    *,
    is_vouched: bool,
    actor_id: int | None = None,
    brought_by: Registrant | None = None,
) -> Registrant:
    form = guest.form
    mode = form.mode if form.mode in event.modes else Mode.ROOM
    is_vouched = is_vouched and await access.can_vouch(event=event, address=form.address, now=now)
    verdict = admission.verdict(
        terms=event,
        is_vouched=is_vouched,
        is_decided=actor_id is not None,
        lacking=await seats.lacking(event=event, mode=mode, organisation_key=guest.organisation_key, now=now),
        now=now,
    )
    person_id = await directory.ensure_id(
        cluster_id=office.cluster.id, address=form.address, name=form.name, language=form.language, now=now
    )
    admitted = _Admitted(person_id, verdict, mode, is_vouched, actor_id, brought_by)
    registrant = await _write(event, guest, admitted, now)
    await party.keep(registration_id=registrant.id, guest=guest, now=now)
    await choosing.choose(event=event, registration_id=registrant.id, item_ids=form.item_ids, now=now)
    await choosing.settle(office=office, event=event, told=[registrant.id], now=now)
    await _tell(office, event, registrant, verdict, now)
    return registrant


@dataclass(frozen=True, slots=True)
class _Admitted:
    """What was decided about somebody on a form. `actor_id`: the coordinator who registers them; `brought_by`: who wrote them down."""

    person_id: int
    verdict: Verdict
    mode: Mode
    is_vouched: bool
    actor_id: int | None
    brought_by: Registrant | None


async def _write(event: Occasion, guest: Guest, admitted: _Admitted, now: datetime) -> Registrant:
    form, organisation, brought_by, verdict = guest.form, guest.organisation, admitted.brought_by, admitted.verdict
    seat = [admitted.mode] if verdict.standing is Standing.SEATED else []
    async with connection() as raw:
        row = await raw.fetchval(
            _INSERT,
            event.id,
            admitted.person_id,
            verdict.standing.value,
            form.name,
            forms.fold(form.name),
            form.address,
            form.organisation,
            form.role,
            form.language,
            form.consent_words,
            now,
            admitted.actor_id,
            admitted.mode.value,
            guest.organisation_key,
            admitted.is_vouched,
            verdict.waits_for.value,
            seat.count(Mode.ROOM),
            seat.count(Mode.ONLINE),
            brought_by and brought_by.id,
            brought_by.name if brought_by else "",
            organisation and organisation.id,
            organisation.name if organisation else "",
            organisation.registry_code if organisation else "",
        )
    return registrants.read(row)


async def _tell(office: Office, event: Occasion, registrant: Registrant, verdict: Verdict, now: datetime) -> None:
    notices = Notices(office, event, now)
    if verdict.standing is Standing.SEATED:
        await notices.confirmed([registrant])
    elif verdict.standing is Standing.PENDING:
        await notices.pending(registrant)
    else:
        await notices.waitlisted(registrant)


async def leave(
    *, office: Office, event: Occasion, registrant: Registrant, now: datetime, by: str = "attendee", handed_on: bool = False
) -> None:
    """The place is free: CANCEL to the calendar, and whoever is next in line moves up. Belongs under the lock of the event's row.

    `handed_on`: the letter says that it went to a colleague.
    """
    required()
    await vacate(event=event, registrant=registrant, by=by, now=now)
    notices = Notices(office, event, now)
    await (notices.handed_on(registrant) if handed_on else notices.cancelled(registrant))
    await waitlist.promote(office=office, event_id=event.id, now=now)


async def vacate(*, event: Occasion, registrant: Registrant, by: str, now: datetime) -> None:
    """The place is nobody's, without a letter and without anybody moving up. Belongs under the lock of the event's row."""
    required()
    async with connection() as raw:
        await raw.execute(
            "UPDATE registration SET state = 'cancelled', waits_for = '', offered_until = NULL, cancelled_at = $2, cancelled_by = $3 WHERE id = $1",
            registrant.id,
            now,
            by,
        )
    if registrant.state.holds_a_seat:
        await seats.free(event_id=event.id, mode=registrant.mode)


async def _note(action: str, office: Office, registrant: Registrant, actor_id: int | None, now: datetime) -> None:
    await trail.record(
        action=action,
        subject_kind="registration",
        subject_id=registrant.id,
        cluster_id=office.cluster.id,
        actor_id=actor_id,
        now=now,
        details={"event": registrant.event_id},
    )


_INSERT = """
WITH place AS (
    UPDATE event SET seats_taken = seats_taken + $17, online_taken = online_taken + $18, last_position = last_position + 1 WHERE id = $1
    RETURNING last_position
)
INSERT INTO registration AS r (event_id, person_id, state, position, name, folded_name, address, organisation, role, language, consent_words,
    registered_at, registered_by, mode, organisation_key, is_vouched, waits_for, brought_by, brought_by_name, organisation_id, organisation_name,
    registry_code, seated_at, decided_at)
SELECT $1, $2, $3::text, last_position, $4, $5, $6, $7, $8, $9, $10, $11::timestamptz, $12::bigint, $13, $14, $15, $16,
    $19, $20, $21, $22, $23, CASE WHEN $3 = 'seated' THEN $11 END, CASE WHEN $12 IS NOT NULL THEN $11 END
FROM place RETURNING to_jsonb(r)::text
"""
