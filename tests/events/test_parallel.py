"""Many at once on real PostgreSQL: never overbooked, order kept, everybody told."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from service.events import programme, registrants, registration
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.office import Office
from service.people import directory
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from tests.support import events


async def test_sixty_at_once_for_seven_seats(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=7)
    await asyncio.gather(*(events.register(office=office, event=event, now=now, number=number) for number in range(60)))
    seated = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    waiting = await registrants.standing(event_id=event.id, state=Standing.WAITLISTED)
    assert [one.position for one in seated] == list(range(1, 8))
    assert [one.position for one in waiting] == list(range(8, 61))
    letters = {letter.address: letter for letter in await events.posted()}
    assert len(letters) == 60
    assert {letters[one.address].method for one in seated} == {"REQUEST"}
    for place, one in enumerate(waiting, start=1):
        assert letters[one.address].method is None
        assert str(place) in letters[one.address].text
    assert (await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)).seats_taken == 7


async def test_two_forms_with_the_same_new_people_in_opposite_order_for_two_events_both_come_through(
    office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = [await events.published(cluster=office.cluster, now=now) for _ in range(2)]
    ensure_id = directory.ensure_id

    async def slowly(**who: Any) -> int:
        found = await ensure_id(**who)
        await asyncio.sleep(0.1)
        return found

    monkeypatch.setattr(directory, "ensure_id", slowly)

    async def bring(event: Occasion, first: int, second: int) -> None:
        forms = {"form": events.form(first), "colleagues": [events.form(second)]}
        await registration.register(office=office, event_id=event.id, network="n", now=now, **forms)  # type: ignore[arg-type]

    await asyncio.gather(bring(one, 1, 2), bring(other, 2, 1))
    assert [(await registrants.counts(event_id=event.id)).seated for event in (one, other)] == [2, 2]


async def test_the_same_person_ten_times_at_once_has_one_seat(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=7)
    await asyncio.gather(*(events.register(office=office, event=event, now=now) for _ in range(10)))
    counts = await registrants.counts(event_id=event.id)
    assert (counts.seated, counts.waitlisted) == (1, 0)
    assert [letter.method for letter in await events.posted()].count("REQUEST") == 1


async def test_five_cancel_at_once_and_the_five_next_in_line_move_up_in_order(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=10)
    for number in range(20):
        await events.register(office=office, event=event, now=now, number=number)
    leaving = (await registrants.standing(event_id=event.id, state=Standing.SEATED))[:5]
    await asyncio.gather(
        *(
            registration.cancel(office=office, event_id=event.id, registration_id=one.id, by="attendee", now=now)
            for one in leaving
            for _ in range(2)  # impatient people press twice
        )
    )
    seated = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    assert [one.position for one in seated] == list(range(6, 16))
    promoted = [letter.address for letter in await events.posted() if letter.method == "REQUEST"][10:]
    assert promoted == [f"mari{number}@example.org" for number in range(10, 15)]


async def test_registering_and_cancelling_at_once_never_overbooks_or_leaves_a_seat_empty(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=5)
    for number in range(10):
        await events.register(office=office, event=event, now=now, number=number)
    leaving = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    await asyncio.gather(
        *(registration.cancel(office=office, event_id=event.id, registration_id=one.id, by="attendee", now=now) for one in leaving),
        *(events.register(office=office, event=event, now=now, number=number) for number in range(10, 30)),
    )
    counts = await registrants.counts(event_id=event.id)
    assert (counts.seated, counts.waitlisted, counts.cancelled) == (5, 20, 5)
    seated = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    assert [one.position for one in seated] == list(range(6, 11))


async def test_a_draft_that_is_made_and_an_event_that_is_changed_never_wait_for_each_other(office: Office, now: datetime) -> None:
    event, changed = await events.published(cluster=office.cluster, now=now), asyncio.Event()

    async def make() -> None:
        await changed.wait()
        await events.draft(cluster=office.cluster, now=now)

    making = asyncio.create_task(make())
    async with transaction():
        async with connection() as raw:
            await raw.execute("UPDATE event SET version = version + 1 WHERE id = $1", event.id)  # and with it the feeds' version
        changed.set()
        await asyncio.sleep(0.3)
        await events.register(office=office, event=event, now=now)  # letters name the cluster
    await making
    assert len(await events.posted()) == 1
