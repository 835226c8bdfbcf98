"""Rows that tests start from. Every value can be given; the rest is plausible."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.clusters.tables import Cluster
from service.people.tables import Person


async def cluster(*, now: datetime, **values: Any) -> Cluster:
    """A cluster row."""
    defaults: dict[str, Any] = {
        "slug": "loomeklaster",
        "name": "Ida-Viru Loomeklaster",
        "languages": ["et", "ru", "en"],
        "zone": "Europe/Tallinn",
        "region": "Ida-Viru",
        "sender_name": "Ida-Viru Loomeklaster",
        "sender_address": "uudised@loomeklaster.example.org",
        "contact_address": "klaster@loomeklaster.example.org",
        "postal_address": "Keskallee 19, 30395 Kohtla-Järve",
        "created_at": now,
    }
    row = Cluster(**(defaults | values))
    await row.save()
    return row


async def person(*, cluster: Cluster, now: datetime, address: str = "mari@example.org", **values: Any) -> Person:
    """A person row."""
    defaults: dict[str, Any] = {"cluster_id": cluster.id, "address": address, "name": "Mari Maasikas", "language": "et", "created_at": now}
    row = Person(**(defaults | values))
    await row.save()
    return row
