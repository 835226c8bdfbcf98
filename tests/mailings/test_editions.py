"""Editions: kept whole, finished or not; never one over the other."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest

from service.clusters.tables import Cluster
from service.errors import NotFound, Refused, Stale
from service.letters.links import Links
from service.mailings import editions
from service.mailings.blocks import Button, Text
from service.mailings.content import Content
from tests.support import factories
from tests.support import mailings as support


async def test_unfinished_words_are_kept_as_they_are(cluster: Cluster, now: datetime) -> None:
    made = await support.draft(cluster, now=now)
    unfinished = Content("", "Only this", (Button(label="Loe"), Text("Tere {nmae}")))
    await support.write(cluster, made.id, "et", unfinished, now=now)
    found = await editions.of(mailing_id=made.id)
    assert found["et"].content == unfinished


async def test_a_stale_edition_is_refused_and_nothing_is_written(cluster: Cluster, now: datetime) -> None:
    made = await support.draft(cluster, now=now)
    await support.write(cluster, made.id, "et", support.words("et"), now=now)
    for version in (0, 7):
        with pytest.raises(Stale):
            await support.write(cluster, made.id, "et", Content("Mine"), now=now, version=version)
    await support.write(cluster, made.id, "et", Content("Second"), now=now, version=1)
    assert await editions.one(mailing_id=made.id, language="et") == editions.Written("et", Content("Second"), 2)


async def test_two_languages_are_edited_beside_each_other(cluster: Cluster, now: datetime) -> None:
    made = await support.draft(cluster, "et", "ru", now=now)
    await support.write(cluster, made.id, "et", Content("Uus"), now=now, version=1)
    await support.write(cluster, made.id, "ru", Content("Новое"), now=now, version=1)
    assert {one.content.subject for one in (await editions.of(mailing_id=made.id)).values()} == {"Uus", "Новое"}


async def test_an_edition_whose_words_were_all_removed_is_none(cluster: Cluster, now: datetime) -> None:
    made = await support.draft(cluster, "et", now=now)
    await support.write(cluster, made.id, "et", Content(), now=now, version=1)
    assert await editions.of(mailing_id=made.id) == {}


async def test_a_scheduled_mailing_keeps_its_words(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1)
    made = await support.scheduled(cluster, "et", links=links, now=now)
    with pytest.raises(Refused):
        await support.write(cluster, made.id, "et", Content("Later"), now=now, version=1)


async def test_an_edition_begins_as_a_copy_of_another_but_never_over_words(cluster: Cluster, now: datetime) -> None:
    made = await support.draft(cluster, "et", now=now)
    copy = partial(editions.copy, cluster_id=cluster.id, mailing_id=made.id, now=now, actor_id=None)
    await copy(source="et", target="ru")
    assert (await editions.one(mailing_id=made.id, language="ru")).content == support.words("et")
    with pytest.raises(Refused):
        await copy(source="et", target="ru")
    with pytest.raises(NotFound):
        await copy(source="pl", target="en")


async def test_an_edition_of_another_cluster_cannot_be_written(cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    made = await support.draft(cluster, "et", now=now)
    with pytest.raises(NotFound):
        await support.write(other, made.id, "et", Content("Ours now"), now=now, version=1)
    assert (await editions.one(mailing_id=made.id, language="et")).content == support.words("et")
