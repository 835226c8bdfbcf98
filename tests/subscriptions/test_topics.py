"""What a cluster offers to subscribe to."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.clusters.tables import Cluster
from service.errors import NotFound
from service.subscriptions import leaving, topics
from service.subscriptions.tables import How
from service.subscriptions.topics import Counts
from tests.support import factories
from tests.support.subscriptions import offered, subscriber


async def test_a_cluster_begins_with_three_topics_whose_list_ids_are_its_own(cluster: Cluster) -> None:
    found = await topics.create_defaults(cluster=cluster, mail_domain="news.example.org")
    assert [topic.list_id for topic in found] == [
        "newsletter.loomeklaster.news.example.org",
        "events.loomeklaster.news.example.org",
        "funding.loomeklaster.news.example.org",
    ]
    assert set(found[0].name) == {"et", "ru", "en"}
    assert topics.name_of(found[0], "en") == "Newsletter"
    assert topics.description_of(found[2], "en")


async def test_a_topic_is_named_in_another_language_rather_than_not_at_all(cluster: Cluster) -> None:
    newsletter = (await offered(cluster))["newsletter"]
    assert topics.name_of(newsletter, "pl")


async def test_a_topic_of_another_cluster_is_not_found(cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    await offered(cluster)
    with pytest.raises(NotFound):
        await topics.by_slug(cluster_id=other.id, slug="newsletter")
    assert (await topics.by_slug(cluster_id=cluster.id, slug="newsletter")).cluster_id == cluster.id


async def test_counts_tell_readers_from_those_who_left(cluster: Cluster, now: datetime) -> None:
    known = await offered(cluster)
    await subscriber(cluster=cluster, now=now, slugs=("newsletter", "events"))
    jaan = await subscriber(cluster=cluster, now=now, address="jaan@example.org")
    await leaving.leave(person_id=jaan.id, list_id=known["newsletter"].list_id, how=How.PAGE, now=now)
    found = await topics.counts(cluster_id=cluster.id)
    assert found == {
        known["newsletter"].id: Counts(active=1, left=1),
        known["events"].id: Counts(active=1, left=0),
        known["funding"].id: Counts(active=0, left=0),
    }
