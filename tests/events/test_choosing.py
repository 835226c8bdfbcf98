"""Items that people choose: nobody too many in one, and whoever waits for a place gets it in turn."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from service.clusters.tables import Cluster
from service.errors import Refused
from service.events import agenda, choices, choosing, programme, registration
from service.events.choices import Place
from service.events.items import Item
from service.events.occasion import Occasion
from service.events.office import Office
from service.letters.links import Links
from tests.support import events
from tests.support.agenda import choose, item, registration_id

CLAY, WOOD = 0, 1


@pytest.fixture
def own_office(cluster: Cluster, links: Links) -> Office:
    """The cluster's office."""
    return events.office(cluster, links)


@pytest.fixture
async def event(cluster: Cluster, now: datetime) -> Occasion:
    """A published day of eight hours, three seats."""
    return await events.published(cluster=cluster, now=now, capacity=3, days=(events.day(now + timedelta(days=30), hours=8),))


@pytest.fixture
async def workshops(own_office: Office, event: Occasion) -> list[Item]:
    """Clay with one place, wood with two an hour later, and a talk on clay that nobody needs to choose."""
    clay = await item(own_office, event, title={"et": "Savi"}, is_chosen=True, capacity=1)
    wood = await item(own_office, event, after=60, title={"et": "Puit"}, is_chosen=True, capacity=2)
    return [clay, wood, await item(own_office, event, after=30)]


@pytest.fixture
async def open_event(event: Occasion, workshops: list[Item]) -> Occasion:
    """The event as it is read once it has items."""
    return await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)


async def test_a_full_item_has_a_line_and_whoever_is_next_is_told(
    own_office: Office, open_event: Occasion, workshops: list[Item], now: datetime
) -> None:
    clay, wood, _ = workshops
    first = await choose(own_office, open_event, 1, clay.id, wood.id, now=now)
    second = await choose(own_office, open_event, 2, clay.id, now=now)
    assert await choices.of_registration(registration_id=first) == {clay.id: Place.SEATED, wood.id: Place.SEATED}
    assert await choices.of_registration(registration_id=second) == {clay.id: Place.WAITING}
    assert (await choices.waiting(event_id=open_event.id))[clay.id] == 1
    before = len(await events.posted())
    await choosing.change(office=own_office, event_id=open_event.id, registration_id=first, item_ids=[wood.id], now=now)
    (told,) = (await events.posted())[before:]
    assert told.address == "mari2@example.org"
    assert "Savi" in told.subject
    assert await choices.of_registration(registration_id=second) == {clay.id: Place.SEATED}
    assert [one.seats_taken for one in await agenda.of(event_id=open_event.id)] == [1, 0, 1]


async def test_giving_the_place_in_the_event_back_frees_the_items_too(
    own_office: Office, open_event: Occasion, workshops: list[Item], now: datetime
) -> None:
    first, second = [await choose(own_office, open_event, number, workshops[CLAY].id, now=now) for number in (1, 2)]
    await registration.cancel(office=own_office, event_id=open_event.id, registration_id=first, by="attendee", now=now)
    assert await choices.of_registration(registration_id=second) == {workshops[CLAY].id: Place.SEATED}
    assert first not in await choices.of_event(event_id=open_event.id)


async def test_whoever_waits_for_the_event_holds_no_place_until_they_move_up(
    own_office: Office, open_event: Occasion, workshops: list[Item], now: datetime
) -> None:
    for number in (1, 2, 3):
        await choose(own_office, open_event, number, now=now)
    waits = await choose(own_office, open_event, 4, workshops[CLAY].id, now=now)
    assert await choices.of_registration(registration_id=waits) == {workshops[CLAY].id: Place.WAITING}
    assert not (await agenda.of(event_id=open_event.id))[0].is_full
    before = len(await events.posted())
    first = await registration_id(open_event, 1)
    await registration.cancel(office=own_office, event_id=open_event.id, registration_id=first, by="attendee", now=now)
    assert await choices.of_registration(registration_id=waits) == {workshops[CLAY].id: Place.SEATED}
    to_four = [letter for letter in (await events.posted())[before:] if letter.address == "mari4@example.org"]
    assert [letter.method for letter in to_four] == ["REQUEST"]  # one letter says both
    assert "Savi" in to_four[0].text


async def test_the_confirmation_says_what_one_has_and_what_one_waits_for(
    own_office: Office, open_event: Occasion, workshops: list[Item], now: datetime
) -> None:
    clay, wood, _ = workshops
    await events.register(office=own_office, event=open_event, now=now, number=1, item_ids=(clay.id,), language="en")
    await events.register(office=own_office, event=open_event, now=now, number=2, item_ids=(clay.id, wood.id), language="en")
    await events.register(office=own_office, event=open_event, now=now, number=3, language="en")
    said = [letter.text.partition("Your programme: ")[2].splitlines()[0] for letter in await events.posted()]
    assert said == ["Savi", "Savi (waitlist), Puit", "You have not chosen anything yet."]


async def test_two_items_at_the_same_time_and_what_is_no_choice_are_refused(
    own_office: Office, open_event: Occasion, workshops: list[Item], now: datetime
) -> None:
    clay, wood, talk = workshops
    also = await item(own_office, open_event, after=90, title={"et": "Klaas"}, is_chosen=True)
    own = await choose(own_office, open_event, 1, clay.id, now=now)
    for wanted in ([wood.id, also.id], [talk.id], [10**12]):
        with pytest.raises(Refused) as refused:
            await choosing.change(office=own_office, event_id=open_event.id, registration_id=own, item_ids=wanted, now=now)
        assert refused.value.problem.field == "chosen"
    assert await choices.of_registration(registration_id=own) == {clay.id: Place.SEATED}


async def test_once_it_has_begun_nothing_is_chosen_any_more(
    own_office: Office, open_event: Occasion, workshops: list[Item], now: datetime
) -> None:
    own = await choose(own_office, open_event, 1, now=now)
    with pytest.raises(Refused):
        await choosing.change(
            office=own_office, event_id=open_event.id, registration_id=own, item_ids=[workshops[CLAY].id], now=open_event.starts_at
        )


async def test_however_many_choose_at_once_no_item_is_overbooked(
    own_office: Office, cluster: Cluster, event: Occasion, workshops: list[Item], now: datetime
) -> None:
    big = await events.published(cluster=cluster, now=now, days=(events.day(now + timedelta(days=30), hours=8),))
    clay = await item(own_office, big, is_chosen=True, capacity=2)
    wood = await item(own_office, big, after=60, is_chosen=True, capacity=3)
    big = await programme.by_id(cluster_id=cluster.id, event_id=big.id)
    await asyncio.gather(*(choose(own_office, big, number, wood.id, clay.id, now=now) for number in range(1, 7)))
    assert [one.seats_taken for one in await agenda.of(event_id=big.id)] == [2, 3]
    assert await choices.waiting(event_id=big.id) == {clay.id: 4, wood.id: 3}
