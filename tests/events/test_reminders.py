"""Letters by the clock: who is reminded, once, and of what."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.events import changes, facts, programme, registrants, registration, reminders
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.terms import Mode, Terms
from tests.support import events

DAY = timedelta(days=1)


async def tick(office: Office, now: datetime) -> int:
    return await reminders.tick(links=office.links, mail_domain=office.mail_domain, now=now)


async def moved(office: Office, event: Occasion, now: datetime, **values: object) -> Occasion:
    """The event after an edit that was announced."""
    event = await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)
    changed = replace(facts.of(event), **values)  # type: ignore[arg-type]
    done = await changes.edit(office=office, event_id=event.id, facts=changed, version=event.version, announced=True, now=now)
    return done.after


@pytest.fixture
async def event(office: Office, now: datetime) -> Occasion:
    """In thirty days, one seat taken, one waiting."""
    made = await events.published(cluster=office.cluster, now=now, capacity=1)
    for number in (1, 2):
        await events.register(office=office, event=made, now=now, number=number, language="en")
    return made


async def test_people_with_a_seat_are_reminded_once_a_day_before(office: Office, event: Occasion, now: datetime) -> None:
    due = event.starts_at - DAY
    assert await tick(office, due - timedelta(seconds=1)) == 0
    assert await tick(office, due) == 1
    assert await tick(office, due + timedelta(hours=1)) == 0
    letter = (await events.posted())[-1]
    assert (letter.address, letter.subject, letter.method) == ("mari1@example.org", "Reminder: Strategy seminar", None)
    assert "Vaba Lava" in letter.text


async def test_two_workers_that_tick_at_once_send_it_once(office: Office, event: Occasion) -> None:
    sent = await asyncio.gather(*(tick(office, event.starts_at - DAY) for _ in range(4)))
    assert sum(sent) == 1


async def test_a_reminder_expires_when_it_begins_and_never_comes_later(office: Office, event: Occasion) -> None:
    assert await tick(office, event.starts_at) == 0
    await tick(office, event.starts_at - timedelta(minutes=1))
    assert (await events.expiries())[-1] == event.starts_at


async def test_whoever_registered_after_its_moment_has_the_confirmation_and_no_reminder(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    late = event.starts_at - timedelta(hours=20)
    await events.register(office=office, event=event, now=late)
    assert await tick(office, late + timedelta(minutes=1)) == 0


async def test_it_moves_with_the_date_and_never_comes_twice_for_one(office: Office, event: Occasion) -> None:
    old, later = event.days[0], event.starts_at + 7 * DAY
    assert await tick(office, event.starts_at - DAY) == 1
    soon = event.starts_at - timedelta(hours=20)
    await moved(office, event, soon, days=(events.day(later, id=old.id),))
    assert await tick(office, soon + timedelta(minutes=5)) == 0
    back = await moved(office, event, soon + timedelta(hours=1), days=(events.day(event.starts_at, id=old.id),))
    assert await tick(office, soon + timedelta(hours=2)) == 0
    await moved(office, back, soon + timedelta(hours=3), days=(events.day(later, id=old.id),))
    assert await tick(office, later - DAY) == 1
    assert await tick(office, later - timedelta(hours=1)) == 0


async def test_who_gave_the_place_back_and_an_event_called_off_are_silent(office: Office, event: Occasion, now: datetime) -> None:
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    await registration.cancel(office=office, event_id=event.id, registration_id=seated.id, by="attendee", now=now)
    await events.call_off(office=office, event=event, now=now)
    assert await tick(office, event.starts_at - DAY) == 0


@pytest.mark.parametrize("how", ["leaves", "called_off"])
async def test_a_reminder_that_still_waits_for_the_relay_is_taken_back_with_the_seat(
    office: Office, event: Occasion, now: datetime, how: str
) -> None:
    due = event.starts_at - DAY
    await tick(office, due)
    assert (await events.posted())[-1].subject.startswith("Reminder")
    if how == "leaves":
        (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
        await registration.cancel(office=office, event_id=event.id, registration_id=seated.id, by="attendee", now=due)
    else:
        await events.call_off(office=office, event=event, now=due)
    states = {one.subject.partition(":")[0]: one.state for one in await events.posted() if one.address == "mari1@example.org"}
    assert states.pop("Reminder") == "cancelled"
    assert "queued" in states.values()


async def test_what_still_waits_for_the_relay_never_tells_the_old_time_after_the_new_one(office: Office, now: datetime) -> None:
    days = tuple(events.day(now + days * DAY) for days in (30, 60))
    event = await events.published(cluster=office.cluster, now=now, days=days)
    await events.register(office=office, event=event, now=now, language="en")
    due, (first, second) = event.starts_at - DAY, facts.of(event).days
    await tick(office, due)
    await moved(office, event, due, days=(first, replace(second, place="Sillamäe")))
    told = [(one.subject.partition(":")[0], one.state, "Sillamäe" in one.text) for one in await events.posted()]
    assert told == [
        ("You are registered", "queued", False),
        ("You are registered", "queued", False),
        ("Reminder", "cancelled", False),
        ("New place", "queued", True),
    ]
    assert await tick(office, due + timedelta(minutes=5)) == 1  # its own date is as it was
    assert (await events.posted())[-1].subject.startswith("Reminder")
    assert await tick(office, due + timedelta(minutes=10)) == 0


async def test_an_offer_that_still_waits_is_made_for_the_new_time(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1, terms=Terms(confirm_hours=48))
    for number in (1, 2, 3):
        await events.register(office=office, event=event, now=now, number=number, language="en")
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    await registration.cancel(office=office, event_id=event.id, registration_id=seated.id, by="attendee", now=now)
    sent = max(letter.id for letter in await events.posted())
    await moved(office, event, now, place_name="Kreenholm")
    subjects = {one.address: one.subject for one in await events.posted(after=sent)}
    assert subjects == {
        "mari2@example.org": next(one.subject for one in await events.posted() if one.id == sent),
        "mari3@example.org": "New place: Strategy seminar",
    }


async def test_the_link_goes_to_people_with_a_seat_an_hour_before(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1, online_url="https://meet.example.org/a?b=1")
    for number in (1, 2):
        await events.register(office=office, event=event, now=now, number=number, language="en")
    await tick(office, event.starts_at - DAY)
    assert "https://meet.example.org/a?b=1" in (await events.posted())[-1].text
    assert await tick(office, event.starts_at - timedelta(hours=1)) == 1
    letter = (await events.posted())[-1]
    assert letter.address == "mari1@example.org"
    assert letter.subject == "Join online: Strategy seminar"
    assert "https://meet.example.org/a?b=1" in letter.text
    assert (await events.expiries())[-1] == event.ends_at
    assert not [one for one in await events.posted() if one.address == "mari2@example.org" and "meet.example.org" in one.text]


async def test_in_a_hybrid_event_the_link_goes_to_those_who_come_online(office: Office, now: datetime) -> None:
    terms = Terms(is_hybrid=True, online_capacity=5)
    event = await events.published(cluster=office.cluster, now=now, online_url="https://meet.example.org/a", terms=terms)
    for number, mode in enumerate((Mode.ROOM, Mode.ONLINE), start=1):
        await events.register(office=office, event=event, now=now, number=number, language="en", mode=mode)
    soon = event.starts_at - timedelta(hours=1)
    await tick(office, soon)
    by_address = {one.address: one for one in await events.posted()}
    assert by_address["mari2@example.org"].subject.startswith("Join online")
    assert not [one for one in await events.posted() if one.address == "mari1@example.org" and "meet.example.org" in one.text]
    assert await tick(office, soon) == 0


async def test_a_link_that_changes_after_it_was_sent_is_sent_again(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, online_url="https://meet.example.org/old")
    await events.register(office=office, event=event, now=now, language="en")
    soon = event.starts_at - timedelta(minutes=50)
    await tick(office, soon)
    await moved(office, event, soon, online_url="https://meet.example.org/new")
    letter = (await events.posted())[-1]
    assert letter.subject == "New link: Strategy seminar"
    assert "https://meet.example.org/new" in letter.text
    assert await tick(office, soon + timedelta(minutes=1)) == 0


async def test_one_events_trouble_does_not_keep_the_others_back(
    office: Office, event: Occasion, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await events.published(cluster=office.cluster, now=now)
    await events.register(office=office, event=other, now=now, number=3)
    tell = reminders.tell

    async def stumbles(*, event: Occasion, **rest: object) -> int:
        if event.id != other.id:
            raise RuntimeError("trouble")
        return await tell(event=event, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(reminders, "tell", stumbles)
    assert await tick(office, event.starts_at - DAY) == 1
    monkeypatch.undo()
    assert await tick(office, event.starts_at - DAY) == 1
