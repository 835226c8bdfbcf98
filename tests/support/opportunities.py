"""Funding calls that tests start from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service.clusters.tables import Cluster
from service.opportunities import announcing, calls
from service.opportunities.facts import CutoffFacts, Facts
from service.opportunities.opportunity import Act, Opportunity


def facts(*, now: datetime, **values: Any) -> Facts:
    """A plausible call with one cut-off in thirty days."""
    defaults: dict[str, Any] = {
        "title": {"et": "Loomemajanduse arendusprojektid", "en": "Development projects in creative industries"},
        "funder": "Ettevõtluse ja Innovatsiooni Sihtasutus",
        "cutoffs": (CutoffFacts(now + timedelta(days=30), "Europe/Tallinn"),),
        "summary": {"et": "Toetus arendusprojektidele."},
        "amount": {"et": "kuni 20 000 €"},
        "programme_url": "https://eis.example.org/loomemajandus",
    }
    return Facts(**(defaults | values))


async def published(*, cluster: Cluster, now: datetime, **values: Any) -> Opportunity:
    """A call that everybody sees."""
    call_id = await announcing.create(cluster=cluster, facts=facts(now=now, **values), now=now)
    await announcing.decide(cluster=cluster, call_id=call_id, act=Act.PUBLISH, now=now)
    return await calls.by_id(cluster_id=cluster.id, call_id=call_id, now=now)
