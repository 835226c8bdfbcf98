"""A published event changes: who is told, with which SEQUENCE, and what is foreseen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.clusters import directory
from service.errors import Refused, Stale
from service.events import changes, facts, programme, publishing, registrants, registration
from service.events.capacity import Standing
from service.events.facts import DayFacts, Facts
from service.events.occasion import Occasion
from service.events.office import Office
from service.persistence.engine import connection
from tests.support import events


async def _edit(office: Office, event: Occasion, now: datetime, *, announced: bool = True, **values: object) -> changes.Forecast:
    current = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    changed = replace(facts.of(current), **values)  # type: ignore[arg-type]
    return await changes.edit(
        office=office, event_id=event.id, facts=changed, version=current.version, announced=announced, now=now, actor_id=1
    )


def _later(event: Facts | Occasion, by: timedelta) -> tuple[DayFacts, ...]:
    return tuple(DayFacts(day.starts_at + by, day.ends_at + by, day.title, day.place, day.id) for day in event.days)


async def _full(office: Office, now: datetime, people: int = 3, **values: object) -> Occasion:
    event = await events.published(cluster=office.cluster, now=now, **values)
    for number in range(people):
        await events.register(office=office, event=event, now=now, number=number, language=("et", "ru")[number % 2])
    return event


async def test_another_time_is_one_update_for_everybody_with_a_seat(office: Office, now: datetime) -> None:
    event = await _full(office, now)
    await _edit(office, event, now, days=_later(event, timedelta(hours=1)))
    letters = await events.posted()
    before, updates = letters[:3], letters[3:]
    assert [letter.sequence for letter in updates] == [1, 1, 1]
    assert {letter.method for letter in updates} == {"REQUEST"}
    for same in ("UID", "ORGANIZER"):
        assert {letter.property(same) for letter in updates} == {letter.property(same) for letter in before}
    assert {letter.property("DTSTART") for letter in updates} == {"20261222T120000"}


async def test_a_date_that_is_moved_into_the_past_by_mistake_and_put_right_is_followed_by_calendars_both_times(
    office: Office, now: datetime
) -> None:
    event = await _full(office, now, people=2, capacity=1)
    for year, by in (("2025", -timedelta(days=365)), ("2026", timedelta(days=365))):
        current = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
        await _edit(office, event, now, days=_later(current, by))
        seated, waiting = (await events.posted())[-2:]
        assert (seated.method, seated.property("DTSTART")) == ("REQUEST", f"{year}1222T110000")
        assert waiting.method is None
    past = await _edit(office, event, now, days=_later(event, -timedelta(days=365)))
    assert (await _edit(office, event, now, days=_later(past.after, timedelta(hours=1)))).letters == 0


async def test_a_new_text_sends_nothing(office: Office, now: datetime) -> None:
    event = await _full(office, now)
    forecast = await _edit(office, event, now, announced=False, summary={"et": "Uus"}, closes_at=now + timedelta(days=3))
    assert forecast.letters == 0
    assert len(await events.posted()) == 3


async def test_a_title_in_one_language_updates_only_its_readers(office: Office, now: datetime) -> None:
    event = await _full(office, now)
    await _edit(office, event, now, title={**event.title, "ru": "Стратегический семинар"})
    assert [letter.language for letter in (await events.posted())[3:]] == ["ru"]


async def test_moved_and_moved_back_is_two_updates_with_rising_sequence(office: Office, now: datetime) -> None:
    event = await _full(office, now, people=1)
    await _edit(office, event, now, days=_later(event, timedelta(hours=1)))
    current = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    await _edit(office, event, now, days=_later(current, timedelta(hours=-1)))
    first, moved, back = await events.posted()
    assert [letter.sequence for letter in (first, moved, back)] == [0, 1, 2]
    assert back.property("DTSTART") == first.property("DTSTART") != moved.property("DTSTART")


async def test_what_is_foreseen_is_what_is_sent_and_seeing_changes_nothing(office: Office, now: datetime) -> None:
    made = await _full(office, now)
    event = await programme.by_id(cluster_id=made.cluster_id, event_id=made.id)
    moved = replace(facts.of(event), days=_later(event, timedelta(days=1)))
    forecast = await changes.foresee(office=office, event_id=event.id, facts=moved, version=event.version, now=now)
    assert forecast.letters == len(forecast.updated) == 3
    assert len(await events.posted()) == 3
    assert await programme.by_id(cluster_id=event.cluster_id, event_id=event.id) == event
    await changes.edit(office=office, event_id=event.id, facts=moved, version=event.version, announced=True, now=now)
    assert len(await events.posted()) == 6


async def test_letters_that_nobody_was_shown_are_not_sent(office: Office, now: datetime) -> None:
    event = await _full(office, now)
    with pytest.raises(Stale):
        await _edit(office, event, now, announced=False, place_name="Mujal")
    assert len(await events.posted()) == 3
    assert (await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)).place_name == "Vaba Lava"


async def test_more_seats_move_the_waitlist_up_in_order(office: Office, now: datetime) -> None:
    event = await _full(office, now, people=5, capacity=2)
    forecast = await _edit(office, event, now, capacity=4)
    assert forecast.moved
    assert len(forecast.moved.people) == 2
    assert [one.position for one in await registrants.standing(event_id=event.id, state=Standing.SEATED)] == [1, 2, 3, 4]
    assert {letter.address for letter in (await events.posted())[5:]} == {"mari2@example.org", "mari3@example.org"}


async def test_no_limit_any_more_moves_everybody_up(office: Office, now: datetime) -> None:
    event = await _full(office, now, people=5, capacity=2)
    await _edit(office, event, now, capacity=None)
    assert (await registrants.counts(event_id=event.id)).seated == 5


async def test_fewer_seats_than_taken_are_refused_with_the_names_it_would_hit(office: Office, now: datetime) -> None:
    event = await _full(office, now, people=3, capacity=3)
    with pytest.raises(Refused) as refused:
        await _edit(office, event, now, capacity=2)
    assert refused.value.problem.field == "capacity"
    assert refused.value.problem.values == {"taken": 3, "capacity": 2, "names": "Mari Maasikas 2"}


async def test_a_new_date_far_away_is_a_new_entry_and_one_taken_away_is_cancelled(office: Office, now: datetime) -> None:
    event = await _full(office, now, people=1)
    far = events.day(now + timedelta(days=60))
    await _edit(office, event, now, days=(*facts.of(event).days, far))
    first, added = await events.posted()
    assert (added.method, added.sequence) == ("REQUEST", 0)
    assert added.property("UID") != first.property("UID")
    current = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    await _edit(office, event, now, days=facts.of(current).days[1:])
    (*_, cancelled) = await events.posted()
    assert (cancelled.method, cancelled.sequence, cancelled.property("UID")) == ("CANCEL", 1, first.property("UID"))


async def test_a_second_day_beside_the_first_updates_the_entry(office: Office, now: datetime) -> None:
    event = await _full(office, now, people=1)
    (only,) = facts.of(event).days
    await _edit(office, event, now, days=(only, events.day(only.starts_at + timedelta(days=1))))
    first, update = await events.posted()
    assert (update.sequence, update.property("UID")) == (1, first.property("UID"))
    assert update.property("RRULE") == "FREQ=DAILY;COUNT=2"


async def test_two_people_with_one_address_both_get_the_update(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    for name in ("Mari Maasikas", "Jüri Jõgi"):
        await events.register(office=office, event=event, now=now, name=name, address="koos@example.org")
    await _edit(office, event, now, place_name="Mujal")
    updates = (await events.posted())[2:]
    assert len({letter.property("UID") for letter in updates}) == 2


async def test_one_person_with_two_addresses_gets_an_update_at_each(office: Office, now: datetime) -> None:
    event = await _full(office, now, people=2)
    async with connection() as raw:  # as after an address has changed and the old one was used again
        await raw.execute("UPDATE registration SET person_id = 1")
    await _edit(office, event, now, place_name="Mujal")
    assert {letter.address for letter in (await events.posted())[2:]} == {"mari0@example.org", "mari1@example.org"}


async def test_calling_off_tells_everybody_and_empties_the_calendars(office: Office, now: datetime) -> None:
    event = await _full(office, now, people=3, capacity=2)
    told = await publishing.call_off(office=office, event_id=event.id, words={"et": "Esineja on haige.", "ru": "Докладчик болен."}, now=now)
    letters = (await events.posted())[3:]
    assert told == len(letters) == 3
    assert sorted((letter.method or "", letter.address) for letter in letters) == [
        ("", "mari2@example.org"),
        ("CANCEL", "mari0@example.org"),
        ("CANCEL", "mari1@example.org"),
    ]
    assert {letter.sequence for letter in letters if letter.method} == {1}
    assert all(("болен" if letter.language == "ru" else "haige") in letter.text for letter in letters)
    with pytest.raises(Refused):
        await events.register(office=office, event=event, now=now, number=9)


async def test_who_edits_an_old_version_is_told(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    edit = changes.edit
    await edit(office=office, event_id=event.id, facts=facts.of(event), version=event.version, announced=True, now=now)
    with pytest.raises(Stale):
        await edit(office=office, event_id=event.id, facts=facts.of(event), version=event.version, announced=True, now=now)


async def test_a_move_while_people_register_and_cancel_leaves_every_calendar_right(office: Office, now: datetime) -> None:
    event = await _full(office, now, people=6, capacity=6)
    seated = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    await asyncio.gather(
        _edit(office, event, now, days=_later(event, timedelta(hours=3))),
        *(events.register(office=office, event=event, now=now, number=number) for number in range(10, 16)),
        *(registration.cancel(office=office, event_id=event.id, registration_id=one.id, by="attendee", now=now) for one in seated[:3]),
    )
    calendars = _calendars(await events.posted())
    entries = {address for address, shown in calendars.items() if shown}
    assert entries == {one.address for one in await registrants.standing(event_id=event.id, state=Standing.SEATED)}
    assert {shown for shown in calendars.values() if shown} == {"20261222T140000"}


def _calendars(letters: list[events.Posted]) -> dict[str, str]:
    """What each person's calendar shows after the letters: a client that believes only a higher SEQUENCE of one UID."""
    seen: dict[str, tuple[int, str, str]] = {}
    for letter in letters:
        if letter.method and letter.sequence > seen.get(letter.property("UID"), (-1, "", ""))[0]:
            starts = letter.property("DTSTART") if letter.method == "REQUEST" else ""
            seen[letter.property("UID")] = (letter.sequence, letter.address, starts)
    return {address: starts for _, address, starts in sorted(seen.values(), key=lambda one: one[2])}


async def test_what_is_one_line_stays_one_line(office: Office, now: datetime) -> None:
    event = await events.draft(cluster=office.cluster, now=now, title={"et": "Tere\r\nBcc: x"}, place_name="Vaba\nLava")
    assert (event.title, event.place_name) == ({"et": "Tere Bcc: x"}, "Vaba Lava")


async def test_people_who_wait_are_told_of_a_new_time_or_place_and_of_nothing_else(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1)
    for number in (1, 2, 3):
        await events.register(office=office, event=event, now=now, number=number)
    moved = replace(facts.of(event), place_name="Kreenholm", place_address="Joala 23")
    forecast = await changes.foresee(office=office, event_id=event.id, facts=moved, version=event.version, now=now)
    assert (len(forecast.updated), len(forecast.waiting), forecast.letters) == (1, 2, 3)
    done = await changes.edit(office=office, event_id=event.id, facts=moved, version=event.version, announced=True, now=now)
    told = (await events.posted())[-2:]
    assert [(one.address, one.subject, one.method) for one in told] == [
        ("mari2@example.org", "Uus koht: Strateegiaseminar", None),
        ("mari3@example.org", "Uus koht: Strateegiaseminar", None),
    ]
    assert (await events.expiries())[-1] == event.starts_at
    renamed = replace(facts.of(done.after), title={"et": "Teine nimi"}, summary={"et": "Muu"})
    assert not (await changes.foresee(office=office, event_id=event.id, facts=renamed, version=done.after.version, now=now)).waiting


async def test_whoever_moves_up_with_the_change_is_not_told_that_they_wait(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1)
    for number in (1, 2, 3):
        await events.register(office=office, event=event, now=now, number=number)
    bigger = replace(facts.of(event), place_name="Kreenholm", capacity=2)
    forecast = await changes.foresee(office=office, event_id=event.id, facts=bigger, version=event.version, now=now)
    assert forecast.moved
    assert (len(forecast.moved.people), [one.address for one in forecast.waiting]) == (1, ["mari3@example.org"])


async def test_whoever_reads_a_language_that_the_cluster_has_given_up_is_told_in_it_and_led_to_pages_that_there_are(
    office: Office, now: datetime
) -> None:
    event = await _full(office, now, people=4, capacity=2)
    async with connection() as raw:
        await raw.execute("UPDATE cluster SET languages = '{et,en}'")
    office = replace(office, cluster=await directory.by_id(cluster_id=office.cluster.id))
    await _edit(office, event, now, days=_later(event, timedelta(hours=1)), place_name="Rohelises saalis", capacity=3)
    await publishing.call_off(office=office, event_id=event.id, words={"et": "Vabandust!"}, now=now)
    letters = [letter for letter in (await events.posted())[4:] if letter.address in {"mari1@example.org", "mari3@example.org"}]
    assert {letter.language for letter in letters} == {"ru"}
    assert sorted(letter.method or "" for letter in letters) == ["", "", "CANCEL", "REQUEST"]
    assert all("/loomeklaster/ru" not in letter.text + letter.calendar for letter in letters)
