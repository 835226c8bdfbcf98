"""Making, editing and finding clusters."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from service.audit import trail
from service.clusters import directory
from service.clusters.tables import Cluster
from service.errors import NotFound, Refused, Stale
from tests.support.identity import profile


async def test_a_cluster_is_found_by_its_slug_as_it_was_made(database: None, now: datetime) -> None:
    made = await directory.create(profile=replace(profile(), about={"et": "Tere!", "en": ""}), now=now)
    found = await directory.by_slug(slug="tartu")
    assert (found.id, found.name, found.languages, found.version) == (made.id, "Tartu loomeklaster", ["et", "en"], 1)
    assert directory.about(found) == {"et": "Tere!"}


async def test_a_slug_is_given_once(cluster: Cluster, now: datetime) -> None:
    with pytest.raises(Refused) as caught:
        await directory.create(profile=replace(profile(), slug="loomeklaster"), now=now)
    assert caught.value.problem.field == "slug"
    assert len(await directory.all()) == 1


async def test_an_edit_changes_everything_but_the_slug(cluster: Cluster, now: datetime) -> None:
    changed = await directory.edit(cluster_id=cluster.id, profile=replace(profile(), about={"et": "Uus"}), version=1, now=now, actor_id=7)
    assert (changed.slug, changed.name, changed.version) == ("loomeklaster", "Tartu loomeklaster", 2)
    assert directory.about(changed) == {"et": "Uus"}


async def test_the_slower_of_two_edits_is_stale_and_writes_nothing(cluster: Cluster, now: datetime) -> None:
    await directory.edit(cluster_id=cluster.id, profile=profile(), version=1, now=now, actor_id=7)
    with pytest.raises(Stale):
        await directory.edit(cluster_id=cluster.id, profile=replace(profile(), name="Teine"), version=1, now=now, actor_id=8)
    assert (await directory.by_id(cluster_id=cluster.id)).name == "Tartu loomeklaster"


async def test_the_trail_names_who_changed_what(cluster: Cluster, now: datetime) -> None:
    same = replace(profile(), name=cluster.name, languages=tuple(cluster.languages))
    await directory.edit(cluster_id=cluster.id, profile=same, version=1, now=now, actor_id=7)
    entry = (await trail.entries(cluster_id=cluster.id))[0]
    assert (entry.action, entry.actor_id) == ("cluster.edited", 7)
    assert "postal_address" in entry.details
    assert '"name"' not in entry.details


async def test_a_refused_edit_writes_nothing(cluster: Cluster, now: datetime) -> None:
    with pytest.raises(Refused):
        await directory.edit(cluster_id=cluster.id, profile=replace(profile(), zone="Atlantis"), version=1, now=now, actor_id=7)
    assert (await directory.by_id(cluster_id=cluster.id)).version == 1


async def test_an_unknown_cluster_is_not_found(database: None) -> None:
    with pytest.raises(NotFound):
        await directory.by_slug(slug="nobody")
    with pytest.raises(NotFound):
        await directory.by_id(cluster_id=12)


async def test_clusters_stand_by_name(database: None, now: datetime) -> None:
    for slug, name in (("b", "Õpetajad"), ("a", "arhitektid"), ("c", "Disainerid")):
        await directory.create(profile=replace(profile(), slug=slug * 2, name=name), now=now)
    assert [one.name for one in await directory.all()] == ["arhitektid", "Disainerid", "Õpetajad"]
