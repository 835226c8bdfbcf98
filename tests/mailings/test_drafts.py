"""Drafts: begun, changed, copied, removed; and never those of another cluster."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.audit import trail
from service.clusters.tables import Cluster, Funding
from service.errors import NotFound, Refused, Stale
from service.mailings import drafts, editions, records
from service.mailings.drafts import Outline
from service.mailings.lifecycle import State
from tests.support import factories
from tests.support import mailings as support


async def test_a_draft_is_begun_and_noted_in_the_trail(cluster: Cluster, now: datetime) -> None:
    kadri = await support.coordinator(now=now)
    outline = Outline("December", (await support.topic(cluster)).id)
    mailing_id = await drafts.create(cluster_id=cluster.id, outline=outline, now=now, actor_id=kadri.id)
    mailing = await records.find(cluster_id=cluster.id, mailing_id=mailing_id)
    assert (mailing.title, mailing.state, mailing.created_by) == ("December", State.DRAFT, kadri.id)
    (entry,) = await trail.entries(cluster_id=cluster.id)
    assert (entry.action, entry.subject_id, entry.actor_id) == ("mailing.created", mailing_id, kadri.id)


@pytest.mark.parametrize(("title", "field"), [("", "title"), ("x" * 161, "title")])
async def test_a_draft_without_a_name_is_refused_at_its_field(cluster: Cluster, now: datetime, title: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        await support.draft(cluster, now=now, title=title)
    assert refused.value.problem.field == field


async def test_the_topic_and_the_project_must_be_of_the_same_cluster(cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    foreign = await support.topic(other)
    funding = Funding(cluster_id=other.id, title="BACAR", funder="EU")
    await funding.save()
    with pytest.raises(Refused):
        await support.draft(cluster, now=now, topic_id=foreign.id)
    with pytest.raises(NotFound):
        await support.draft(cluster, now=now, funding_id=funding.id)


async def test_two_people_who_change_the_same_draft_do_not_overwrite_each_other(cluster: Cluster, now: datetime) -> None:
    made = await support.draft(cluster, now=now)
    outline = Outline("January", made.topic_id)
    await drafts.change(cluster_id=cluster.id, mailing_id=made.id, outline=outline, version=made.version, now=now, actor_id=None)
    with pytest.raises(Stale):
        await drafts.change(cluster_id=cluster.id, mailing_id=made.id, outline=outline, version=made.version, now=now, actor_id=None)


async def test_a_copy_has_the_same_words_and_is_a_draft_of_its_own(cluster: Cluster, now: datetime) -> None:
    made = await support.draft(cluster, "et", "ru", now=now)
    copy_id = await drafts.duplicate(cluster_id=cluster.id, mailing_id=made.id, title="January", now=now, actor_id=None)
    await drafts.remove(cluster_id=cluster.id, mailing_id=made.id, now=now, actor_id=None)
    copied = await editions.of(mailing_id=copy_id)
    assert {language: one.content for language, one in copied.items()} == {"et": support.words("et"), "ru": support.words("ru")}
    assert (await records.find(cluster_id=cluster.id, mailing_id=copy_id)).title == "January"


async def test_a_mailing_of_another_cluster_is_not_there(cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    made = await support.draft(cluster, "et", now=now)
    for reach in (records.find, lambda **which: drafts.remove(**which, now=now, actor_id=None)):
        with pytest.raises(NotFound):
            await reach(cluster_id=other.id, mailing_id=made.id)
    with pytest.raises(NotFound):
        await drafts.duplicate(cluster_id=other.id, mailing_id=made.id, title="Mine", now=now, actor_id=None)
    assert await records.shelf(cluster_id=other.id, states=tuple(State)) == []


async def test_the_shelf_pages_from_new_to_old(cluster: Cluster, now: datetime) -> None:
    made = [await support.draft(cluster, now=now + timedelta(hours=hour), title=f"No {hour}") for hour in range(5)]
    first = await records.shelf(cluster_id=cluster.id, states=(State.DRAFT,), limit=3)
    rest = await records.shelf(cluster_id=cluster.id, states=(State.DRAFT,), before_id=first[-1].id, limit=3)
    assert [one.id for one in [*first, *rest]] == [one.id for one in reversed(made)]
    assert await records.counts(cluster_id=cluster.id) == {"drafts": 5, "scheduled": 0, "sent": 0}
