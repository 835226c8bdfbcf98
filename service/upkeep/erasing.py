"""Erase a person on their own wish (GDPR art. 17): every room empties what it knows, rows that count stay, and what keeps mail away from the address stays too."""

from __future__ import annotations

from datetime import datetime

from service.audit import trail
from service.delivery import forgetting as letters
from service.errors import NotFound
from service.events import forgetting as registrations
from service.events.office import Office
from service.people import directory
from service.persistence.transaction import transaction
from service.returns import forgetting as answers
from service.subscriptions import leaving, optin
from service.subscriptions.tables import How


async def erase(*, office: Office, person_id: int, actor_id: int, now: datetime) -> None:
    """All at once, locked in the order that all keep: person, events, suppressions, reports. Raises NotFound for who is not of this cluster."""
    cluster_id = office.cluster.id
    async with transaction():
        person = await directory.lock(person_id=person_id)
        if person is None or person.cluster_id != cluster_id:
            raise NotFound("There is no such person here.")
        await registrations.person(office=office, person_id=person.id, now=now)
        await leaving.leave_everything(person_id=person.id, how=How.OFFICE, now=now, actor_id=actor_id)
        await optin.forget(cluster_id=cluster_id, address=person.address)
        await answers.forget(cluster_id=cluster_id, address=person.address, person_id=person.id)
        await letters.adopt(cluster_id=cluster_id, address=person.address, person_id=person.id)
        await directory.erase(person_id=person.id, now=now)
        await letters.erased(since=now)
        await trail.record(
            action="person.erased", subject_kind="person", subject_id=person.id, cluster_id=cluster_id, actor_id=actor_id, now=now
        )
