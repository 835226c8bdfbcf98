"""What stands in an attendee's calendar after all the letters: exactly what a person would expect."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.errors import NotFound
from service.events import approving, attending, changes, facts, programme, publishing, registrants, registration
from service.events.facts import DayFacts
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.terms import Terms
from tests.support import events
from tests.support.calendar_client import Client, Shown

MARI = "mari1@example.org"


async def edit(office: Office, event: Occasion, now: datetime, *, days: tuple[DayFacts, ...], **values: object) -> Occasion:
    """Write other days over those there are, in their order, as the form does."""
    current = await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)
    ids = (*(day.id for day in current.days), *(None for _ in days))
    facts = events.facts(now=now, days=tuple(replace(day, id=id_) for day, id_ in zip(days, ids, strict=False)), **values)
    await changes.edit(office=office, event_id=event.id, facts=facts, version=current.version, announced=True, now=now)
    return await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)


def planned(event: Occasion) -> list[Shown]:
    """The event's days as they should be seen."""
    titles = [": ".join(filter(None, (event.title["et"], day.title.get("et", "")))) for day in event.days]
    return sorted(Shown(day.starts_at, day.ends_at, title) for day, title in zip(event.days, titles, strict=True))


async def test_register_move_move_back_cancel_and_register_again(office: Office, now: datetime) -> None:
    event, client = await events.published(cluster=office.cluster, now=now), Client(MARI)
    await events.register(office=office, event=event, now=now)
    await client.fetch()
    assert client.shows() == planned(event)
    moved = await edit(office, event, now + timedelta(minutes=1), days=(events.day(now + timedelta(days=31, hours=3)),))
    await client.fetch()
    assert client.shows() == planned(moved)
    assert moved.starts_at != event.starts_at
    await edit(office, event, now + timedelta(minutes=2), days=(events.day(now + timedelta(days=30)),))
    await client.fetch()
    assert client.shows() == planned(event)
    await registration.cancel(office=office, event_id=event.id, registration_id=1, by="attendee", now=now + timedelta(minutes=3))
    await client.fetch()
    assert client.shows() == []
    await events.register(office=office, event=event, now=now + timedelta(minutes=4))
    await client.fetch()
    assert client.shows() == planned(event)


async def test_letters_that_arrive_in_another_order_or_twice_end_in_the_same(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    await events.register(office=office, event=event, now=now)
    moved = await edit(office, event, now + timedelta(minutes=1), days=(events.day(now + timedelta(days=30, hours=3)),))
    first, second = [letter.calendar for letter in await events.posted() if letter.method]
    for order in ([second, first], [first, second, first], [second, second]):
        client = Client(MARI)
        for content in order:
            client.receive(content)
        assert client.shows() == planned(moved)


async def test_calling_off_empties_the_calendar_and_two_people_with_one_address_each_have_an_entry(office: Office, now: datetime) -> None:
    event, client = await events.published(cluster=office.cluster, now=now), Client(MARI)
    await events.register(office=office, event=event, now=now)
    await events.register(office=office, event=event, now=now, number=2, address=MARI)
    await client.fetch()
    assert client.shows() == planned(event) * 2
    await registration.cancel(office=office, event_id=event.id, registration_id=2, by="attendee", now=now + timedelta(minutes=1))
    await client.fetch()
    assert client.shows() == planned(event)
    await publishing.call_off(office=office, event_id=event.id, words={}, now=now + timedelta(minutes=2))
    await client.fetch()
    assert client.shows() == []


def days(zone: str, first: date, hours: dict[int, tuple[time, float, str]]) -> tuple[DayFacts, ...]:
    """Days on the wall clock: offset from `first` → start, length in hours, title."""
    found = []
    for offset, (at, length, title) in hours.items():
        starts = datetime.combine(first + timedelta(days=offset), at, ZoneInfo(zone)).astimezone(UTC)
        found.append(DayFacts(starts, starts + timedelta(hours=length), {"et": title} if title else {}, ""))
    return tuple(found)


USUAL = (time(10), 6.0, "")
BEFORE = {0: USUAL, 1: USUAL, 2: (time(14), 3.0, "Näitus"), 4: USUAL}
AFTER = {0: USUAL, 1: (time(21), 6.0, "Öökino"), 3: USUAL, 4: (time(3, 30), 1.5, "")}


@pytest.mark.parametrize(
    ("zone", "change"),
    [("Europe/Tallinn", date(2027, 3, 28)), ("Europe/Warsaw", date(2027, 10, 31)), ("Europe/Podgorica", date(2027, 3, 28))],
)
async def test_days_over_a_change_of_the_clocks_with_gaps_and_other_hours(office: Office, now: datetime, zone: str, change: date) -> None:
    """Over two edits: days are added, taken away, given other hours, past midnight and into the hour at which the clocks change."""
    first = change - timedelta(days=2)
    event, client = await events.published(cluster=office.cluster, now=now, zone=zone, days=days(zone, first, BEFORE)), Client(MARI)
    await events.register(office=office, event=event, now=now)
    await client.fetch()
    assert client.shows() == planned(event)
    changed = await edit(office, event, now + timedelta(minutes=1), zone=zone, days=days(zone, first, AFTER))
    await client.fetch()
    assert client.shows() == planned(changed)
    again = await edit(office, event, now + timedelta(minutes=2), zone=zone, days=days(zone, first, BEFORE))
    await client.fetch()
    assert client.shows() == planned(again)


async def test_a_date_taken_out_of_two_leaves_the_other(office: Office, now: datetime) -> None:
    apart = (events.day(now + timedelta(days=30)), events.day(now + timedelta(days=50)))
    event, client = await events.published(cluster=office.cluster, now=now, days=apart), Client(MARI)
    await events.register(office=office, event=event, now=now)
    await client.fetch()
    assert client.shows() == planned(event)
    left = await edit(office, event, now + timedelta(minutes=1), days=apart[:1])
    await client.fetch()
    assert client.shows() == planned(left)


async def test_a_past_date_that_is_taken_out_is_no_file_any_more(office: Office, now: datetime) -> None:
    apart = (events.day(now + timedelta(days=10)), events.day(now + timedelta(days=50)))
    event, later = await events.published(cluster=office.cluster, now=now, days=apart), now + timedelta(days=20)
    await events.register(office=office, event=event, now=now)
    rest = replace(facts.of(event), days=facts.of(event).days[1:])
    await changes.edit(office=office, event_id=event.id, facts=rest, version=event.version, announced=True, now=later)
    _, registrant = await registrants.by_id(registration_id=1)
    own = await attending.of(cluster_id=event.cluster_id, registrant=registrant)
    past, ahead = event.entries
    assert b"BEGIN:VEVENT" in await attending.calendar(office=office, attending=own, entry_id=ahead, now=later)
    with pytest.raises(NotFound):
        await attending.calendar(office=office, attending=own, entry_id=past, now=later)


async def test_whoever_gets_a_seat_when_one_date_is_past_is_invited_to_the_other_alone(office: Office, now: datetime) -> None:
    apart = (events.day(now + timedelta(days=10)), events.day(now + timedelta(days=50)))
    event = await events.published(cluster=office.cluster, now=now, days=apart, terms=Terms(by_approval=True))
    await events.register(office=office, event=event, now=now)
    await approving.accept(office=office, event_id=event.id, registration_ids=[1], now=now + timedelta(days=20))
    client = Client(MARI)
    await client.fetch()
    assert client.shows() == planned(event)[1:]


async def test_a_day_rings_a_day_and_an_hour_before_and_days_in_a_row_an_hour(office: Office, now: datetime) -> None:
    in_a_row = tuple(events.day(now + timedelta(days=30 + number)) for number in range(3))
    for number, days_ in enumerate((in_a_row[:1], in_a_row), start=1):
        event = await events.published(cluster=office.cluster, now=now, days=days_)
        await events.register(office=office, event=event, now=now, number=number)
    rings = [[line for line in letter.calendar.split("\r\n") if line.startswith("TRIGGER")] for letter in await events.posted()]
    assert rings == [["TRIGGER:-P1D", "TRIGGER:-PT1H"], ["TRIGGER:-PT1H"]]
