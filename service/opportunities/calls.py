"""Calls of one cluster: open ones by the next cut-off, those ahead and those past; and one by its name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from service.errors import NotFound
from service.opportunities.opportunity import Opportunity
from service.persistence.engine import connection

_ONE = """
SELECT (to_jsonb(c) || jsonb_build_object('cutoffs', (
    SELECT coalesce(jsonb_agg(to_jsonb(k) ORDER BY k.at), '[]') FROM cutoff k WHERE k.call_id = c.id
)))::text
FROM call c LEFT JOIN LATERAL (
    SELECT min(k.at) FILTER (WHERE k.at > $2) AS next, max(k.at) AS last FROM cutoff k WHERE k.call_id = c.id
) AS cutoffs ON true
WHERE c.cluster_id = $1
"""
_AHEAD = "AND c.state = 'published' AND next IS NOT NULL"


async def open(*, cluster_id: int, now: datetime, limit: int, offset: int = 0) -> list[Opportunity]:
    """Calls that take applications now, the nearest cut-off first."""
    where = f"{_AHEAD} AND (c.opens_at IS NULL OR c.opens_at <= $2) ORDER BY next, c.id LIMIT $3 OFFSET $4"
    return await _many(where, cluster_id, now, limit, offset)


async def upcoming(*, cluster_id: int, now: datetime, limit: int, offset: int = 0) -> list[Opportunity]:
    """Calls that are announced and will open, the soonest first."""
    return await _many(f"{_AHEAD} AND c.opens_at > $2 ORDER BY c.opens_at, c.id LIMIT $3 OFFSET $4", cluster_id, now, limit, offset)


async def past(*, cluster_id: int, now: datetime, limit: int, offset: int = 0) -> list[Opportunity]:
    """Calls that are closed or have no cut-off ahead, the latest first."""
    where = "AND (c.state = 'closed' OR (c.state = 'published' AND next IS NULL)) ORDER BY last DESC, c.id DESC LIMIT $3 OFFSET $4"
    return await _many(where, cluster_id, now, limit, offset)


async def announced(*, cluster_id: int, since: datetime, limit: int) -> list[Opportunity]:
    """Published calls with a cut-off after `since`, open or not yet, the nearest first."""
    return await _many(f"{_AHEAD} ORDER BY next, c.id LIMIT $3", cluster_id, since, limit)


async def drafts(*, cluster_id: int, now: datetime, limit: int, offset: int = 0) -> list[Opportunity]:
    """Calls that are not published yet, the newest first."""
    return await _many(
        "AND c.state = 'draft' AND $2::timestamptz IS NOT NULL ORDER BY c.id DESC LIMIT $3 OFFSET $4", cluster_id, now, limit, offset
    )


async def by_slug(*, cluster_id: int, slug: str, now: datetime) -> Opportunity:
    """The public call of that name; raises NotFound."""
    return _only(await _many("AND c.slug = $3 AND c.state <> 'draft'", cluster_id, now, slug))


async def by_id(*, cluster_id: int, call_id: int, now: datetime) -> Opportunity:
    """The call, draft or public; raises NotFound."""
    return _only(await _many("AND c.id = $3", cluster_id, now, call_id))


async def _many(where: str, *values: Any) -> list[Opportunity]:
    async with connection() as raw:
        rows = await raw.fetch(_ONE + where, *values)
    return [msgspec.json.decode(row[0], type=Opportunity) for row in rows]


def _only(found: list[Opportunity]) -> Opportunity:
    if not found:
        raise NotFound("There is no such funding call here.")
    return found[0]
