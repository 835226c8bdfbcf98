"""Overtaking: what still waits for the relay when somebody leaves or the event is called off must not arrive after the letter that says so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from service.delivery import control
from service.events.office import Office
from service.events.registrants import Registrant


async def overtake(*, office: Office, registrants: Iterable[Registrant], now: datetime) -> None:
    """Take back every letter about these registrations that has not left: reminders, links for joining, offers as well. In the caller's transaction."""
    urls = {office.links.registration(registration_id=one.id): one.person_id for one in registrants}
    await control.overtake(person_ids=list(set(urls.values())), slot="registration_url", values=list(urls), now=now)
