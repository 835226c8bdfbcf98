"""The console's list."""

from __future__ import annotations

from datetime import datetime

from service.clusters.tables import Cluster
from service.subscriptions import leaving, subscribers
from service.subscriptions.tables import How
from tests.support import factories
from tests.support.subscriptions import offered, subscriber


async def test_pages_follow_each_other_newest_first_without_gaps(cluster: Cluster, now: datetime) -> None:
    people = [await subscriber(cluster=cluster, now=now, address=f"p{n}@example.org") for n in range(5)]
    first = await subscribers.page(cluster_id=cluster.id, limit=3)
    rest = await subscribers.page(cluster_id=cluster.id, limit=3, after_id=first.next_id)
    shown = [one.person_id for one in (*first.subscribers, *rest.subscribers)]
    assert shown == [person.id for person in reversed(people)]
    assert rest.next_id is None


async def test_search_finds_a_part_of_name_or_address_and_takes_signs_as_they_are(cluster: Cluster, now: datetime) -> None:
    await subscriber(cluster=cluster, now=now, address="mari@example.org", name="Mari Mägi")
    await subscriber(cluster=cluster, now=now, address="jaan@example.net", name="Jaan 100% Tamm")
    for search, address in (("mÄGI", "mari@example.org"), ("EXAMPLE.NET", "jaan@example.net"), ("100%", "jaan@example.net")):
        assert [one.address for one in (await subscribers.page(cluster_id=cluster.id, search=search)).subscribers] == [address]
    assert not (await subscribers.page(cluster_id=cluster.id, search="_")).subscribers


async def test_a_topics_readers_are_those_who_have_not_left_it(cluster: Cluster, now: datetime) -> None:
    events = (await offered(cluster))["events"]
    await subscriber(cluster=cluster, now=now, address="mari@example.org", slugs=("newsletter", "events"))
    jaan = await subscriber(cluster=cluster, now=now, address="jaan@example.org", slugs=("events",))
    await leaving.leave_everything(person_id=jaan.id, how=How.PAGE, now=now)
    (reader,) = (await subscribers.page(cluster_id=cluster.id, topic_id=events.id)).subscribers
    assert reader.address == "mari@example.org"
    everybody = (await subscribers.page(cluster_id=cluster.id)).subscribers
    assert [list(one.topic_ids) for one in everybody if one.address == "jaan@example.org"] == [[]]


async def test_another_clusters_people_and_those_without_a_subscription_are_not_listed(cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    await subscriber(cluster=other, now=now)
    await factories.person(cluster=cluster, now=now)
    assert not (await subscribers.page(cluster_id=cluster.id)).subscribers
