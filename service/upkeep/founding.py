"""Found a cluster with everything it needs on its first day."""

from __future__ import annotations

from datetime import datetime

from service.clusters import directory
from service.clusters.profile import Profile
from service.clusters.tables import Cluster
from service.identity import access
from service.persistence.transaction import transaction
from service.subscriptions import topics


async def found_cluster(
    *,
    profile: Profile,
    mail_domain: str,
    now: datetime,
    coordinator_id: int | None = None,
    actor_id: int | None = None,
    is_sample: bool = False,
) -> Cluster:
    """Make a cluster with its usual topics, and let a coordinator work for it, in one transaction. Raises Refused.

    `mail_domain` (settings) is where the topics' List-Ids live for ever.
    """
    async with transaction():
        cluster = await directory.create(profile=profile, now=now, actor_id=actor_id, is_sample=is_sample)
        await topics.create_defaults(cluster=cluster, mail_domain=mail_domain)
        if coordinator_id is not None:
            await access.join(coordinator_id=coordinator_id, cluster_id=cluster.id, now=now, actor_id=actor_id)
    return cluster
