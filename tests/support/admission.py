"""Members, and what tests ask about who has a seat."""

from __future__ import annotations

from datetime import datetime

from service.clusters.tables import Cluster
from service.events import programme, registrants
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.registrants import Registrant
from service.people.tables import Affiliation, Organisation
from tests.support import events, factories


async def member(*, cluster: Cluster, address: str, now: datetime, is_member: bool = True, until: datetime | None = None) -> None:
    """A person of an organisation that belongs to the cluster."""
    person = await factories.person(cluster=cluster, address=address, now=now)
    organisation = Organisation(cluster_id=cluster.id, name="Disainimaja", is_member=is_member, fields=[], created_at=now)
    await organisation.save()
    await Affiliation(person_id=person.id, organisation_id=organisation.id, until=until and until.date()).save()


async def positions(event: Occasion, state: Standing) -> list[int]:
    """The positions of those in that state, in order."""
    return [one.position for one in await registrants.standing(event_id=event.id, state=state)]


async def number(event: Occasion, one: int) -> Registrant:
    """The newest registration of the person with that number."""
    found = await registrants.page(event_id=event.id, limit=1000, search=f"mari{one}@example.org")
    return found[-1]


async def taken(event: Occasion) -> tuple[int, int]:
    """The seats that are counted in the room and online."""
    fresh = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    return fresh.seats_taken, fresh.online_taken


async def subjects() -> list[str]:
    """The subjects of all letters, in order."""
    return [letter.subject for letter in await events.posted()]
