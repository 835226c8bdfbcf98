"""What a coordinator does with a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.audit import trail
from service.clusters.tables import Cluster
from service.errors import Refused, Stale
from service.opportunities import announcing, calls
from service.opportunities.facts import CutoffFacts, checked
from service.opportunities.opportunity import Act, facts_of
from tests.support import opportunities as made


async def test_two_calls_of_one_title_get_two_addresses(cluster: Cluster, now: datetime) -> None:
    first, second = [await made.published(cluster=cluster, now=now) for _ in range(2)]
    assert first.slug == "loomemajanduse-arendusprojektid"
    assert second.slug == "loomemajanduse-arendusprojektid-2"


async def test_an_edit_keeps_the_address_and_replaces_the_cutoffs(cluster: Cluster, now: datetime) -> None:
    call = await made.published(cluster=cluster, now=now)
    changed = replace(facts_of(call), title={"et": "Uus pealkiri"}, cutoffs=(CutoffFacts(now + timedelta(days=5), "Europe/Riga"),))
    await announcing.edit(cluster=cluster, call_id=call.id, facts=changed, version=call.version, now=now, actor_id=7)
    found = await calls.by_slug(cluster_id=cluster.id, slug=call.slug, now=now)
    assert found.title == {"et": "Uus pealkiri"}
    assert [one.zone for one in found.cutoffs] == ["Europe/Riga"]
    assert [entry.action for entry in await trail.entries(cluster_id=cluster.id)] == ["call.edited", "call.published", "call.created"]


async def test_who_edits_an_old_version_is_told(cluster: Cluster, now: datetime) -> None:
    call = await made.published(cluster=cluster, now=now)
    await announcing.edit(cluster=cluster, call_id=call.id, facts=facts_of(call), version=call.version, now=now)
    with pytest.raises(Stale):
        await announcing.edit(cluster=cluster, call_id=call.id, facts=facts_of(call), version=call.version, now=now)


async def test_a_call_is_published_once(cluster: Cluster, now: datetime) -> None:
    call = await made.published(cluster=cluster, now=now)
    with pytest.raises(Refused):
        await announcing.decide(cluster=cluster, call_id=call.id, act=Act.PUBLISH, now=now)


def test_every_problem_of_a_call_is_named_at_once(now: datetime) -> None:
    same = CutoffFacts(now, "Europe/Tallinn")
    wrong = made.facts(
        now=now, title={}, funder=" ", programme_url="javascript:alert(1)", cutoffs=(same, same, CutoffFacts(now, "Narva")), opens_at=now
    )
    with pytest.raises(Refused) as refused:
        checked(wrong, languages=("et", "en"))
    fields = {problem.field for problem in refused.value.problems}
    assert fields == {"title.et", "funder", "programme_url", "cutoffs.1.at", "cutoffs.2.at", "cutoffs.2.zone", "opens_at"}


def test_texts_in_languages_that_the_cluster_does_not_speak_are_dropped(now: datetime) -> None:
    assert checked(made.facts(now=now, title={"et": " Üks ", "pl": "Jeden"}), languages=("et", "en")).title == {"et": "Üks"}
