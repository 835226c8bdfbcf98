"""One person per address and cluster."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from service.clusters.tables import Cluster
from service.people import directory
from service.people.tables import Person
from tests.support import factories


async def test_the_same_address_in_other_case_is_the_same_person(cluster: Cluster, now: datetime) -> None:
    mari = await directory.ensure(cluster_id=cluster.id, address="mari@example.org", name="Mari", language="et", now=now)
    again = await directory.ensure(
        cluster_id=cluster.id, address="MARI@example.org", name="Stranger", language="en", now=now + timedelta(days=1)
    )
    assert (again.id, again.name, again.language, again.address) == (mari.id, "Mari", "et", "mari@example.org")


async def test_two_who_add_the_same_person_at_once_get_one(cluster: Cluster, now: datetime) -> None:
    added = [directory.ensure(cluster_id=cluster.id, address="mari@example.org", name="Mari", language="et", now=now) for _ in range(8)]
    assert len({person.id for person in await asyncio.gather(*added)}) == 1


async def test_clusters_do_not_know_each_others_people(cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    await factories.person(cluster=cluster, now=now)
    assert await directory.find(cluster_id=other.id, address="mari@example.org") is None


async def test_an_erased_person_is_unknown(cluster: Cluster, now: datetime) -> None:
    erased = await factories.person(cluster=cluster, now=now, erased_at=now)
    assert await directory.by_id(person_id=erased.id) is None
    assert await directory.lock(person_id=erased.id) is None


async def test_a_person_can_describe_themselves_anew(cluster: Cluster, now: datetime) -> None:
    mari = await factories.person(cluster=cluster, now=now)
    await directory.describe(person_id=mari.id, name="Mari Mustikas", language="ru")
    found = await directory.by_id(person_id=mari.id)
    assert isinstance(found, Person)
    assert (found.name, found.language) == ("Mari Mustikas", "ru")
