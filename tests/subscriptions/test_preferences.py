"""A person's own choice."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.clusters.tables import Cluster
from service.delivery import suppressions
from service.errors import Refused
from service.people.tables import Person
from service.subscriptions import preferences
from service.subscriptions.preferences import Choice, Preferences
from tests.support import factories
from tests.support.subscriptions import rows, subscriber


async def of(person: Person) -> Preferences:
    found = await preferences.of(person_id=person.id)
    assert found is not None
    return found


def heard(found: Preferences) -> list[str]:
    return [topic.slug for topic in found.topics if topic.id in found.standing.heard]


async def test_topics_turned_on_join_and_those_turned_off_leave(cluster: Cluster, now: datetime) -> None:
    mari = await subscriber(cluster=cluster, now=now, slugs=("newsletter", "events"))
    choice = Choice(name="Mari M", language="ru", topics=("events", "funding"))
    await preferences.change(preferences=await of(mari), choice=choice, shown_in="en", now=now)
    found = await of(mari)
    assert heard(found) == ["events", "funding"]
    assert (found.person.name, found.person.language) == ("Mari M", "ru")
    changed = await rows("SELECT act, topic_name, language, words <> '' FROM consent WHERE how = 'preferences' ORDER BY id")
    assert changed == [("withdrawn", "Newsletter", "en", False), ("given", "Funding opportunities", "en", True)]
    assert await rows("SELECT scope FROM suppression") == [("newsletter.loomeklaster.kutse.example.org",)]


async def test_saving_the_same_again_adds_nothing_to_the_ledger(cluster: Cluster, now: datetime) -> None:
    mari = await subscriber(cluster=cluster, now=now)
    choice = Choice(name="Mari", language="et", topics=("newsletter",))
    await preferences.change(preferences=await of(mari), choice=choice, shown_in="et", now=now)
    assert await rows("SELECT count(*) FROM consent") == [(1,)]


async def test_after_a_complaint_every_topic_shows_as_off_and_turning_one_on_brings_back_that_one(cluster: Cluster, now: datetime) -> None:
    mari = await subscriber(cluster=cluster, now=now, slugs=("newsletter", "events"))
    await suppressions.add(cluster_id=cluster.id, address=mari.address, scope=suppressions.NEWS, reason="complaint", now=now)
    assert heard(await of(mari)) == []
    choice = Choice(name="", language="et", topics=("events",))
    await preferences.change(preferences=await of(mari), choice=choice, shown_in="et", now=now)
    assert heard(await of(mari)) == ["events"]


@pytest.mark.parametrize(
    ("name", "language", "field"), [("www.example.org", "et", "name"), ("Mari", "pl", "language"), ("Mari", "", "language")]
)
async def test_a_bad_choice_is_refused_and_changes_nothing(cluster: Cluster, now: datetime, name: str, language: str, field: str) -> None:
    mari = await subscriber(cluster=cluster, now=now)
    before = await of(mari)
    with pytest.raises(Refused) as refusal:
        await preferences.change(preferences=before, choice=Choice(name=name, language=language, topics=()), shown_in="et", now=now)
    assert refusal.value.problem.field == field
    assert heard(await of(mari)) == ["newsletter"]


async def test_unknown_and_erased_people_have_no_preferences(cluster: Cluster, now: datetime) -> None:
    erased = await factories.person(cluster=cluster, now=now, erased_at=now)
    assert await preferences.of(person_id=erased.id) is None
    assert await preferences.of(person_id=999) is None
