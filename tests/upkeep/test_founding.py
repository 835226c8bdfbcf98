"""A cluster is founded whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from service.clusters import directory
from service.errors import Refused
from service.identity import access
from service.subscriptions import topics
from service.upkeep import founding
from tests.support.identity import _cheap_hashes as _cheap_hashes
from tests.support.identity import coordinator, profile


async def test_a_new_cluster_has_its_topics_and_its_coordinator(database: None, now: datetime) -> None:
    kadri = await coordinator(now=now)
    cluster = await founding.found_cluster(profile=profile(), mail_domain="kutse.example.org", coordinator_id=kadri.id, now=now)
    assert [topic.slug for topic in await topics.of(cluster_id=cluster.id)]
    assert [one.id for one in await access.clusters_of(coordinator=kadri)] == [cluster.id]


async def test_what_is_refused_leaves_nothing_behind(database: None, now: datetime) -> None:
    with pytest.raises(Refused):
        await founding.found_cluster(profile=replace(profile(), slug="console"), mail_domain="kutse.example.org", now=now)
    assert await directory.all() == []
