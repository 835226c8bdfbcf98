"""Materials: files of an event for people with a seat, told of in the thank-you and found behind their signed links."""

from __future__ import annotations

from datetime import datetime

import msgspec

from service.audit import trail
from service.clusters.tables import Cluster
from service.errors import NotFound, Refused
from service.events import programme, uploads
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.registrants import Registrant
from service.events.uploads import Upload
from service.persistence.engine import connection
from service.persistence.transaction import transaction

MOST = 10


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """A file without its content; `size` in bytes."""

    id: int
    name: str
    size: int

    @property
    def megabytes(self) -> float:
        """For people."""
        return self.size / 1_000_000


async def of(*, event_id: int) -> list[Material]:
    """The files of an event, in the order in which they were added."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT id, name, octet_length(content) AS size FROM material WHERE event_id = $1 ORDER BY id", event_id)
    return [Material(**row) for row in rows]


async def behind_link(*, event: Occasion, registrant: Registrant, now: datetime) -> list[Material]:
    """The files that this person may have: with a seat, from the beginning of the event on."""
    if registrant.state is not Standing.SEATED or not event.goes_on or not event.has_begun(now):
        return []
    return await of(event_id=event.id)


async def load(*, event_id: int, material_id: int) -> Upload:
    """One file of this event; raises NotFound."""
    async with connection() as raw:
        row = await raw.fetchrow("SELECT name, content FROM material WHERE event_id = $1 AND id = $2", event_id, material_id)
    if row is None:
        raise NotFound("This file is not there any more.")
    return Upload(row["name"], row["content"])


async def add(*, cluster: Cluster, event_id: int, filename: str, content: bytes, now: datetime, actor_id: int | None = None) -> None:
    """Keep a file; raises Refused for one that is not taken (`uploads`), and for too many."""
    upload = Upload(uploads.named(filename), content)
    uploads.refuse_bad(upload, field="file")
    async with transaction(), connection() as raw:
        await programme.locked(cluster_id=cluster.id, event_id=event_id)
        if len(await of(event_id=event_id)) >= MOST:
            raise Refused("At most {most} files. Remove one first, or link to a folder in the letter.", field="file", most=MOST)
        sql = "INSERT INTO material (event_id, name, content, added_at) VALUES ($1, $2, $3, $4) RETURNING id"
        material_id = await raw.fetchval(sql, event_id, upload.name, content, now)
        await _note("event.material_added", cluster, event_id, material_id, now=now, actor_id=actor_id)


async def remove(*, cluster: Cluster, event_id: int, material_id: int, now: datetime, actor_id: int | None = None) -> None:
    """Take a file away; nothing happens when it is away already."""
    async with transaction(), connection() as raw:
        await programme.locked(cluster_id=cluster.id, event_id=event_id)
        if await raw.fetchval("DELETE FROM material WHERE event_id = $1 AND id = $2 RETURNING id", event_id, material_id):
            await _note("event.material_removed", cluster, event_id, material_id, now=now, actor_id=actor_id)


async def _note(action: str, cluster: Cluster, event_id: int, material_id: int, *, now: datetime, actor_id: int | None) -> None:
    await trail.record(
        action=action,
        subject_kind="event",
        subject_id=event_id,
        cluster_id=cluster.id,
        actor_id=actor_id,
        now=now,
        details={"material": material_id},
    )
