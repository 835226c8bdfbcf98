"""Addresses that a cluster must not mail, by scope: `all` (hard bounce), `news` (complaint, left everything) or one List-Id (left a topic).

Service letters obey `all` only. Claims look here every time, so that a suppression holds from the moment it is committed.

In a transaction these rows come last, after the person and the event that it locks; only the reports about an address come later.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from service.delivery.tables import Suppression
from service.errors import NotFound
from service.persistence.engine import connection

ALL = "all"
NEWS = "news"

BETWEEN_PROBES = timedelta(days=7)

_HELD = "scope = 'all' AND NOT starts_with(reason, 'complaint: ')"
_BOUNCED = f"cluster_id = $1 AND address = lower($2) AND {_HELD}"
_CAME_BACK = f"SELECT EXISTS (SELECT FROM suppression WHERE {_BOUNCED})"  # noqa: S608  # our own words
_REVIVE = f"DELETE FROM suppression WHERE {_BOUNCED} RETURNING id"  # noqa: S608  # our own words


async def add(*, cluster_id: int, address: str, scope: str, reason: str, now: datetime) -> None:
    """Suppress; when it is suppressed for this scope already, the first reason stays."""
    async with connection() as raw:
        await raw.execute(
            "INSERT INTO suppression (cluster_id, address, scope, reason, created_at) VALUES ($1, lower($2), $3, $4, $5) ON CONFLICT DO NOTHING",
            cluster_id,
            address,
            scope,
            reason,
            now,
        )


async def lift(*, cluster_id: int, address: str, scope: str) -> bool:
    """Mail this address again; False when it was not suppressed for this scope. The caller writes the audit trail."""
    async with connection() as raw:
        found = await raw.fetchval(
            "DELETE FROM suppression WHERE cluster_id = $1 AND address = lower($2) AND scope = $3 RETURNING id", cluster_id, address, scope
        )
    return found is not None


async def came_back(*, cluster_id: int, address: str) -> bool:
    """Whether nothing is sent to this address because letters to it came back."""
    async with connection() as raw:
        return bool(await raw.fetchval(_CAME_BACK, cluster_id, address))


async def probe(*, cluster_id: int, addresses: Collection[str], now: datetime) -> None:
    """Let the service letters that are posted with the same `now` go to addresses whose mail came back; to each once in seven days."""
    async with connection() as raw:
        await raw.execute(_PROBE, cluster_id, list(addresses), now, now - BETWEEN_PROBES)


async def revive(*, cluster_id: int, address: str) -> int | None:
    """The address works again: its owner has read a letter there. Returns the id of what is lifted, for the caller's trail; None when nothing was held.

    What was held because of complaints stays held: a complaint comes from a mailbox that works.
    """
    async with connection() as raw:
        found: int | None = await raw.fetchval(_REVIVE, cluster_id, address)
    return found


async def find(*, cluster_id: int, address: str) -> list[Suppression]:
    """What keeps this address from mail, oldest first."""
    return (
        await Suppression.objects()
        .where(Suppression.cluster_id == cluster_id, Suppression.address == address.lower())
        .order_by(Suppression.id)
    )


async def page(*, cluster_id: int, search: str = "", older_than: int | None = None, limit: int = 50) -> list[Suppression]:
    """Addresses that get no news or nothing at all, newest first; page on with the last one's id. `search`: a part of the address."""
    query = Suppression.objects().where(Suppression.cluster_id == cluster_id, Suppression.scope.is_in([ALL, NEWS]))
    if search:
        query = query.where(Suppression.address.like("%" + re.sub(r"([\\%_])", r"\\\1", search.lower()) + "%"))
    if older_than is not None:
        query = query.where(Suppression.id < older_than)
    return await query.order_by(Suppression.id, ascending=False).limit(limit)


async def by_id(*, cluster_id: int, suppression_id: int) -> Suppression:
    """One of them; raises NotFound."""
    found = await Suppression.objects().where(Suppression.id == suppression_id, Suppression.cluster_id == cluster_id).first()
    if found is None:
        raise NotFound("This address gets mail again.")
    return found


# Locked in the order of the addresses: two forms with the same people never wait for each other.
_PROBE = f"""
UPDATE suppression SET probed_at = $3
WHERE id IN (
    SELECT id FROM suppression
    WHERE cluster_id = $1 AND address IN (SELECT lower(unnest($2::text[]))) AND {_HELD} AND (probed_at IS NULL OR probed_at <= $4)
    ORDER BY address FOR UPDATE
)
"""  # noqa: S608  # our own words
