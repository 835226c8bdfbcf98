"""In the room and online: two counters, one event."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from service.errors import Refused
from service.events import changes, facts, modes, programme, registration
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.terms import Mode, Terms
from tests.support import events
from tests.support.admission import number, positions, taken

URL = "https://meet.example.org/seminar"


async def hybrid(office: Office, now: datetime, room: int | None = 1, online: int | None = 1) -> Occasion:
    """An event that people can also watch."""
    terms = Terms(is_hybrid=True, online_capacity=online)
    return await events.published(cluster=office.cluster, now=now, capacity=room, online_url=URL, terms=terms)


async def register(office: Office, event: Occasion, now: datetime, who: int, mode: Mode) -> None:
    """Somebody chooses."""
    await events.register(office=office, event=event, now=now, number=who, mode=mode)


async def change(office: Office, event: Occasion, now: datetime, who: int, mode: Mode) -> None:
    """Somebody chooses otherwise."""
    one = await number(event, who)
    await modes.change(office=office, event_id=event.id, registration_id=one.id, mode=mode, now=now)


async def test_each_mode_has_its_own_seats_and_line(office: Office, now: datetime) -> None:
    event = await hybrid(office, now)
    for who, mode in enumerate((Mode.ROOM, Mode.ROOM, Mode.ONLINE, Mode.ONLINE), start=1):
        await register(office, event, now, who, mode)
    assert (await positions(event, Standing.SEATED), await positions(event, Standing.WAITLISTED)) == ([1, 3], [2, 4])
    assert await taken(event) == (1, 1)


async def test_the_calendar_shows_the_place_in_the_room_and_the_link_online(office: Office, now: datetime) -> None:
    event = await hybrid(office, now)
    await register(office, event, now, 1, Mode.ROOM)
    await register(office, event, now, 2, Mode.ONLINE)
    room, online = await events.posted()
    assert ("Vaba Lava" in room.calendar, URL in room.calendar, URL in room.text) == (True, False, False)
    assert ("Vaba Lava" in online.calendar, URL in online.property("CONFERENCE"), URL in online.text) == (False, True, True)


async def test_changing_the_mode_moves_the_seat_the_entry_and_the_line(office: Office, now: datetime) -> None:
    event = await hybrid(office, now, room=1, online=None)
    for who in (1, 2):
        await register(office, event, now, who, Mode.ROOM)
    await change(office, event, now, 1, Mode.ONLINE)
    assert (await positions(event, Standing.SEATED), await taken(event)) == ([1, 2], (1, 1))
    moved = next(letter for letter in (await events.posted())[2:] if letter.address == "mari1@example.org")
    assert (moved.method, moved.sequence, URL in moved.calendar) == ("REQUEST", 1, True)


async def test_the_other_mode_being_full_is_refused_and_nothing_is_lost(office: Office, now: datetime) -> None:
    event = await hybrid(office, now)
    await register(office, event, now, 1, Mode.ROOM)
    await register(office, event, now, 2, Mode.ONLINE)
    with pytest.raises(Refused, match="room are taken"):
        await change(office, event, now, 2, Mode.ROOM)
    assert ((await number(event, 2)).mode, await taken(event)) == (Mode.ONLINE, (1, 1))


async def test_whoever_waits_for_the_room_can_come_online_at_once(office: Office, now: datetime) -> None:
    event = await hybrid(office, now)
    for who in (1, 2):
        await register(office, event, now, who, Mode.ROOM)
    await change(office, event, now, 2, Mode.ONLINE)
    assert ((await number(event, 2)).state, await taken(event)) == (Standing.SEATED, (1, 1))


async def test_ten_at_once_from_online_into_the_room_never_overbook_it(office: Office, now: datetime) -> None:
    event = await hybrid(office, now, room=3, online=10)
    for who in range(10):
        await register(office, event, now, who, Mode.ONLINE)
    await asyncio.gather(*(change(office, event, now, who, Mode.ROOM) for who in range(10)), return_exceptions=True)
    assert await taken(event) == (3, 7)


@pytest.mark.parametrize("wanted", [{"is_hybrid": False}, {"is_hybrid": True, "online_capacity": 1}])
async def test_online_seats_that_are_taken_stay(office: Office, now: datetime, wanted: dict[str, Any]) -> None:
    event = await hybrid(office, now, online=2)
    for who in (1, 2):
        await register(office, event, now, who, Mode.ONLINE)
    fresh = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    fewer = replace(facts.of(fresh), terms=Terms(**wanted))
    with pytest.raises(Refused) as refused:
        await changes.edit(office=office, event_id=event.id, facts=fewer, version=fresh.version, announced=True, now=now)
    assert (refused.value.problem.field, "Mari Maasikas 2" in str(refused.value.problem.values["names"])) == ("online_capacity", True)


async def test_where_there_is_nothing_to_choose_a_mode_is_ignored(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, online_url=URL)
    await register(office, event, now, 1, Mode.ONLINE)
    assert ((await number(event, 1)).mode, await taken(event)) == (Mode.ROOM, (1, 0))
    with pytest.raises(Refused):
        await change(office, event, now, 1, Mode.ONLINE)


async def test_whoever_waits_for_a_place_online_waits_for_the_room_once_there_is_no_choice(office: Office, now: datetime) -> None:
    terms = Terms(is_hybrid=True, organisation_limit=1)
    event = await events.published(cluster=office.cluster, now=now, capacity=2, online_url=URL, terms=terms)
    for who, mode in enumerate((Mode.ROOM, Mode.ONLINE, Mode.ONLINE), start=1):
        await register(office, event, now, who, mode)
    fresh = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    plain = replace(facts.of(fresh), terms=Terms(organisation_limit=1))
    await changes.edit(office=office, event_id=event.id, facts=plain, version=fresh.version, announced=True, now=now)
    first = await number(event, 1)
    await registration.cancel(office=office, event_id=event.id, registration_id=first.id, by="attendee", now=now)
    assert (await positions(event, Standing.SEATED), await positions(event, Standing.WAITLISTED)) == ([2], [3])
    assert ((await number(event, 2)).mode, await taken(event)) == (Mode.ROOM, (1, 0))


async def test_who_waits_online_hears_of_no_room_until_there_is_nothing_else(office: Office, now: datetime) -> None:
    terms = Terms(by_approval=True, is_hybrid=True, online_capacity=5)
    event = await events.published(cluster=office.cluster, now=now, terms=terms, capacity=5)
    for who, mode in enumerate((Mode.ROOM, Mode.ONLINE)):
        await register(office, event, now, who, mode)
    steps: list[tuple[dict[str, Any], str]] = [({"place_name": "Kreenholm"}, "mari0"), ({"terms": Terms(by_approval=True)}, "mari1")]
    for values, told in steps:
        sent = max(letter.id for letter in await events.posted())
        current = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
        wanted = replace(facts.of(current), **values)
        done = await changes.edit(office=office, event_id=event.id, facts=wanted, version=current.version, announced=True, now=now)
        letters = await events.posted(after=sent)
        assert [letter.address for letter in letters] == [f"{told}@example.org"] == [one.address for one in done.waiting]
        assert letters[0].subject == "Uus koht: Strateegiaseminar"
