"""A coordinator sees the clusters they work for and no other; an operator sees all."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.audit.tables import AuditEntry
from service.clusters.tables import Cluster
from service.errors import Forbidden, NotFound
from service.identity import access
from tests.support import factories
from tests.support.identity import coordinator


async def test_a_coordinator_reaches_their_own_cluster_only(cluster: Cluster, now: datetime) -> None:
    foreign = await factories.cluster(slug="tartu", now=now)
    kadri = await coordinator(now=now, cluster=cluster)
    assert (await access.cluster_for(coordinator=kadri, slug="loomeklaster")).id == cluster.id
    for slug in (foreign.slug, "nobody"):
        with pytest.raises(NotFound):
            await access.cluster_for(coordinator=kadri, slug=slug)
    assert [one.slug for one in await access.clusters_of(coordinator=kadri)] == ["loomeklaster"]


async def test_an_operator_reaches_all(cluster: Cluster, now: datetime) -> None:
    await factories.cluster(slug="tartu", name="A", now=now)
    operator = await coordinator(now=now, is_operator=True)
    assert [one.slug for one in await access.clusters_of(coordinator=operator)] == ["tartu", "loomeklaster"]
    assert await access.cluster_for(coordinator=operator, slug="tartu")
    access.refuse_all_but_operators(coordinator=operator)


async def test_who_leaves_sees_it_no_more(cluster: Cluster, now: datetime) -> None:
    kadri = await coordinator(now=now, cluster=cluster)
    await access.leave(coordinator_id=kadri.id, cluster_id=cluster.id, now=now, actor_id=None)
    with pytest.raises(NotFound):
        await access.cluster_for(coordinator=kadri, slug=cluster.slug)
    with pytest.raises(Forbidden):
        access.refuse_all_but_operators(coordinator=kadri)


async def test_joining_twice_is_joining_once(cluster: Cluster, now: datetime) -> None:
    kadri = await coordinator(now=now, cluster=cluster)
    await access.join(coordinator_id=kadri.id, cluster_id=cluster.id, now=now)
    assert [one.id for one in await access.members_of(cluster_id=cluster.id)] == [kadri.id]


async def test_whoever_does_not_work_for_a_cluster_cannot_leave_it(cluster: Cluster, now: datetime) -> None:
    kadri = await coordinator(now=now)
    await access.leave(coordinator_id=kadri.id, cluster_id=cluster.id, now=now, actor_id=None)
    assert not await AuditEntry.exists().where(AuditEntry.action == "coordinator.left")
