"""Write the trail and read it back, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from service.audit.tables import AuditEntry


async def record(
    *,
    action: str,
    subject_kind: str,
    subject_id: int | None,
    cluster_id: int | None,
    actor_id: int | None,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Add one entry inside the caller's transaction. `action` reads `mailing.scheduled`; `details` hold no personal data."""
    await AuditEntry(
        at=now,
        cluster_id=cluster_id,
        actor_id=actor_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=msgspec.json.encode(details or {}).decode(),
    ).save()


async def entries(*, cluster_id: int, limit: int = 50, before_id: int | None = None) -> list[AuditEntry]:
    """The cluster's entries, newest first, `limit` at a time; page on with the last entry's id."""
    query = AuditEntry.objects().where(AuditEntry.cluster_id == cluster_id)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return await query.order_by(AuditEntry.id, ascending=False).limit(limit)
