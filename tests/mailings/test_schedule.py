"""Scheduling: everything in the way is said at once, and nothing changes unnoticed between the look and the lock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from service.audit import trail
from service.clusters.tables import Cluster
from service.errors import NotFound, Refused, Stale
from service.letters.links import Links
from service.mailings import headcount, readiness, records, schedule
from service.mailings.audience import readers
from service.mailings.blocks import Button, Text
from service.mailings.content import Content
from service.mailings.lifecycle import State
from service.mailings.tables import Mailing
from service.subscriptions.tables import Subscription
from tests.support import factories
from tests.support import mailings as support


async def _schedule(
    cluster: Cluster,
    mailing: Mailing,
    *,
    links: Links,
    now: datetime,
    at: datetime | None = None,
    fallback: Mapping[str, str | None] | None = None,
    actor_id: int | None = None,
) -> Mailing:
    await schedule.schedule(
        cluster=cluster,
        mailing_id=mailing.id,
        at=at,
        fallback=fallback or {},
        version=mailing.version,
        links=links,
        now=now,
        actor_id=actor_id,
    )
    return await records.find(cluster_id=cluster.id, mailing_id=mailing.id)


async def _refusal(cluster: Cluster, mailing: Mailing, *, links: Links, now: datetime, **more: object) -> list[tuple[str | None, str]]:
    with pytest.raises(Refused) as refused:
        await _schedule(cluster, mailing, links=links, now=now, **more)  # type: ignore[arg-type]
    assert (await records.find(cluster_id=cluster.id, mailing_id=mailing.id)).state == State.DRAFT
    return [(problem.field, problem.text) for problem in refused.value.problems]


async def test_a_ready_mailing_waits_for_its_time_and_the_trail_says_who_scheduled_it(
    cluster: Cluster, links: Links, now: datetime
) -> None:
    await support.readers(cluster, now=now, et=2)
    kadri = await support.coordinator(now=now)
    at = now + timedelta(days=1)
    made = await _schedule(cluster, await support.draft(cluster, "et", now=now), links=links, now=now, at=at, actor_id=kadri.id)
    assert (made.state, made.send_at, made.scheduled_by) == (State.SCHEDULED, at, kadri.id)
    assert (await trail.entries(cluster_id=cluster.id))[0].action == "mailing.scheduled"


@pytest.mark.parametrize("distance", [timedelta(0), timedelta(seconds=-1), timedelta(days=-400), timedelta(days=401)])
async def test_a_time_in_the_past_or_far_away_is_refused_at_its_field(
    cluster: Cluster, links: Links, now: datetime, distance: timedelta
) -> None:
    await support.readers(cluster, now=now, et=1)
    made = await support.draft(cluster, "et", now=now)
    ((field, _),) = await _refusal(cluster, made, links=links, now=now, at=now + distance)
    assert field == "send_at"


async def test_a_newsletter_without_words_and_readers_is_told_both(cluster: Cluster, links: Links, now: datetime) -> None:
    texts = [text for _, text in await _refusal(cluster, await support.draft(cluster, now=now), links=links, now=now)]
    assert texts == [
        "Nothing is written yet. Write at least one edition.",
        "Nobody reads this topic yet, so there is nobody to send it to.",
    ]


async def test_a_newsletter_without_subject_or_with_unfinished_blocks_is_refused(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1)
    unfinished = {"et": Content("", "", (Text("Tere {nmae}"), Button("Loe", "javascript:alert(1)")))}
    made = await support.draft(cluster, now=now, editions_=unfinished)
    assert [field for field, _ in await _refusal(cluster, made, links=links, now=now)] == ["subject", "block.1.text", "block.2.link"]


async def test_a_letter_that_gmail_would_cut_is_refused(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1)
    made = await support.draft(cluster, now=now, editions_={"et": support.words("et", Text("pikk jutt " * 12_000))})
    ((_, text),) = await _refusal(cluster, made, links=links, now=now)
    assert "Gmail" in text


async def test_a_missing_language_is_decided_before_it_can_be_scheduled(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1, ru=1, pl=1)
    made = await support.draft(cluster, "et", now=now)
    assert [field for field, _ in await _refusal(cluster, made, links=links, now=now)] == ["fallback.pl", "fallback.ru"]
    made = await _schedule(cluster, made, links=links, now=now, fallback={"ru": "et", "pl": None})
    assert records.fallback_of(made) == {"ru": "et", "pl": None}


async def test_leaving_everybody_out_is_refused(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, ru=2)
    made = await support.draft(cluster, "et", now=now)
    ((_, text),) = await _refusal(cluster, made, links=links, now=now, fallback={"ru": None})
    assert text.startswith("Nobody would get it")


async def test_the_counts_before_sending_are_those_who_read_the_topic_now(cluster: Cluster, links: Links, now: datetime) -> None:
    people = await support.readers(cluster, now=now, et=3, ru=2)
    await support.readers(cluster, now=now, slug="events", en=4)
    await Subscription.update({Subscription.state: "left", Subscription.left_at: now}).where(Subscription.person_id == people[0].id)
    people[1].erased_at = now
    await people[1].save()
    made = await support.draft(cluster, "et", now=now)
    assert await headcount.per_language(readers(topic_id=made.topic_id)) == {"et": 1, "ru": 2}
    ready = await readiness.of(cluster=cluster, mailing=made, fallback={}, links=links, now=now)
    assert [(share.language, share.people) for share in ready.reach.shares] == [("ru", 2), ("et", 1)]


async def test_a_mailing_that_changed_since_it_was_looked_at_is_not_scheduled(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1)
    made = await support.draft(cluster, "et", now=now)
    made.version -= 1
    with pytest.raises(Stale):
        await _schedule(cluster, made, links=links, now=now)


async def test_words_saved_while_the_letter_is_checked_keep_it_a_draft(
    cluster: Cluster, links: Links, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await support.readers(cluster, now=now, et=1)
    made = await support.draft(cluster, "et", now=now)
    check = readiness.of

    async def check_and_be_overtaken(**which: object) -> readiness.Readiness:
        ready = await check(**which)  # type: ignore[arg-type]
        await support.write(cluster, made.id, "et", Content("No blocks any more"), now=now, version=1)
        return ready

    monkeypatch.setattr(readiness, "of", check_and_be_overtaken)
    with pytest.raises(Stale):
        await _schedule(cluster, made, links=links, now=now)
    assert (await records.find(cluster_id=cluster.id, mailing_id=made.id)).state == State.DRAFT


async def test_it_can_be_taken_back_until_it_starts(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1)
    made = await support.scheduled(cluster, "et", links=links, now=now, at=now + timedelta(days=1))
    await schedule.unschedule(cluster_id=cluster.id, mailing_id=made.id, now=now, actor_id=None)
    assert (await records.find(cluster_id=cluster.id, mailing_id=made.id)).state == State.DRAFT
    begun = await support.started(cluster, "et", links=links, now=now)
    with pytest.raises(Refused):
        await schedule.unschedule(cluster_id=cluster.id, mailing_id=begun.id, now=now, actor_id=None)


async def test_nobody_schedules_or_takes_back_what_is_another_clusters(cluster: Cluster, links: Links, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    await support.readers(cluster, now=now, et=1)
    made = await support.scheduled(cluster, "et", links=links, now=now, at=now + timedelta(days=1))
    with pytest.raises(NotFound):
        await _schedule(other, made, links=links, now=now)
    with pytest.raises(NotFound):
        await schedule.unschedule(cluster_id=other.id, mailing_id=made.id, now=now, actor_id=None)
