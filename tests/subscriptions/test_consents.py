"""The ledger is only added to."""

from __future__ import annotations

from datetime import datetime

import asyncpg
import pytest

from service.clusters.tables import Cluster
from service.people.tables import Person
from service.persistence.engine import connection
from service.subscriptions import consents, leaving
from service.subscriptions.tables import How
from tests.support.subscriptions import rows, subscriber


@pytest.mark.parametrize("statement", ["UPDATE consent SET words = 'other'", "DELETE FROM consent"])
async def test_an_entry_cannot_be_changed_or_removed(cluster: Cluster, now: datetime, statement: str) -> None:
    await subscriber(cluster=cluster, now=now)
    async with connection() as raw:
        with pytest.raises(asyncpg.RaiseError, match="only added to"):
            await raw.execute(statement)


async def test_entries_go_with_their_cluster_and_person(cluster: Cluster, now: datetime) -> None:
    mari = await subscriber(cluster=cluster, now=now)
    await subscriber(cluster=cluster, now=now, address="jaan@example.org")
    await Person.delete().where(Person.id == mari.id)
    assert await rows("SELECT count(*) FROM consent") == [(1,)]
    await Cluster.delete().where(Cluster.id == cluster.id)
    assert await rows("SELECT count(*) FROM consent") == [(0,)]


async def test_a_persons_history_is_told_newest_first(cluster: Cluster, now: datetime) -> None:
    mari = await subscriber(cluster=cluster, now=now)
    await leaving.leave_everything(person_id=mari.id, how=How.PAGE, now=now)
    assert [entry.act for entry in await consents.history(person_id=mari.id)] == ["withdrawn", "given"]
