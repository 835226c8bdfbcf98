"""Which clusters a coordinator belongs to: every console request asks here first."""

from __future__ import annotations

from datetime import datetime

from service.clusters import directory
from service.clusters.tables import Cluster
from service.errors import Forbidden, NotFound
from service.identity import accounts
from service.identity.roles import Role
from service.identity.tables import Coordinator, Membership
from service.persistence.transaction import transaction


async def clusters_of(*, coordinator: Coordinator) -> list[Cluster]:
    """The clusters they work for, by name; an operator sees all."""
    clusters = await directory.all()
    if coordinator.is_operator:
        return clusters
    joined = await Membership.select(Membership.cluster_id).where(Membership.coordinator_id == coordinator.id)
    ids = {row["cluster_id"] for row in joined}
    return [cluster for cluster in clusters if cluster.id in ids]


async def cluster_for(*, coordinator: Coordinator, slug: str) -> Cluster:
    """The cluster of this short name; raises NotFound alike for one that is not there and one that is not theirs."""
    cluster = await directory.by_slug(slug=slug)
    if not coordinator.is_operator and not await _belongs(coordinator.id, cluster.id):
        raise NotFound("There is no such cluster here.")
    return cluster


async def members_of(*, cluster_id: int) -> list[Coordinator]:
    """The cluster's coordinators, by name; closed accounts are left out."""
    joined = Membership.select(Membership.coordinator_id).where(Membership.cluster_id == cluster_id)
    ids = [row["coordinator_id"] for row in await joined]
    found = await Coordinator.objects().where(Coordinator.id.is_in(ids) & Coordinator.disabled_at.is_null()) if ids else []
    return sorted(found, key=lambda one: (one.name or one.address).casefold())


async def join(*, coordinator_id: int, cluster_id: int, now: datetime, role: Role = Role.COORDINATOR, actor_id: int | None = None) -> None:
    """Let a coordinator work for a cluster; nothing happens when they do already."""
    if await _belongs(coordinator_id, cluster_id):
        return
    async with transaction():
        await Membership(coordinator_id=coordinator_id, cluster_id=cluster_id, role=role.value, since=now).save()
        await accounts.note("coordinator.joined", coordinator_id, actor_id=actor_id, now=now, cluster_id=cluster_id)


async def leave(*, coordinator_id: int, cluster_id: int, now: datetime, actor_id: int | None) -> None:
    """End a coordinator's work for a cluster; from the next request on they do not see it. Nothing happens when they do not work for it."""
    async with transaction():
        ended = Membership.delete().where((Membership.coordinator_id == coordinator_id) & (Membership.cluster_id == cluster_id))
        if await ended.returning(Membership.id):
            await accounts.note("coordinator.left", coordinator_id, actor_id=actor_id, now=now, cluster_id=cluster_id)


def refuse_all_but_operators(*, coordinator: Coordinator) -> None:
    """Raises Forbidden for whoever does not run the installation."""
    if not coordinator.is_operator:
        raise Forbidden("Only the people who run this site can do this. Ask one of them.")


async def _belongs(coordinator_id: int, cluster_id: int) -> bool:
    return await Membership.exists().where((Membership.coordinator_id == coordinator_id) & (Membership.cluster_id == cluster_id))
