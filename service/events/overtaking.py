"""Overtaking: what still waits for the relay must not arrive after the letter that says otherwise: that somebody leaves, that the event has moved or is off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from service.delivery import control
from service.events.office import Office
from service.events.registrants import Registrant


async def overtake(*, office: Office, registrants: Iterable[Registrant], now: datetime, having: str = "") -> list[tuple[int, str]]:
    """Take back every letter about these registrations that has not left: reminders, links for joining, offers as well. In the caller's transaction.

    `having`: only letters with this slot. Returns the registration's id and the value of that slot for each.
    """
    found = {office.links.registration(registration_id=one.id): one for one in registrants}
    person_ids = list({one.person_id for one in found.values()})
    taken = await control.overtake(person_ids=person_ids, slot="registration_url", values=list(found), now=now, having=having)
    return [(found[url].id, value) for url, value in taken]
