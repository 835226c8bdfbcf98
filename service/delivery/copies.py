"""Copies that are spoken of later: by what came back about them. Their own facts, and what else went to the same address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.delivery.outbox import Kind
from service.persistence.engine import connection


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy to one address. `handed_over_at`: when the relay took it, or when it was due if it has not."""

    id: int
    cluster_id: int
    kind: Kind
    list_id: str | None
    about: str
    person_id: int | None
    address: str
    handed_over_at: datetime


async def find(*, delivery_id: int) -> Copy | None:
    """The copy with this id, skipped ones left out."""
    return await _one("d.id = $1 AND d.state <> 'skipped'", delivery_id)


async def accepted_as(*, provider_id: str, address: str) -> Copy | None:
    """The copy to this address that the relay took with a reply that holds `provider_id`: for providers that put their own Message-ID in place of ours."""
    if len(provider_id) < 8:  # too short to mean one copy
        return None
    return await _one(_ACCEPTED_AS, provider_id, address)


async def handed_over(*, cluster_id: int, address: str, since: datetime, until: datetime) -> dict[int, datetime]:
    """Delivery id → when the relay took it, of the copies to a person's address between the two."""
    async with connection() as raw:
        rows = await raw.fetch(_HANDED_OVER, cluster_id, address, since, until)
    return {row["id"]: row["settled_at"] for row in rows}


async def _one(where: str, *values: Any) -> Copy | None:
    async with connection() as raw:
        row = await raw.fetchrow(f"{_COPY} WHERE {where} ORDER BY d.id DESC LIMIT 1", *values)
    return row and Copy(**{**row, "kind": Kind(row["kind"])})


_COPY = """
SELECT d.id, p.cluster_id, p.kind, p.list_id, p.about, d.person_id, d.address, COALESCE(d.settled_at, d.due_at) AS handed_over_at
FROM delivery d JOIN dispatch p ON p.id = d.dispatch_id
"""

# Who is no person yet has an index of their own: letters that ask whether to subscribe come back more than others.
_ACCEPTED_AS = """
lower(d.address) = lower($2) AND position($1 in d.reply) > 0 AND d.id IN (
    SELECT id FROM delivery WHERE person_id IN (SELECT id FROM person WHERE lower(address) = lower($2))
    UNION ALL SELECT id FROM delivery WHERE person_id IS NULL AND lower(address) = lower($2)
)
"""

_HANDED_OVER = """
SELECT d.id, d.settled_at FROM person JOIN delivery d ON d.person_id = person.id
WHERE person.cluster_id = $1 AND lower(person.address) = lower($2) AND lower(d.address) = lower($2)
  AND d.state = 'sent' AND d.settled_at BETWEEN $3 AND $4
"""
