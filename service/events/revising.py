"""Revising: what registrants change about themselves behind their link, without giving up their place."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from service.errors import Problem, Refused, problems_of
from service.events import answered, asking, invitations, needs, party, programme, questions, registrants, skeletons, waitlist
from service.events import form as forms
from service.events.capacity import Standing
from service.events.form import Form
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.party import Guest
from service.events.registrants import Registrant
from service.persistence.engine import connection
from service.persistence.transaction import transaction


async def revise(*, office: Office, event_id: int, registration_id: int, form: Form, now: datetime) -> None:
    """Write name, organisation, role, language, answers and needs over what was there; the address stays. Raises Refused with every problem.

    Whoever waited for a seat of one organisation and is from another gets what that one has left.
    """
    event = await programme.by_id(cluster_id=office.cluster.id, event_id=event_id)
    asked = await questions.of(event_id=event_id)
    problems = [
        *problems_of(forms.checked, form, languages=office.cluster.languages),
        *problems_of(party.named, event, form),
        *problems_of(asking.checked, asked, form.answers, language=form.language, order=office.cluster.languages),
        *problems_of(party.needed, event, form),
    ]
    if problems:
        raise Refused.all(problems)
    guest = await party.alone(office=office, form=form)
    answers = asking.checked(asked, form.answers, language=guest.form.language, order=office.cluster.languages)
    async with transaction():
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        registrant = await registrants.in_event(event_id=event.id, registration_id=registration_id)
        _refuse(event, registrant, guest, now)
        await _write(registrant, guest)
        await answered.store(registration_id=registrant.id, answers=answers, kept=asking.kept(asked, form.answers), now=now)
        await needs.store(registration_id=registrant.id, needs=party.needed(event, form))
        if registrant.language != guest.form.language:
            await _restate(office, event, registrant, guest.form.language)
        if registrant.state is Standing.WAITLISTED:
            await waitlist.promote(office=office, event_id=event.id, now=now)  # another organisation may have a seat left


def can_revise(event: Occasion, registrant: Registrant, now: datetime) -> bool:
    """Whether it still matters ★."""
    return registrant.state not in (Standing.CANCELLED, Standing.DECLINED) and event.goes_on and not event.is_over(now)


def _refuse(event: Occasion, registrant: Registrant, guest: Guest, now: datetime) -> None:
    if not can_revise(event, registrant, now):
        raise Refused("This cannot be changed any more. Write to the organisers.")
    moves = guest.organisation_key != registrant.organisation_key
    if event.organisation_limit is not None and registrant.state.holds_a_seat and moves:
        raise Refused("Seats are limited for each organisation, so the organisers have to change it. Write to them.", field="organisation")


async def _write(registrant: Registrant, guest: Guest) -> None:
    form, organisation = guest.form, guest.organisation
    same = form.organisation == registrant.organisation
    try:
        async with transaction(), connection() as raw:
            await raw.execute(_DESCRIBE, registrant.id, form.name, forms.fold(form.name), form.role, form.language)
            if not same:
                snapshot = (organisation.id, organisation.name, organisation.registry_code) if organisation else (None, "", "")
                await raw.execute(_BELONG, registrant.id, form.organisation, guest.organisation_key, *snapshot)
    except asyncpg.UniqueViolationError as error:
        raise Refused.all([Problem("Somebody with this name is registered with your address already.", "name")]) from error


async def _restate(office: Office, event: Occasion, registrant: Registrant, language: str) -> None:
    """The calendar says the same in another language: that alone is no update."""
    hashes = skeletons.hashes(office=office, event=event, languages=[registrant.language, language])
    standing = [one for one in await invitations.of_registration(registration_id=registrant.id) if one.entry_id in event.entries]
    current = [one for one in standing if one.content_hash == hashes[one.entry_id, registrant.language, registrant.mode]]
    await invitations.restate(invitations=current, hashes=[hashes[one.entry_id, language, registrant.mode] for one in current])


_DESCRIBE = "UPDATE registration SET name = $2, folded_name = $3, role = $4, language = $5 WHERE id = $1"

_BELONG = """
UPDATE registration SET organisation = $2, organisation_key = $3, organisation_id = $4, organisation_name = $5, registry_code = $6,
    organisation_settled = false
WHERE id = $1
"""
