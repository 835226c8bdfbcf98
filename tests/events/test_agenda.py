"""The agenda moves with the event, is copied with it, and whoever chose something hears when it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.clusters.tables import Cluster
from service.errors import NotFound, Refused, Stale
from service.events import agenda, agenda_edits, changes, drafting, facts, items, programme
from service.events.agenda_edits import Change
from service.events.occasion import Occasion
from service.events.office import Office
from service.letters.links import Links
from tests.support import events
from tests.support.agenda import choose, item, item_facts


@pytest.fixture
def own_office(cluster: Cluster, links: Links) -> Office:
    """The cluster's office."""
    return events.office(cluster, links)


@pytest.fixture
async def event(cluster: Cluster, now: datetime) -> Occasion:
    """A published day of eight hours."""
    return await events.published(cluster=cluster, now=now, days=(events.day(now + timedelta(days=30), hours=8),))


async def edited(office: Office, event: Occasion, now: datetime, **values: object) -> Occasion:
    """The event with other facts."""
    wanted = replace(facts.of(event), **values)  # type: ignore[arg-type]
    event = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    await changes.edit(office=office, event_id=event.id, facts=wanted, version=event.version, announced=True, now=now)
    return await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)


async def test_items_stand_in_order_of_time_and_a_copy_has_them_too(own_office: Office, event: Occasion, now: datetime) -> None:
    await item(own_office, event, after=120, title={"en": "Late"}, is_chosen=True, capacity=3)
    await item(own_office, event, after=0, title={"en": "Early"}, speakers={"en": "Mari Maasikas – designer"})
    copy_id = await drafting.duplicate(cluster=own_office.cluster, event_id=event.id, now=now)
    for event_id in (event.id, copy_id):
        early, late = await agenda.of(event_id=event_id)
        assert (early.title, early.speakers) == ({"en": "Early"}, {"en": "Mari Maasikas – designer"})
        assert (late.is_chosen, late.capacity, late.seats_taken) == (True, 3, 0)


async def test_the_agenda_moves_with_its_day_also_over_the_end_of_summer_time(own_office: Office, cluster: Cluster, now: datetime) -> None:
    before, after = datetime.fromisoformat("2027-10-30T09:00+03:00"), datetime.fromisoformat("2027-10-31T09:00+02:00")
    event = await events.draft(cluster=cluster, now=now, days=(events.day(before, hours=8),))
    await item(own_office, event, after=60)
    (day,) = facts.of(event).days
    moved = await edited(own_office, event, now, days=(replace(day, starts_at=after, ends_at=after + timedelta(hours=8)),))
    assert (await agenda.of(event_id=event.id))[0].starts_at == after + timedelta(hours=1)
    (day,) = facts.of(moved).days
    await edited(own_office, moved, now, days=(replace(day, starts_at=after - timedelta(hours=1), ends_at=day.ends_at),))
    assert (await agenda.of(event_id=event.id))[0].starts_at == after + timedelta(hours=1)


async def test_a_day_that_gets_too_short_or_is_left_out_with_its_items_is_refused(
    own_office: Office, event: Occasion, now: datetime
) -> None:
    await item(own_office, event, after=420)
    (day,) = facts.of(event).days
    for days in ((replace(day, ends_at=day.ends_at - timedelta(hours=1)),), (events.day(day.starts_at + timedelta(days=1)),)):
        with pytest.raises(Refused) as refused:
            await edited(own_office, event, now, days=days)
        assert refused.value.problem.field == "days"


async def test_whoever_chose_an_item_hears_that_it_moved_or_is_left_out(own_office: Office, event: Occasion, now: datetime) -> None:
    first = await item(own_office, event, title={"et": "Savi", "en": "Clay"}, is_chosen=True)
    other = await item(own_office, event, after=60, is_chosen=True)
    event = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    await choose(own_office, event, 1, first.id, now=now)
    await choose(own_office, event, 2, now=now)
    move = [Change(first.id, item_facts(event, after=120, title=first.title, is_chosen=True))]
    words = [Change(other.id, replace(items.of(other), description={"en": "Bring clay."}))]
    foreseen = [await agenda_edits.foresee(office=own_office, event_id=event.id, changes=one, now=now) for one in (move, words)]
    assert [one.letters for one in foreseen] == [1, 0]
    with pytest.raises(Stale):
        await agenda_edits.change(office=own_office, event_id=event.id, changes=move, announced=False, now=now)
    await agenda_edits.change(office=own_office, event_id=event.id, changes=move, announced=True, now=now)
    await agenda_edits.change(office=own_office, event_id=event.id, changes=[Change(first.id, None)], announced=True, now=now)
    moved, gone = (await events.posted())[-2:]
    assert moved.address == gone.address == "mari1@example.org"
    assert "Savi" in moved.subject
    assert moved.method is gone.method is None
    assert "Savi" in gone.subject
    assert [one.id for one in await agenda.of(event_id=event.id)] == [other.id]


async def test_seats_that_are_taken_stay_and_an_old_page_is_stale(own_office: Office, event: Occasion, now: datetime) -> None:
    one = await item(own_office, event, is_chosen=True, capacity=2)
    event = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    await choose(own_office, event, 1, one.id, now=now)
    await choose(own_office, event, 2, one.id, now=now)
    for values, field in (({"capacity": 1}, "capacity"), ({"is_chosen": False}, "is_chosen")):
        change = Change(one.id, replace(items.of(one), **values))
        with pytest.raises(Refused) as refused:
            await agenda_edits.change(office=own_office, event_id=event.id, changes=[change], announced=True, now=now)
        assert refused.value.problem.field == field
    with pytest.raises(Stale):
        await agenda_edits.change(office=own_office, event_id=event.id, changes=[], version=event.version - 1, announced=True, now=now)
    with pytest.raises(NotFound):
        await agenda_edits.change(office=own_office, event_id=event.id, changes=[Change(one.id + 99, None)], announced=True, now=now)
