"""Sample clusters go as they came: all at once, with everything that belongs to them."""

from __future__ import annotations

from datetime import datetime

from service.audit import trail
from service.clusters.tables import Cluster
from service.persistence.transaction import transaction


async def remove(*, now: datetime, actor_id: int | None = None) -> int:
    """Remove all sample clusters in one transaction, and what refers to them by its foreign keys; returns how many there were."""
    async with transaction():
        found = await Cluster.select(Cluster.id).where(Cluster.is_sample.eq(True)).order_by(Cluster.id).lock_rows("UPDATE")
        for row in found:
            await Cluster.delete().where(Cluster.id == row["id"])
            await trail.record(
                action="sample.removed", subject_kind="cluster", subject_id=row["id"], cluster_id=None, actor_id=actor_id, now=now
            )
    return len(found)
