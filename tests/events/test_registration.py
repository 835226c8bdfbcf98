"""Registering and giving the place back: seats, letters, calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.errors import NotFound, Refused, TooMany
from service.events import programme, registrants, registration
from service.events.capacity import Standing
from service.events.lifecycle import Act
from service.events.office import Office
from service.events.publishing import decide
from service.people import directory
from tests.support import events, factories


async def test_a_free_seat_is_taken_and_confirmed_with_an_invitation(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=5)
    await events.register(office=office, event=event, now=now)
    (letter,) = await events.posted()
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    assert (letter.address, letter.method, letter.language) == ("mari1@example.org", "REQUEST", "et")
    assert letter.sequence == 0
    assert "mailto:mari1@example.org" in letter.calendar
    assert 'CN="Mari Maasikas 1"' in letter.calendar
    assert letter.property("SUMMARY") == "Strateegiaseminar"
    assert letter.property("ORGANIZER").startswith("mailto:reply+")
    assert office.links.registration(registration_id=seated.id) in letter.text
    assert (await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)).seats_taken == 1


async def test_a_full_event_gives_a_place_in_line_and_nothing_for_the_calendar(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1)
    for number in (1, 2, 3):
        await events.register(office=office, event=event, now=now, number=number)
    third = (await events.posted())[-1]
    waiting = await registrants.standing(event_id=event.id, state=Standing.WAITLISTED)
    assert [one.address for one in waiting] == ["mari2@example.org", "mari3@example.org"]
    assert (third.method, third.calendar) == (None, "")
    assert "2" in third.text


async def test_the_same_person_again_gets_the_link_and_no_second_seat(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=5)
    await events.register(office=office, event=event, now=now)
    await events.register(office=office, event=event, now=now, name="mari  MAASIKAS 1", address="Mari1@EXAMPLE.org")
    first, again = await events.posted()
    assert (await registrants.counts(event_id=event.id)).seated == 1
    assert again.method is None
    assert again.address == first.address


async def test_two_people_who_share_an_address_each_get_a_seat(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=5)
    for name in ("Mari Maasikas", "Jüri Jõgi"):
        await events.register(office=office, event=event, now=now, name=name, address="koos@example.org")
    mari, jyri = await events.posted()
    assert (await registrants.counts(event_id=event.id)).seated == 2
    assert mari.property("UID") != jyri.property("UID")


async def test_a_form_never_changes_a_persons_record(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    person = await factories.person(cluster=office.cluster, now=now, address="mari1@example.org", name="Mari Maasikas", language="ru")
    await events.register(office=office, event=event, now=now, name="Keegi Teine", language="en")
    found = await directory.find(cluster_id=office.cluster.id, address="mari1@example.org")
    assert found is not None
    assert (found.id, found.name, found.language) == (person.id, "Mari Maasikas", "ru")


async def test_nobody_registers_after_the_deadline(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, closes_at=now + timedelta(days=1))
    with pytest.raises(Refused, match="closed"):
        await events.register(office=office, event=event, now=now + timedelta(days=1))
    assert await events.posted() == []


async def test_nobody_registers_before_the_opening(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, opens_at=now + timedelta(days=1))
    with pytest.raises(Refused, match="not opened"):
        await events.register(office=office, event=event, now=now)


async def test_nobody_registers_once_it_has_begun_or_for_a_draft(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    draft = await events.draft(cluster=office.cluster, now=now)
    with pytest.raises(Refused):
        await events.register(office=office, event=event, now=event.starts_at)
    with pytest.raises(Refused):
        await events.register(office=office, event=draft, now=now)


async def test_an_event_of_another_cluster_is_not_there(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    other = replace(office, cluster=await factories.cluster(now=now, slug="kotor", languages=["cnr", "en"]))
    with pytest.raises(NotFound):
        await events.register(office=other, event=event, now=now)


async def test_every_problem_of_a_form_is_named_at_once(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    with pytest.raises(Refused) as refused:
        await events.register(office=office, event=event, now=now, name="http://win.example.com", address="mari@", organisation="x" * 300)
    assert {problem.field for problem in refused.value.problems} == {"name", "address", "organisation"}


async def test_one_address_cannot_be_flooded_with_letters(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    everybody = [events.form(number, address="mari@example.org") for number in range(20)]
    await registration.register(office=office, event_id=event.id, form=everybody[0], colleagues=everybody[1:], network="one net", now=now)
    with pytest.raises(TooMany):
        await registration.register(
            office=office, event_id=event.id, form=events.form(20, address="mari@example.org"), network="another net", now=now
        )
    assert len(await events.posted()) == 20


async def test_one_network_cannot_fill_an_event_but_brings_a_school(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    for first in range(0, 120, 20):
        everybody = [events.form(number) for number in range(first, first + 20)]
        await registration.register(
            office=office, event_id=event.id, form=everybody[0], colleagues=everybody[1:], network="198.51.100.7", now=now
        )
    assert (await registrants.counts(event_id=event.id)).seated == 120
    with pytest.raises(TooMany):
        await registration.register(office=office, event_id=event.id, form=events.form(121), network="198.51.100.7", now=now)


async def test_giving_a_place_back_cancels_the_calendar_entry_with_a_higher_sequence(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=5)
    await events.register(office=office, event=event, now=now)
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    await registration.cancel(office=office, event_id=event.id, registration_id=seated.id, by="attendee", now=now)
    request, cancel = await events.posted()
    assert (cancel.method, cancel.sequence, cancel.property("METHOD"), cancel.property("STATUS")) == ("CANCEL", 1, "CANCEL", "CANCELLED")
    for same in ("UID", "ORGANIZER", "ATTENDEE"):
        assert cancel.property(same) == request.property(same)
    assert (await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)).seats_taken == 0


async def test_an_invitation_that_still_waits_is_taken_back_by_its_cancellation(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    for number in (1, 2):
        await events.register(office=office, event=event, now=now, number=number)
    seated, _ = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    await registration.cancel(office=office, event_id=event.id, registration_id=seated.id, by="coordinator", now=now, actor_id=1)
    states = [(letter.address, letter.method, letter.state) for letter in await events.posted()]
    assert states == [
        ("mari1@example.org", "REQUEST", "cancelled"),
        ("mari2@example.org", "REQUEST", "queued"),
        ("mari1@example.org", "CANCEL", "queued"),
    ]


async def test_giving_it_back_twice_changes_nothing_and_sends_nothing(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1)
    for number in (1, 2):
        await events.register(office=office, event=event, now=now, number=number)
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    for _ in range(2):
        await registration.cancel(office=office, event_id=event.id, registration_id=seated.id, by="attendee", now=now)
    assert len(await events.posted()) == 4  # confirmed, waitlisted, cancelled, promoted
    assert (await registrants.counts(event_id=event.id)).seated == 1


async def test_the_next_in_line_moves_up_with_an_invitation(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1)
    for number in (1, 2, 3):
        await events.register(office=office, event=event, now=now, number=number)
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    await registration.cancel(office=office, event_id=event.id, registration_id=seated.id, by="attendee", now=now)
    promoted = (await events.posted())[-1]
    assert (promoted.address, promoted.method, promoted.sequence) == ("mari2@example.org", "REQUEST", 0)
    assert [one.address for one in await registrants.standing(event_id=event.id, state=Standing.SEATED)] == ["mari2@example.org"]


async def test_a_promoted_person_cancels_and_the_third_moves_up(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1)
    for number in (1, 2, 3):
        await events.register(office=office, event=event, now=now, number=number)
    for expected in ("mari2@example.org", "mari3@example.org"):
        (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
        await registration.cancel(office=office, event_id=event.id, registration_id=seated.id, by="attendee", now=now)
        assert [one.address for one in await registrants.standing(event_id=event.id, state=Standing.SEATED)] == [expected]


async def test_a_seat_freed_after_the_deadline_still_goes_to_the_waitlist(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1, closes_at=now + timedelta(days=1))
    for number in (1, 2):
        await events.register(office=office, event=event, now=now, number=number)
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    await decide(cluster=office.cluster, event_id=event.id, act=Act.CLOSE, now=now)
    await registration.cancel(office=office, event_id=event.id, registration_id=seated.id, by="attendee", now=now + timedelta(days=2))
    assert [one.address for one in await registrants.standing(event_id=event.id, state=Standing.SEATED)] == ["mari2@example.org"]


async def test_nobody_moves_up_once_the_event_has_begun(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1)
    for number in (1, 2):
        await events.register(office=office, event=event, now=now, number=number)
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    await registration.cancel(office=office, event_id=event.id, registration_id=seated.id, by="attendee", now=event.starts_at)
    assert (await registrants.counts(event_id=event.id)).seated == 0


async def test_a_waitlisted_person_leaves_the_line_by_a_plain_letter(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1)
    for number in (1, 2, 3):
        await events.register(office=office, event=event, now=now, number=number)
    second, third = await registrants.standing(event_id=event.id, state=Standing.WAITLISTED)
    await registration.cancel(office=office, event_id=event.id, registration_id=second.id, by="attendee", now=now)
    assert (await events.posted())[-1].method is None
    assert await registrants.place_in_line(event_id=event.id, registration_id=third.id) == 1


async def test_who_registers_again_after_cancelling_gets_a_new_entry(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    await events.register(office=office, event=event, now=now)
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    await registration.cancel(office=office, event_id=event.id, registration_id=seated.id, by="attendee", now=now)
    await events.register(office=office, event=event, now=now)
    first, _, again = await events.posted()
    assert (again.method, again.sequence) == ("REQUEST", 0)
    assert again.property("UID") != first.property("UID")


async def test_a_registration_of_another_event_cannot_be_cancelled_through_this_one(office: Office, now: datetime) -> None:
    event, other = [await events.published(cluster=office.cluster, now=now) for _ in range(2)]
    await events.register(office=office, event=event, now=now)
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    with pytest.raises(NotFound):
        await registration.cancel(office=office, event_id=other.id, registration_id=seated.id, by="coordinator", now=now, actor_id=1)


async def test_a_coordinator_adds_somebody_after_the_deadline_but_not_twice(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, closes_at=now + timedelta(days=1))
    later = now + timedelta(days=2)
    added = await registration.add(office=office, event_id=event.id, form=events.form(consent_words=""), actor_id=3, now=later)
    assert (added.state, added.registered_by) == (Standing.SEATED, 3)
    with pytest.raises(Refused, match="already"):
        await registration.add(office=office, event_id=event.id, form=events.form(consent_words=""), actor_id=3, now=later)


async def test_dates_far_apart_are_an_entry_and_a_letter_each(office: Office, now: datetime) -> None:
    series = tuple(events.day(now + timedelta(days=days)) for days in (10, 11, 31))
    event = await events.published(cluster=office.cluster, now=now, days=series)
    await events.register(office=office, event=event, now=now)
    first, second = await events.posted()
    assert first.property("RRULE") == "FREQ=DAILY;COUNT=2"
    assert "RRULE" not in second.calendar
    assert first.property("UID") != second.property("UID")
