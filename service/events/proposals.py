"""Proposals: organisations that people typed and the directory does not know, for a coordinator to decide about, once for everybody who typed them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from service.audit import trail
from service.clusters.tables import Cluster
from service.errors import NotFound
from service.events import waitlist
from service.events.office import Office
from service.people import organisations
from service.people.tables import Organisation
from service.persistence.engine import connection
from service.persistence.transaction import required, transaction


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation as it was typed last. `key`: what its ways of writing have in common; `people`: how many registrations name it."""

    key: str
    typed: str
    people: int
    last_at: datetime


async def of(*, cluster_id: int, limit: int) -> list[Proposal]:
    """What waits for a decision, named most often first."""
    async with connection() as raw:
        rows = await raw.fetch(_OF, cluster_id, limit)
    return [Proposal(**row) for row in rows]


async def count(*, cluster_id: int) -> int:
    """How many organisations wait for a decision."""
    async with connection() as raw:
        found: int = await raw.fetchval(f"SELECT count(DISTINCT {_KEY}) FROM {_WAITING}", cluster_id)  # noqa: S608  # ours
    return found


async def accept(*, office: Office, key: str, name: str, registry_code: str, town: str, now: datetime, actor_id: int | None = None) -> None:
    """A new organisation of the directory; everybody who typed it belongs to it. Raises Refused at `name` and `registry_code`."""
    async with transaction():
        added = await organisations.add(cluster_id=office.cluster.id, name=name, registry_code=registry_code, town=town, now=now)
        await _note("organisation.added", office.cluster, added.id, actor_id, now)
        await _link(office, key, added, now)


async def match(*, office: Office, key: str, organisation_id: int, now: datetime, actor_id: int | None = None) -> None:
    """It is one that the directory has. Raises NotFound."""
    async with transaction():
        known = await organisations.by_id(cluster_id=office.cluster.id, organisation_id=organisation_id)
        await _link(office, key, known, now)
        await _note("organisation.matched", office.cluster, known.id, actor_id, now)


async def leave(*, cluster: Cluster, key: str) -> None:
    """It stays what it is, a text, and is not asked about again."""
    async with connection() as raw:
        await raw.execute(f"UPDATE registration SET organisation_settled = true {_THOSE}", cluster.id, key)  # noqa: S608  # ours


async def _link(office: Office, key: str, organisation: Organisation, now: datetime) -> None:
    """Seats are counted by what is rewritten here: under the locks of the events, and who waited for a seat of the organisation may find one."""
    required()
    async with connection() as raw:
        locked = await raw.fetch(_LOCK, office.cluster.id, key)
        done = await raw.execute(
            f"UPDATE registration SET organisation_id = $3, organisation_name = $4, registry_code = $5, organisation_key = $6 {_THOSE}",  # noqa: S608  # ours
            office.cluster.id,
            key,
            organisation.id,
            organisation.name,
            organisation.registry_code,
            f"id:{organisation.id}",
        )
    if done == "UPDATE 0":
        raise NotFound("Nobody waits for this decision any more. Load the list again.")
    for event_id in (row["id"] for row in locked if row["is_limited"]):
        await waitlist.promote(office=office, event_id=event_id, now=now)


async def _note(action: str, cluster: Cluster, organisation_id: int, actor_id: int | None, now: datetime) -> None:
    await trail.record(
        action=action, subject_kind="organisation", subject_id=organisation_id, cluster_id=cluster.id, actor_id=actor_id, now=now
    )


_KEY = "coalesce(nullif(r.organisation_key, ''), lower(r.organisation))"

_WAITING = """
registration r JOIN event e ON e.id = r.event_id
WHERE e.cluster_id = $1 AND r.organisation_id IS NULL AND r.organisation <> '' AND NOT r.organisation_settled
"""

_OF = f"""
SELECT {_KEY} AS key, (array_agg(r.organisation ORDER BY r.id DESC))[1] AS typed, count(*) AS people, max(r.registered_at) AS last_at
FROM {_WAITING} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT $2
"""  # noqa: S608  # ours

_THOSE = f"WHERE id IN (SELECT r.id FROM {_WAITING} AND {_KEY} = $2)"  # noqa: S608  # ours

_LOCK = f"""
SELECT id, organisation_limit IS NOT NULL AS is_limited FROM event WHERE id IN (SELECT r.event_id FROM {_WAITING} AND {_KEY} = $2) ORDER BY id FOR UPDATE
"""  # noqa: S608  # ours
