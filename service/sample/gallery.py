"""The pictures of sample clusters, drawn and kept as if the office had uploaded them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service.clusters import directory, images
from service.clusters.profile import Profile
from service.clusters.tables import Cluster
from service.sample import pictures


async def with_logo(*, cluster: Cluster, profile: Profile, now: datetime) -> Cluster:
    """The cluster with a logo in its colour."""
    content = pictures.logo(colour=cluster.brand_color, name=cluster.name)
    logo = await images.store(cluster_id=cluster.id, content=content, now=now)
    changed = replace(profile, logo_digest=logo.digest)
    return await directory.edit(cluster_id=cluster.id, profile=changed, version=cluster.version, now=now, actor_id=None)


async def banner(*, cluster: Cluster, seed: str | None, now: datetime) -> str | None:
    """The digest of a banner that looks different for every seed; None for none."""
    if seed is None:
        return None
    content = pictures.mosaic(colour=cluster.brand_color, seed=f"{cluster.slug} {seed}")
    return (await images.store(cluster_id=cluster.id, content=content, now=now)).digest
