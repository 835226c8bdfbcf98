"""The programme: read events of one cluster, by time and by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from service.errors import NotFound
from service.events.occasion import Kind, Occasion
from service.persistence.engine import connection

_ONE = """
SELECT (to_jsonb(e) || jsonb_build_object('days', (
    SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.starts_at), '[]') FROM event_day d WHERE d.event_id = e.id
), 'topic_ids', (
    SELECT coalesce(jsonb_agg(t.topic_id ORDER BY t.topic_id), '[]') FROM event_topic t WHERE t.event_id = e.id
), 'has_choices', EXISTS (SELECT FROM event_item i WHERE i.event_id = e.id AND i.is_chosen),
'has_own_words', EXISTS (SELECT FROM event_words w WHERE w.event_id = e.id)))::text
FROM event e
"""
_LOCK = "SELECT version, seats_taken, online_taken FROM event WHERE cluster_id = $1 AND id = $2 FOR UPDATE"
ANNOUNCED = "state <> 'draft' AND access <> 'invited'"
"""What stands in lists and feeds for everybody: an event by invitation is for those who have its link."""
_PUBLIC = "e.cluster_id = $1 AND e.state <> 'draft' AND ($3::text IS NULL OR e.kind = $3)"


async def upcoming(
    *, cluster_id: int, now: datetime, limit: int, kind: Kind | None = None, offset: int = 0, is_announced: bool = False
) -> list[Occasion]:
    """Events that are no drafts and not over, soonest first. `is_announced`: only those that are announced to everybody, and not by invitation."""
    where = f"WHERE {_PUBLIC} AND e.ends_at > $2 AND ($6 OR e.access <> 'invited') ORDER BY e.starts_at, e.id LIMIT $4 OFFSET $5"
    return await select(where, cluster_id, now, kind, limit, offset, not is_announced)


async def past(*, cluster_id: int, now: datetime, limit: int, kind: Kind | None = None, offset: int = 0) -> list[Occasion]:
    """Public events that are over, latest first; those that were called off are left out."""
    where = f"WHERE {_PUBLIC} AND e.state <> 'called_off' AND e.ends_at <= $2"
    return await select(f"{where} ORDER BY e.starts_at DESC, e.id DESC LIMIT $4 OFFSET $5", cluster_id, now, kind, limit, offset)


async def drafts(*, cluster_id: int, limit: int, offset: int = 0) -> list[Occasion]:
    """Events that are not published yet, the newest first."""
    return await select("WHERE e.cluster_id = $1 AND e.state = 'draft' ORDER BY e.id DESC LIMIT $2 OFFSET $3", cluster_id, limit, offset)


async def by_slug(*, cluster_id: int, slug: str) -> Occasion:
    """The public event of that name; raises NotFound."""
    found = await select("WHERE e.cluster_id = $1 AND e.slug = $2 AND e.state <> 'draft'", cluster_id, slug)
    return _only(found)


async def by_id(*, cluster_id: int, event_id: int) -> Occasion:
    """The event, draft or public; raises NotFound."""
    return _only(await select("WHERE e.cluster_id = $1 AND e.id = $2", cluster_id, event_id))


async def locked(*, cluster_id: int, event_id: int) -> Occasion:
    """The event under a lock of its row that lasts until the caller's transaction ends: nobody else gives or frees a seat meanwhile."""
    return await lock(event=await by_id(cluster_id=cluster_id, event_id=event_id))


async def lock(*, event: Occasion) -> Occasion:
    """The same for an event that was read before, so that nobody waits for that under the lock.

    What a coordinator has changed meanwhile has another version and is read again; the seats are those of the locked row.
    """
    async with connection() as raw:
        row = await raw.fetchrow(_LOCK, event.cluster_id, event.id)
    if row is None or row["version"] != event.version:
        return await by_id(cluster_id=event.cluster_id, event_id=event.id)
    return replace(event, seats_taken=row["seats_taken"], online_taken=row["online_taken"])


async def select(where: str, *values: Any) -> list[Occasion]:
    """The events of a query of this room that goes on after `FROM event e`; `where` is never what anybody typed."""
    async with connection() as raw:
        rows = await raw.fetch(_ONE + where, *values)
    return [msgspec.json.decode(row[0], type=Occasion) for row in rows]


def _only(found: list[Occasion]) -> Occasion:
    if not found:
        raise NotFound("There is no such event here.")
    return found[0]
