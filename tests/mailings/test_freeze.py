"""The start: each person once, in their language, however many workers tick."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from service.clusters.tables import Cluster
from service.delivery import results
from service.letters.links import Links
from service.mailings import freeze, records, rendering, schedule
from service.mailings.lifecycle import State
from service.persistence.engine import connection
from service.subscriptions.tables import Subscription
from tests.support import mailings as support


async def test_each_person_gets_their_language_once(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=2, ru=1)
    made = await support.started(cluster, "et", "ru", links=links, now=now)
    assert (made.state, made.number, made.started_at) == (State.SENDING, 1, now)
    assert await support.copies(made.dispatch_id) == {
        "et1@example.org": ("et", "queued", ""),
        "et2@example.org": ("et", "queued", ""),
        "ru1@example.org": ("ru", "queued", ""),
    }


async def test_a_missing_edition_is_replaced_or_the_person_is_skipped_as_was_decided(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1, ru=1, pl=1)
    made = await support.started(cluster, "et", links=links, now=now, fallback={"ru": "et", "pl": None})
    assert await support.copies(made.dispatch_id) == {
        "et1@example.org": ("et", "queued", ""),
        "ru1@example.org": ("et", "queued", ""),
        "pl1@example.org": (None, "skipped", "no edition"),
    }


async def test_the_counts_after_the_start_are_those_that_were_shown(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=5, ru=3, en=2)
    made = await support.started(cluster, "et", "ru", links=links, now=now, fallback={"en": None})
    found = await results.of(dispatch_id=made.dispatch_id)
    assert found is not None
    assert (found.candidates, found.by_state) == (10, {"queued": 8, "skipped": 2})


async def test_of_many_workers_at_one_tick_exactly_one_starts_it(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=20)
    made = await support.scheduled(cluster, "et", links=links, now=now)
    started = await asyncio.gather(*(freeze.start_due(links=links, now=now) for _ in range(8)))
    assert sorted(started) == [0] * 7 + [1]
    async with connection() as raw:
        assert await raw.fetchval("SELECT count(*) FROM dispatch") == 1
        assert await raw.fetchval("SELECT count(*) FROM delivery") == 20
    assert (await records.find(cluster_id=cluster.id, mailing_id=made.id)).state == State.SENDING


async def test_several_due_mailings_start_under_parallel_workers_with_numbers_of_their_own(
    cluster: Cluster, links: Links, now: datetime
) -> None:
    await support.readers(cluster, now=now, et=2)
    made = [await support.scheduled(cluster, "et", links=links, now=now, title=f"No {place}") for place in range(4)]
    started = 0
    while started < 4:
        started += sum(await asyncio.gather(*(freeze.start_due(links=links, now=now) for _ in range(3))))
    found = [await records.find(cluster_id=cluster.id, mailing_id=one.id) for one in made]
    assert sorted(one.number or 0 for one in found) == [1, 2, 3, 4]
    assert started == 4


async def test_nothing_starts_before_its_time(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1)
    at = now + timedelta(hours=1)
    await support.scheduled(cluster, "et", links=links, now=now, at=at)
    assert await freeze.start_due(links=links, now=at - timedelta(seconds=1)) == 0
    assert await freeze.start_due(links=links, now=at) == 1


async def test_who_left_the_topic_between_schedule_and_start_gets_nothing(cluster: Cluster, links: Links, now: datetime) -> None:
    people = await support.readers(cluster, now=now, et=2)
    made = await support.scheduled(cluster, "et", links=links, now=now, at=now + timedelta(hours=1))
    await Subscription.update({Subscription.state: "left", Subscription.left_at: now}).where(Subscription.person_id == people[0].id)
    await freeze.start_due(links=links, now=now + timedelta(hours=1))
    found = await records.find(cluster_id=cluster.id, mailing_id=made.id)
    assert list(await support.copies(found.dispatch_id)) == ["et2@example.org"]


async def test_who_joined_between_schedule_and_start_gets_it(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1)
    made = await support.scheduled(cluster, "et", links=links, now=now, at=now + timedelta(hours=1), fallback={"en": "et"})
    await support.readers(cluster, now=now, en=1)
    await freeze.start_due(links=links, now=now + timedelta(hours=1))
    found = await records.find(cluster_id=cluster.id, mailing_id=made.id)
    assert (await support.copies(found.dispatch_id))["en1@example.org"] == ("et", "queued", "")


async def test_a_mailing_taken_back_while_it_is_rendered_does_not_start(
    cluster: Cluster, links: Links, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await support.readers(cluster, now=now, et=1)
    made = await support.scheduled(cluster, "et", links=links, now=now)
    render = rendering.letter

    async def render_and_be_overtaken(**which: object) -> object:
        await schedule.unschedule(cluster_id=cluster.id, mailing_id=made.id, now=now, actor_id=None)
        return await render(**which)  # type: ignore[arg-type]

    monkeypatch.setattr(rendering, "letter", render_and_be_overtaken)
    assert await freeze.start_due(links=links, now=now) == 0
    assert (await records.find(cluster_id=cluster.id, mailing_id=made.id)).state == State.DRAFT


async def test_a_crash_in_the_middle_leaves_it_not_started_and_the_next_tick_starts_it(
    cluster: Cluster, links: Links, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await support.readers(cluster, now=now, et=3)
    made = await support.scheduled(cluster, "et", links=links, now=now)

    async def die(*_: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(freeze, "_record", die)
        assert await freeze.start_due(links=links, now=now) == 0
    assert (await records.find(cluster_id=cluster.id, mailing_id=made.id)).state == State.SCHEDULED
    async with connection() as raw:
        assert await raw.fetchval("SELECT count(*) FROM delivery") == 0
    assert await freeze.start_due(links=links, now=now) == 1


async def test_one_that_cannot_start_does_not_hold_the_others(
    cluster: Cluster, links: Links, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await support.readers(cluster, now=now, et=1)
    broken = await support.scheduled(cluster, "et", links=links, now=now, title="Broken")
    whole = await support.scheduled(cluster, "et", links=links, now=now, title="Whole")
    prepare = freeze._prepare

    async def stumble(mailing: object, *more: object) -> object:
        if mailing.id == broken.id:  # type: ignore[attr-defined]
            raise ValueError("a picture is gone")
        return await prepare(mailing, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(freeze, "_prepare", stumble)
    assert await freeze.start_due(links=links, now=now) == 1
    assert (await records.find(cluster_id=cluster.id, mailing_id=whole.id)).state == State.SENDING
