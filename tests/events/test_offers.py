"""Seats that come free: given at once, or offered with a time to confirm. The bugs that other systems had."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.errors import Refused
from service.events import changes, facts, offers, programme, publishing, registration, waitlist
from service.events.capacity import Standing
from service.events.lifecycle import Act
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.events.terms import Terms
from service.persistence.transaction import transaction
from tests.support import events
from tests.support.admission import number, positions, taken

ASKED = Terms(confirm_hours=24)


async def full(office: Office, now: datetime, *, people: int = 3, capacity: int = 1, terms: Terms = ASKED) -> Occasion:
    """An event with everybody registered in the order of their numbers."""
    event = await events.published(cluster=office.cluster, now=now, capacity=capacity, terms=terms)
    for who in range(1, people + 1):
        await events.register(office=office, event=event, now=now, number=who)
    return event


async def cancel(office: Office, event: Occasion, who: int, now: datetime) -> None:
    """Somebody gives the place back."""
    one = await number(event, who)
    await registration.cancel(office=office, event_id=event.id, registration_id=one.id, by="attendee", now=now)


async def promote(office: Office, event: Occasion, now: datetime) -> None:
    """Whoever can move up does."""
    async with transaction():
        await waitlist.promote(office=office, event_id=event.id, now=now)


async def tick(office: Office, now: datetime) -> None:
    """The worker looks."""
    await offers.tick(links=office.links, mail_domain=office.mail_domain, now=now)


async def test_a_free_seat_is_held_for_the_next_who_confirms_and_gets_the_invitation(office: Office, now: datetime) -> None:
    event = await full(office, now)
    await cancel(office, event, 1, now)
    offered = await number(event, 2)
    assert (offered.state, offered.offered_until) == (Standing.OFFERED, now + timedelta(hours=24))
    assert await taken(event) == (1, 0)
    letter = (await events.posted())[-1]
    assert (letter.address, letter.method) == ("mari2@example.org", None)
    for _ in range(2):
        await offers.confirm(office=office, event_id=event.id, registration_id=offered.id, now=now)
    assert (await positions(event, Standing.SEATED), await positions(event, Standing.WAITLISTED)) == ([2], [3])
    assert [letter.method for letter in await events.posted()].count("REQUEST") == 2
    assert await taken(event) == (1, 0)


async def test_an_offer_that_is_not_confirmed_goes_to_the_next_and_both_are_told(office: Office, now: datetime) -> None:
    event = await full(office, now)
    await cancel(office, event, 1, now)
    late = now + timedelta(hours=24)
    await tick(office, late - timedelta(seconds=1))
    assert (await number(event, 2)).state is Standing.OFFERED
    for _ in range(2):
        await tick(office, late)
    lapsed, following = await number(event, 2), await number(event, 3)
    assert (lapsed.state, lapsed.cancelled_by) == (Standing.CANCELLED, "deadline")
    assert (following.state, following.offered_until) == (Standing.OFFERED, late + timedelta(hours=24))
    assert [letter.address for letter in (await events.posted())[-2:]] == ["mari2@example.org", "mari3@example.org"]
    with pytest.raises(Refused, match="over"):
        await offers.confirm(office=office, event_id=event.id, registration_id=lapsed.id, now=late)


async def test_giving_an_offer_up_passes_it_on_at_once(office: Office, now: datetime) -> None:
    event = await full(office, now)
    await cancel(office, event, 1, now)
    await cancel(office, event, 2, now)
    assert ((await number(event, 3)).state, await taken(event)) == (Standing.OFFERED, (1, 0))


async def test_nobody_new_gets_a_seat_that_is_offered(office: Office, now: datetime) -> None:
    event = await full(office, now, people=2)
    await cancel(office, event, 1, now)
    await events.register(office=office, event=event, now=now, number=9)
    assert (await number(event, 9)).state is Standing.WAITLISTED


async def test_an_event_that_begins_soon_is_asked_about_for_half_of_the_time_and_then_seats_are_given_at_once(
    office: Office, now: datetime
) -> None:
    event = await full(office, now)
    shortly = event.starts_at - timedelta(hours=4)
    await cancel(office, event, 1, shortly)
    assert (await number(event, 2)).offered_until == shortly + timedelta(hours=2)
    await cancel(office, event, 2, event.starts_at - timedelta(hours=1))
    given = await number(event, 3)
    assert (given.state, given.offered_until, await taken(event)) == (Standing.SEATED, None, (1, 0))
    assert [(one.address, one.method) for one in await events.posted()][-1] == ("mari3@example.org", "REQUEST")


async def test_the_time_to_confirm_is_over_even_before_the_worker_has_looked(office: Office, now: datetime) -> None:
    event = await full(office, now)
    await cancel(office, event, 1, now)
    with pytest.raises(Refused, match="over"):
        await offers.confirm(office=office, event_id=event.id, registration_id=(await number(event, 2)).id, now=now + timedelta(hours=24))


async def test_an_offer_ends_with_the_beginning_of_an_event_that_moves_earlier(office: Office, now: datetime) -> None:
    event = await full(office, now, people=2)
    await cancel(office, event, 1, now)
    begins = now + timedelta(hours=3)
    await edit(office, event, now, days=(events.day(begins, id=event.days[0].id),))
    offered = await number(event, 2)
    assert offered.offered_until == begins
    with pytest.raises(Refused, match="over"):
        await offers.confirm(office=office, event_id=event.id, registration_id=offered.id, now=begins)
    await tick(office, begins)
    assert ((await number(event, 2)).state, await taken(event)) == (Standing.CANCELLED, (0, 0))


@pytest.mark.parametrize("terms", [Terms(), ASKED])
async def test_a_promoted_person_cancels_and_the_next_moves_up(office: Office, now: datetime, terms: Terms) -> None:
    event = await full(office, now, terms=terms)
    for who in (1, 2):
        await cancel(office, event, who, now)
    assert ((await number(event, 3)).state.holds_a_seat, await taken(event)) == (True, (1, 0))


@pytest.mark.parametrize("terms", [Terms(), ASKED])
async def test_two_seats_free_at_once_go_to_the_two_next_and_one_seat_to_one(office: Office, now: datetime, terms: Terms) -> None:
    event = await full(office, now, people=5, terms=terms)
    await raise_to(office, event, 3, now)
    holding = [who for who in range(1, 6) if (await number(event, who)).state.holds_a_seat]
    assert (holding, await taken(event)) == ([1, 2, 3], (3, 0))


@pytest.mark.parametrize("terms", [Terms(), ASKED])
async def test_one_seat_that_comes_free_goes_to_one_however_often_it_is_given_back_at_once(
    office: Office, now: datetime, terms: Terms
) -> None:
    event = await full(office, now, people=5, terms=terms)
    await asyncio.gather(*(cancel(office, event, 1, now) for _ in range(3)), *(promote(office, event, now) for _ in range(3)))
    holding = [who for who in range(1, 6) if (await number(event, who)).state.holds_a_seat]
    assert (holding, await taken(event)) == ([2], (1, 0))
    assert [letter.address for letter in await events.posted()].count("mari2@example.org") == 2


@pytest.mark.parametrize("terms", [Terms(), ASKED])
async def test_a_seat_freed_after_the_deadline_still_goes_to_the_line(office: Office, now: datetime, terms: Terms) -> None:
    event = await full(office, now, terms=terms)
    await publishing.decide(cluster=office.cluster, event_id=event.id, act=Act.CLOSE, now=now)
    await cancel(office, event, 1, now)
    assert (await number(event, 2)).state.holds_a_seat


async def test_a_capacity_below_what_is_taken_and_offered_is_refused_with_the_names(office: Office, now: datetime) -> None:
    event = await full(office, now, people=4, capacity=2)
    await cancel(office, event, 1, now)
    with pytest.raises(Refused) as refused:
        await raise_to(office, event, 1, now)
    assert refused.value.problem.values["names"] == "Mari Maasikas 3"


async def test_calling_off_tells_those_who_hope_as_well(office: Office, now: datetime) -> None:
    event = await full(office, now)
    await cancel(office, event, 1, now)
    assert await publishing.call_off(office=office, event_id=event.id, words={}, now=now) == 2
    assert {letter.address for letter in (await events.posted())[-2:]} == {"mari2@example.org", "mari3@example.org"}
    await tick(office, now + timedelta(days=2))
    assert (await number(event, 2)).state is Standing.OFFERED


async def raise_to(office: Office, event: Occasion, capacity: int, now: datetime) -> None:
    """The coordinator changes the number of seats."""
    await edit(office, event, now, capacity=capacity)


async def edit(office: Office, event: Occasion, now: datetime, **values: object) -> None:
    """The coordinator changes the event, and everybody is told."""
    fresh = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    wanted = replace(facts.of(fresh), **values)  # type: ignore[arg-type]
    await changes.edit(office=office, event_id=event.id, facts=wanted, version=fresh.version, announced=True, now=now)


async def test_an_event_that_cannot_be_moved_on_keeps_no_other_events_seat_back(
    office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = await full(office, now, people=2), await full(office, now, people=2)
    for event in (broken, other):
        await cancel(office, event, 1, now)
    told = Notices.offer_over

    async def fails_once(notices: Notices, over: Sequence[Registrant]) -> None:
        if notices.event.id == broken.id:
            raise RuntimeError("a letter that cannot be rendered")
        await told(notices, over)

    monkeypatch.setattr(Notices, "offer_over", fails_once)
    await tick(office, now + timedelta(hours=25))
    assert (await number(other, 2)).state is Standing.CANCELLED
    assert (await number(broken, 2)).state is Standing.OFFERED  # and is looked at again
