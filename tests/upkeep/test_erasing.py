"""Somebody is erased on their own wish: nothing says any more who they were, and what counted them still counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.clusters.tables import Cluster
from service.delivery import suppressions
from service.errors import NotFound
from service.letters.links import Links
from service.people import directory
from service.persistence.engine import connection
from service.returns import intake
from service.returns.intake import Arrival
from service.tokens import Keys
from service.upkeep import cleaning, erasing
from tests.support import events, factories, returns, subscriptions

ADDRESS = "mari1@example.org"


async def told(words: str) -> list[str]:
    """The tables that hold these words somewhere; not asked is the one that keeps mail away."""
    async with connection() as raw:
        names = [row["tablename"] for row in await raw.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
        asked = [name for name in names if name != "suppression"]
        return [name for name in asked if await raw.fetchval(f"SELECT EXISTS (SELECT FROM {name} t WHERE strpos(t::text, $1) > 0)", words)]


async def gone_out(now: datetime) -> None:
    async with connection() as raw:
        await raw.execute("UPDATE delivery SET state = 'sent', settled_at = $1, reply = '250 ok ' || address WHERE settled_at IS NULL", now)
        await raw.execute("UPDATE dispatch SET state = 'done'")


async def test_nothing_says_who_was_erased_and_what_counted_them_still_counts(
    cluster: Cluster, keys: Keys, links: Links, now: datetime, tmp_path: Path
) -> None:
    office, desk = events.office(cluster, links), returns.reception(keys, tmp_path)
    event = await events.published(cluster=cluster, now=now)
    await subscriptions.offered(cluster)
    await subscriptions.ask(cluster=cluster, links=links, now=now, address=ADDRESS)
    for number in (1, 2):
        await events.register(office=office, event=event, now=now, number=number)
    sent = await returns.sent(cluster=cluster, keys=keys, now=now, address=ADDRESS)
    answer = returns.answer(sender=f"Mari Maasikas 1 <{ADDRESS}>", text="Mari Maasikas 1 kirjutab")
    for content, sender in ((answer, ADDRESS), (returns.report(status="4.2.2", words=f"452 4.2.2 {ADDRESS} is full"), "")):
        await intake.take(Arrival(sent.bounce, sender, content, "smtp"), desk=desk, now=now)
    await gone_out(now)
    assert await told("Mari Maasikas 1") == ["delivery", "letter", "person", "registration", "returned_answer"]

    await erasing.erase(office=office, person_id=sent.person_id, actor_id=7, now=now + timedelta(hours=1))
    assert await told(ADDRESS) == ["delivery"]  # the letter that takes the event out of their calendar is still on its way
    await gone_out(now + timedelta(hours=2))
    await cleaning.clean(now=now + timedelta(days=3))

    assert [await told(ADDRESS), await told("Mari Maasikas 1")] == [[], []]
    assert "registration" in await told("Mari Maasikas 2")
    assert await directory.by_id(person_id=sent.person_id) is None
    assert [one.scope for one in await suppressions.find(cluster_id=cluster.id, address=ADDRESS)] == ["news"]
    async with connection() as raw:
        assert await raw.fetchval("SELECT count(*) FROM delivery WHERE person_id = $1 AND state = 'sent'", sent.person_id) >= 3
        assert await raw.fetchval("SELECT actor_id FROM audit_entry WHERE action = 'person.erased'") == 7


async def test_who_was_erased_may_come_back_as_a_stranger(cluster: Cluster, links: Links, now: datetime) -> None:
    office = events.office(cluster, links)
    person = await factories.person(cluster=cluster, now=now, address=ADDRESS)
    await erasing.erase(office=office, person_id=person.id, actor_id=7, now=now)
    await events.register(office=office, event=await events.published(cluster=cluster, now=now), now=now)
    found = await directory.find(cluster_id=cluster.id, address=ADDRESS)
    assert found is not None
    assert found.id != person.id


async def test_nobody_is_erased_by_another_cluster_or_twice(cluster: Cluster, links: Links, now: datetime) -> None:
    person = await factories.person(cluster=cluster, now=now, address=ADDRESS)
    other = events.office(await factories.cluster(now=now, slug="teine"), links)
    with pytest.raises(NotFound):
        await erasing.erase(office=other, person_id=person.id, actor_id=7, now=now)
    await erasing.erase(office=events.office(cluster, links), person_id=person.id, actor_id=7, now=now)
    with pytest.raises(NotFound):
        await erasing.erase(office=events.office(cluster, links), person_id=person.id, actor_id=7, now=now)
