"""Calls as everybody finds them: open, ahead and past, by the cut-off's own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.clusters.tables import Cluster
from service.errors import NotFound
from service.opportunities import announcing, calls
from service.opportunities.facts import CutoffFacts
from service.opportunities.opportunity import Act, Standing
from tests.support import factories
from tests.support import opportunities as made


async def test_open_calls_come_by_their_next_cutoff(cluster: Cluster, now: datetime) -> None:
    far = CutoffFacts(now + timedelta(days=90), "Europe/Tallinn")
    passed = CutoffFacts(now - timedelta(days=1), "Europe/Tallinn")
    near = CutoffFacts(now + timedelta(days=2), "Europe/Warsaw", {"et": "II voor"})
    late = await made.published(cluster=cluster, now=now, cutoffs=(far,))
    soon = await made.published(cluster=cluster, now=now, cutoffs=(far, near, passed))
    found = await calls.open(cluster_id=cluster.id, now=now, limit=10)
    assert [call.id for call in found] == [soon.id, late.id]
    nearest = found[0].next_cutoff(now)
    assert nearest is not None
    assert (nearest.zone, nearest.label) == ("Europe/Warsaw", {"et": "II voor"})


async def test_a_call_is_open_until_the_second_of_its_last_cutoff(cluster: Cluster, now: datetime) -> None:
    at = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    await made.published(cluster=cluster, now=now, cutoffs=(CutoffFacts(at, "Europe/Tallinn"),))
    just_before, at_once = at - timedelta(seconds=1), at
    assert len(await calls.open(cluster_id=cluster.id, now=just_before, limit=5)) == 1
    assert await calls.open(cluster_id=cluster.id, now=at_once, limit=5) == []
    assert len(await calls.past(cluster_id=cluster.id, now=at_once, limit=5)) == 1


async def test_a_call_that_opens_later_is_ahead_and_not_open(cluster: Cluster, now: datetime) -> None:
    call = await made.published(cluster=cluster, now=now, opens_at=now + timedelta(days=3))
    assert await calls.open(cluster_id=cluster.id, now=now, limit=5) == []
    assert [one.id for one in await calls.upcoming(cluster_id=cluster.id, now=now, limit=5)] == [call.id]
    assert call.standing(now) is Standing.UPCOMING
    assert [one.id for one in await calls.open(cluster_id=cluster.id, now=now + timedelta(days=3), limit=5)] == [call.id]


async def test_a_closed_call_is_past_and_can_be_reopened(cluster: Cluster, now: datetime) -> None:
    call = await made.published(cluster=cluster, now=now)
    await announcing.decide(cluster=cluster, call_id=call.id, act=Act.CLOSE, now=now)
    assert [one.id for one in await calls.past(cluster_id=cluster.id, now=now, limit=5)] == [call.id]
    await announcing.decide(cluster=cluster, call_id=call.id, act=Act.REOPEN, now=now)
    assert [one.id for one in await calls.open(cluster_id=cluster.id, now=now, limit=5)] == [call.id]


async def test_a_draft_is_nowhere_in_public(cluster: Cluster, now: datetime) -> None:
    call_id = await announcing.create(cluster=cluster, facts=made.facts(now=now), now=now)
    draft = await calls.by_id(cluster_id=cluster.id, call_id=call_id, now=now)
    for listed in (calls.open, calls.upcoming, calls.past):
        assert await listed(cluster_id=cluster.id, now=now, limit=5) == []
    with pytest.raises(NotFound):
        await calls.by_slug(cluster_id=cluster.id, slug=draft.slug, now=now)


async def test_a_call_is_out_of_reach_for_another_cluster(cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", languages=["cnr", "en"], zone="Europe/Podgorica")
    call = await made.published(cluster=cluster, now=now)
    assert await calls.open(cluster_id=other.id, now=now, limit=5) == []
    for attempt in (
        calls.by_slug(cluster_id=other.id, slug=call.slug, now=now),
        calls.by_id(cluster_id=other.id, call_id=call.id, now=now),
        announcing.decide(cluster=other, call_id=call.id, act=Act.CLOSE, now=now),
        announcing.edit(cluster=other, call_id=call.id, facts=made.facts(now=now), version=call.version, now=now),
    ):
        with pytest.raises(NotFound):
            await attempt
