"""The console's list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from service.clusters.tables import Cluster
from service.errors import NotFound
from service.subscriptions import leaving, subscribers
from service.subscriptions.subscribers import Page, Wanted
from service.subscriptions.tables import How
from tests.support import factories
from tests.support.subscriptions import offered, subscriber


async def listed(cluster: Cluster, **wanted: Any) -> Page:
    return await subscribers.page(cluster_id=cluster.id, wanted=Wanted(**wanted), limit=3)


async def test_pages_follow_each_other_newest_first_and_back_without_gaps(cluster: Cluster, now: datetime) -> None:
    ids = [(await subscriber(cluster=cluster, now=now, address=f"p{n}@example.org")).id for n in range(8)]
    ids.reverse()
    first = await listed(cluster)
    second = await listed(cluster, older_than=first.older_than)
    last = await listed(cluster, older_than=second.older_than)
    pages = [[one.person_id for one in page.subscribers] for page in (first, second, last)]
    assert pages == [ids[:3], ids[3:6], ids[6:]]
    assert (first.newer_than, last.older_than) == (None, None)
    assert await listed(cluster, newer_than=last.newer_than) == second
    back = await listed(cluster, newer_than=second.newer_than)
    assert (back.subscribers, back.newer_than) == (first.subscribers, None)


async def test_search_finds_a_part_of_name_or_address_and_takes_signs_as_they_are(cluster: Cluster, now: datetime) -> None:
    await subscriber(cluster=cluster, now=now, address="mari@example.org", name="Mari Mägi")
    await subscriber(cluster=cluster, now=now, address="jaan@example.net", name="Jaan 100% Tamm")
    for search, address in (("mÄGI", "mari@example.org"), ("EXAMPLE.NET", "jaan@example.net"), ("100%", "jaan@example.net")):
        assert [one.address for one in (await listed(cluster, search=search)).subscribers] == [address]
    assert not (await listed(cluster, search="_")).subscribers


async def test_a_topics_readers_are_those_who_have_not_left_it(cluster: Cluster, now: datetime) -> None:
    events = (await offered(cluster))["events"]
    await subscriber(cluster=cluster, now=now, address="mari@example.org", slugs=("newsletter", "events"))
    jaan = await subscriber(cluster=cluster, now=now, address="jaan@example.org", slugs=("events",))
    await leaving.leave_everything(person_id=jaan.id, how=How.PAGE, now=now)
    (reader,) = (await listed(cluster, topic_id=events.id)).subscribers
    assert reader.address == "mari@example.org"
    everybody = (await listed(cluster)).subscribers
    assert [list(one.topic_ids) for one in everybody if one.address == "jaan@example.org"] == [[]]


async def test_another_clusters_people_and_those_without_a_subscription_are_not_listed(cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    foreign = await subscriber(cluster=other, now=now)
    await factories.person(cluster=cluster, now=now)
    assert not (await listed(cluster)).subscribers
    with pytest.raises(NotFound):
        await subscribers.find(cluster_id=cluster.id, person_id=foreign.id)
