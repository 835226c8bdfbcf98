"""Fundings belong to one cluster and are thanked in its languages."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.clusters import directory, fundings
from service.clusters.fundings import Draft
from service.clusters.tables import Cluster
from service.errors import NotFound, Refused
from tests.support import factories

DRAFT = Draft(title="Kick-off", funder="European Union", code="ER227", acknowledgement={"en": "Funded by  the EU.", "et": " "})


async def test_a_funding_is_listed_with_its_sentences(cluster: Cluster, now: datetime) -> None:
    await fundings.create(cluster_id=cluster.id, draft=DRAFT, now=now)
    (found,) = await fundings.of(cluster_id=cluster.id)
    assert (found.title, found.code) == ("Kick-off", "ER227")
    assert directory.acknowledgement(found) == {"en": "Funded by the EU."}


async def test_another_cluster_can_neither_see_nor_change_it(cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(slug="tartu", now=now)
    funding = await fundings.create(cluster_id=cluster.id, draft=DRAFT, now=now)
    assert await fundings.of(cluster_id=other.id) == []
    with pytest.raises(NotFound):
        await fundings.edit(cluster_id=other.id, funding_id=funding.id, draft=DRAFT, now=now, actor_id=1)
    with pytest.raises(NotFound):
        await fundings.remove(cluster_id=other.id, funding_id=funding.id, now=now, actor_id=1)


async def test_it_is_edited_and_removed(cluster: Cluster, now: datetime) -> None:
    funding = await fundings.create(cluster_id=cluster.id, draft=DRAFT, now=now)
    await fundings.edit(cluster_id=cluster.id, funding_id=funding.id, draft=Draft(title="New", funder="KIK"), now=now, actor_id=1)
    assert (await fundings.by_id(cluster_id=cluster.id, funding_id=funding.id)).title == "New"
    await fundings.remove(cluster_id=cluster.id, funding_id=funding.id, now=now, actor_id=1)
    assert await fundings.of(cluster_id=cluster.id) == []


async def test_what_is_missing_or_too_long_is_refused_at_its_field(cluster: Cluster, now: datetime) -> None:
    draft = Draft(title=" ", funder="x" * 201, acknowledgement={"et": "x" * 1001})
    with pytest.raises(Refused) as caught:
        await fundings.create(cluster_id=cluster.id, draft=draft, now=now)
    assert {problem.field for problem in caught.value.problems} == {"title", "funder", "acknowledgement.et"}
