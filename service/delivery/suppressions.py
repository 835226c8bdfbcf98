"""Addresses that a cluster must not mail, by scope: `all` (hard bounce), `news` (complaint, left everything) or one List-Id (left a topic).

Service letters obey `all` only. Claims look here every time, so that a suppression holds from the moment it is committed.
"""

from __future__ import annotations

from datetime import datetime

from service.delivery.tables import Suppression
from service.persistence.engine import connection

ALL = "all"
NEWS = "news"


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


async def find(*, cluster_id: int, address: str) -> list[Suppression]:
    """What keeps this address from mail, oldest first."""
    return (
        await Suppression.objects()
        .where(Suppression.cluster_id == cluster_id, Suppression.address == address.lower())
        .order_by(Suppression.id)
    )
