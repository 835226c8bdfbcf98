"""Dates that belong together: one more says the same at the same hours; one form takes several of them."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from service.clusters.tables import Cluster
from service.delivery import suppressions
from service.delivery.outbox import Kind
from service.errors import NotFound, Refused
from service.events import agenda, programme, publishing, series, several
from service.events.lifecycle import Act
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.series import Series
from service.events.terms import Terms
from service.letters.links import Links
from tests.support import events, factories
from tests.support.agenda import item
from tests.support.delivery import claimed
from tests.support.turns import meet


@pytest.fixture
def own_office(cluster: Cluster, links: Links) -> Office:
    """The cluster's office."""
    return events.office(cluster, links)


async def a_series(office: Office, now: datetime, *on: date, **values: object) -> tuple[Series, list[Occasion]]:
    """A published event and more published dates of it."""
    event = await events.published(cluster=office.cluster, now=now, **values)
    for one in on:
        copy_id = await series.add_date(cluster=office.cluster, event_id=event.id, on=one, now=now)
        await publishing.decide(cluster=office.cluster, event_id=copy_id, act=Act.PUBLISH, now=now)
    event = await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)
    joined = await series.by_id(cluster_id=office.cluster.id, series_id=event.series_id or 0)
    return joined, await series.dates(series=joined)


async def test_one_more_date_has_the_same_hours_on_the_wall_and_the_same_agenda(own_office: Office, now: datetime) -> None:
    start = datetime.fromisoformat("2027-03-23T10:00+02:00")
    event = await events.published(cluster=own_office.cluster, now=now, days=(events.day(start), events.day(start + timedelta(days=1))))
    await item(own_office, event, after=30, minutes=30)
    copy_id = await series.add_date(cluster=own_office.cluster, event_id=event.id, on=date(2027, 3, 30), now=now)
    copy = await programme.by_id(cluster_id=event.cluster_id, event_id=copy_id)
    summer = datetime.fromisoformat("2027-03-30T10:00+03:00")
    assert [day.starts_at for day in copy.days] == [summer, summer + timedelta(days=1)]
    assert [one.starts_at for one in await agenda.of(event_id=copy_id)] == [summer + timedelta(minutes=30)]
    joined = await series.by_slug(cluster_id=event.cluster_id, slug="strateegiaseminar")
    assert [one.id for one in await series.dates(series=joined, with_drafts=True)] == [event.id, copy_id]
    assert [one.id for one in await series.dates(series=joined)] == [event.id]
    with pytest.raises(Refused):
        await series.add_date(cluster=own_office.cluster, event_id=copy_id, on=date(2027, 3, 23), now=now)


async def test_one_more_date_begins_without_members_first_which_may_be_after_its_end(own_office: Office, now: datetime) -> None:
    terms = Terms(members_first_until=now + timedelta(days=20), members_move_first=True)
    event = await events.published(cluster=own_office.cluster, now=now, terms=terms)
    copy_id = await series.add_date(cluster=own_office.cluster, event_id=event.id, on=(now + timedelta(days=10)).date(), now=now)
    copy = await programme.by_id(cluster_id=event.cluster_id, event_id=copy_id)
    assert (copy.members_first_until, copy.members_move_first) == (None, True)


async def test_two_dates_added_at_once_are_of_one_series(own_office: Office, now: datetime) -> None:
    event = await events.published(cluster=own_office.cluster, now=now)
    add = [series.add_date(cluster=own_office.cluster, event_id=event.id, on=date(2027, 2, day), now=now) for day in (2, 9)]
    ids = await asyncio.gather(*add)
    joined = {(await programme.by_id(cluster_id=event.cluster_id, event_id=one)).series_id for one in (event.id, *ids)}
    assert len(joined) == 1


async def test_a_series_is_renamed_and_left_and_gone_with_its_last_date(own_office: Office, now: datetime) -> None:
    joined, dates = await a_series(own_office, now, date(2027, 2, 2))
    await series.rename(cluster=own_office.cluster, series_id=joined.id, title={"et": " Teisipäevad\n", "xx": "no"})
    assert (await series.by_id(cluster_id=joined.cluster_id, series_id=joined.id)).title == {"et": "Teisipäevad"}
    for wrong in ({"et": " "}, {"et": "x" * 161}):
        with pytest.raises(Refused):
            await series.rename(cluster=own_office.cluster, series_id=joined.id, title=wrong)
    for event in dates:
        await series.leave(cluster_id=joined.cluster_id, event_id=event.id)
    with pytest.raises(NotFound):
        await series.by_id(cluster_id=joined.cluster_id, series_id=joined.id)


async def test_one_form_gives_each_date_its_own_seat_letter_and_entry(own_office: Office, now: datetime) -> None:
    joined, (first, second, third) = await a_series(own_office, now, date(2027, 2, 2), date(2027, 2, 9), capacity=1)
    await events.register(office=own_office, event=second, now=now, number=9)
    before = len(await events.posted())
    what = {"office": own_office, "joined": joined, "network": "198.51.100.1", "now": now}
    await several.register(event_ids=[third.id, second.id, first.id], form=events.form(1), **what)  # type: ignore[arg-type]
    letters = (await events.posted())[before:]
    assert [(one.address, one.method) for one in letters] == [
        ("mari1@example.org", "REQUEST"),
        ("mari1@example.org", None),
        ("mari1@example.org", "REQUEST"),
    ]
    assert letters[0].property("UID") != letters[2].property("UID")


async def test_no_date_and_dates_that_cannot_be_had_are_refused_and_nothing_is_written(own_office: Office, now: datetime) -> None:
    joined, (first, second) = await a_series(own_office, now, date(2027, 2, 2))
    await item(own_office, second, is_chosen=True)  # that one asks more: it is registered for on its own page
    foreign = await events.published(cluster=await factories.cluster(now=now, slug="kotor"), now=now)
    what = {"office": own_office, "joined": joined, "form": events.form(1), "network": "198.51.100.1", "now": now}
    for wrong in ([], [first.id, second.id], [first.id, foreign.id], [10**15]):
        with pytest.raises(Refused) as refused:
            await several.register(event_ids=wrong, **what)  # type: ignore[arg-type]
        assert refused.value.problem.field == "dates"
    assert await events.posted() == []


async def test_a_form_for_two_dates_and_an_answer_about_the_second_never_wait_for_each_other(own_office: Office, now: datetime) -> None:
    joined, dates = await a_series(own_office, now, date(2027, 2, 2))
    who: dict[str, Any] = {"cluster_id": joined.cluster_id, "address": "mari1@example.org"}
    await suppressions.add(**who, scope=suppressions.ALL, reason="bounce: 5.1.1", now=now)
    what = {"office": own_office, "joined": joined, "form": events.form(1), "network": "198.51.100.1", "now": now}
    await meet(
        first=lambda: programme.locked(cluster_id=joined.cluster_id, event_id=max(event.id for event in dates)),
        other=lambda: several.register(event_ids=[event.id for event in dates], **what),  # type: ignore[arg-type]
        then=lambda: suppressions.revive(**who),
    )
    assert len(await events.posted()) == 2


async def test_the_letters_of_all_dates_are_tried_where_earlier_mail_came_back(own_office: Office, now: datetime) -> None:
    joined, dates = await a_series(own_office, now, date(2027, 2, 2))
    await suppressions.add(
        cluster_id=joined.cluster_id, address="mari1@example.org", scope=suppressions.ALL, reason="bounce: 5.1.1", now=now
    )
    what = {"office": own_office, "joined": joined, "form": events.form(1), "network": "198.51.100.1", "now": now}
    await several.register(event_ids=[event.id for event in dates], **what)  # type: ignore[arg-type]
    assert len((await claimed(kind=Kind.SERVICE, now=now)).copies) == 2


async def test_forms_for_the_same_dates_at_once_all_come_through(own_office: Office, now: datetime) -> None:
    joined, dates = await a_series(own_office, now, date(2027, 2, 2), capacity=2)
    ids = [event.id for event in dates]
    await asyncio.gather(
        *(
            several.register(
                office=own_office, joined=joined, event_ids=ids[:: (-1) ** number], form=events.form(number), network=f"n{number}", now=now
            )
            for number in range(1, 5)
        )
    )
    assert [event.seats_taken for event in await series.dates(series=joined)] == [2, 2]
    assert len(await events.posted()) == 8
