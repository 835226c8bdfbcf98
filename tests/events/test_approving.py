"""Requests that wait for a coordinator, and people who prove that they are known."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.errors import Refused
from service.events import approving, proposals, registration, revising, vouching, waitlist
from service.events.admission import Reason
from service.events.approving import Decided
from service.events.capacity import Standing
from service.events.office import Office
from service.events.terms import Access, Terms
from service.persistence.transaction import transaction
from tests.support import events
from tests.support.admission import member, number, positions, subjects, taken


async def test_a_request_waits_and_holds_no_seat_and_its_letter_says_so(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=2, terms=Terms(by_approval=True))
    await events.register(office=office, event=event, now=now)
    one = await number(event, 1)
    assert (one.state, one.waits_for) == (Standing.PENDING, Reason.APPROVAL)
    assert await taken(event) == (0, 0)
    (letter,) = await events.posted()
    assert (letter.method, "registration/" in letter.text) == (None, True)


async def test_several_are_accepted_at_once_in_their_order_and_what_is_too_many_waits_in_line(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=2, terms=Terms(by_approval=True))
    for who in (1, 2, 3):
        await events.register(office=office, event=event, now=now, number=who, language="en")
    ids = [(await number(event, who)).id for who in (3, 1, 2)]
    decided = await approving.accept(office=office, event_id=event.id, registration_ids=ids, words="Bring a **laptop**.", now=now)
    assert decided == Decided(seated=2, waiting=1)
    assert (await positions(event, Standing.SEATED), await positions(event, Standing.WAITLISTED)) == ([1, 2], [3])
    letters = {letter.address: letter for letter in (await events.posted())[3:]}
    assert [letters[f"mari{who}@example.org"].method for who in (1, 2, 3)] == ["REQUEST", "REQUEST", None]
    assert all("accepted" in letter.text and "Bring a laptop." in letter.text for letter in letters.values())
    assert "Your place in the line: 1." in letters["mari3@example.org"].text


async def test_declined_with_words_and_accepted_after_all(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(by_approval=True))
    await events.register(office=office, event=event, now=now, language="ru")
    one = await number(event, 1)
    assert await approving.decline(
        office=office, event_id=event.id, registration_ids=[one.id], words="Курс для начинающих.", now=now
    ) == Decided(declined=1)
    told = (await events.posted())[-1]
    assert (told.language, "Курс для начинающих." in told.text) == ("ru", True)
    await approving.accept(office=office, event_id=event.id, registration_ids=[one.id], now=now)
    assert (await number(event, 1)).state is Standing.SEATED


async def test_whoever_asks_again_reads_how_it_stands(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(by_approval=True))
    for _ in range(2):
        await events.register(office=office, event=event, now=now, language="en")
    one = await number(event, 1)
    await approving.decline(office=office, event_id=event.id, registration_ids=[one.id], now=now)
    await events.register(office=office, event=event, now=now, language="en")
    _, pending, _, declined = [letter.subject for letter in await events.posted()]
    assert pending.startswith("We have your request")
    assert declined.startswith("Your request was declined")


async def test_what_is_decided_already_is_refused_with_words(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(by_approval=True))
    await events.register(office=office, event=event, now=now)
    ids = [(await number(event, 1)).id]
    await approving.accept(office=office, event_id=event.id, registration_ids=ids, now=now)
    for again in (approving.accept, approving.decline):
        with pytest.raises(Refused, match="not decided yet"):
            await again(office=office, event_id=event.id, registration_ids=ids, now=now)
    with pytest.raises(Refused, match="at most"):
        await approving.accept(office=office, event_id=event.id, registration_ids=ids, words="x" * 2001, now=now)


async def test_a_request_of_another_event_is_not_decided_here(office: Office, now: datetime) -> None:
    mine = await events.published(cluster=office.cluster, now=now, terms=Terms(by_approval=True))
    other = await events.published(cluster=office.cluster, now=now, terms=Terms(by_approval=True))
    await events.register(office=office, event=other, now=now)
    with pytest.raises(Refused):
        await approving.accept(office=office, event_id=mine.id, registration_ids=[(await number(other, 1)).id], now=now)


async def test_for_members_a_stranger_and_a_member_without_the_link_both_wait_and_only_the_member_can_prove_it(
    office: Office, now: datetime
) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1, terms=Terms(access=Access.MEMBERS))
    await member(cluster=office.cluster, address="MARI2@example.org", now=now)
    for who in (1, 2):
        await events.register(office=office, event=event, now=now, number=who)
    assert await positions(event, Standing.PENDING) == [1, 2]
    stranger, known = await number(event, 1), await number(event, 2)
    with pytest.raises(Refused):
        await vouching.prove(office=office, event_id=event.id, registration_id=stranger.id, now=now)
    for _ in range(2):  # impatient people press twice
        await vouching.prove(office=office, event_id=event.id, registration_id=known.id, now=now)
    assert (await number(event, 2)).state is Standing.SEATED
    assert [letter.method for letter in await events.posted()] == [None, None, "REQUEST"]


@pytest.mark.parametrize("made", ["former", "not_a_member"])
async def test_who_left_and_whose_organisation_is_no_member_are_not_known(office: Office, now: datetime, made: str) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(access=Access.MEMBERS))
    until = now - timedelta(days=1) if made == "former" else None
    await member(cluster=office.cluster, address="mari1@example.org", now=now, is_member=made == "former", until=until)
    await events.register(office=office, event=event, now=now)
    with pytest.raises(Refused):
        await vouching.prove(office=office, event_id=event.id, registration_id=(await number(event, 1)).id, now=now)


async def test_members_first_holds_the_others_back_until_the_moment_and_then_lets_them_in_by_order(office: Office, now: datetime) -> None:
    until = now + timedelta(days=2)
    event = await events.published(cluster=office.cluster, now=now, capacity=2, terms=Terms(members_first_until=until))
    await member(cluster=office.cluster, address="mari3@example.org", now=now)
    for who in (1, 2, 3):
        await events.register(office=office, event=event, now=now, number=who)
    assert {(await number(event, who)).waits_for for who in (1, 2, 3)} == {Reason.MEMBERS}
    await vouching.prove(office=office, event_id=event.id, registration_id=(await number(event, 3)).id, now=now)
    assert await positions(event, Standing.SEATED) == [3]
    async with transaction():
        await waitlist.promote(office=office, event_id=event.id, now=until)
    assert await positions(event, Standing.SEATED) == [1, 3]
    assert (await number(event, 2)).waits_for is Reason.SEAT


async def test_members_stand_before_the_others_in_line_where_the_terms_say_so(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1, terms=Terms(members_move_first=True))
    await member(cluster=office.cluster, address="mari3@example.org", now=now)
    for who in (1, 2, 3):
        await events.register(office=office, event=event, now=now, number=who)
    await vouching.prove(office=office, event_id=event.id, registration_id=(await number(event, 3)).id, now=now)
    await registration.cancel(office=office, event_id=event.id, registration_id=(await number(event, 1)).id, by="attendee", now=now)
    assert await positions(event, Standing.SEATED) == [3]


async def test_an_organisation_gets_its_seats_and_the_next_of_it_waits_with_the_reason(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(organisation_limit=2))
    for who, organisation in enumerate(("Narva Disainimaja", "narva  disainimaja", "NARVA DISAINIMAJA", "Teine"), start=1):
        await events.register(office=office, event=event, now=now, number=who, organisation=organisation)
    assert await positions(event, Standing.SEATED) == [1, 2, 4]
    assert (await number(event, 3)).waits_for is Reason.ORGANISATION
    await registration.cancel(office=office, event_id=event.id, registration_id=(await number(event, 1)).id, by="attendee", now=now)
    assert await positions(event, Standing.SEATED) == [2, 3, 4]


async def test_nobody_passes_the_limit_of_an_organisation_by_leaving_it_empty(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(organisation_limit=1))
    with pytest.raises(Refused, match="Who works alone") as refused:
        await events.register(office=office, event=event, now=now, organisation=" ")
    assert [problem.field for problem in refused.value.problems] == ["organisation"]
    for who in (1, 2):
        await events.register(office=office, event=event, now=now, number=who)
    one = await number(event, 2)
    with pytest.raises(Refused, match="Who works alone"):
        await revising.revise(office=office, event_id=event.id, registration_id=one.id, form=events.form(2, organisation=""), now=now)


async def test_who_turns_out_to_be_from_another_organisation_gets_a_seat_of_that_one(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(organisation_limit=1))
    await events.register(office=office, event=event, now=now, organisation="Kuup")
    await proposals.leave(cluster=office.cluster, key="kuup")
    await events.register(office=office, event=event, now=now, number=2, organisation="Kuup")
    await proposals.accept(office=office, key="kuup", name="Kuup", registry_code="", town="", now=now)
    assert await positions(event, Standing.SEATED) == [1, 2]


async def test_whoever_waits_for_the_organisation_does_not_keep_the_next_from_a_free_seat(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=3, terms=Terms(organisation_limit=1))
    for who, organisation in enumerate(("A", "A", "B"), start=1):
        await events.register(office=office, event=event, now=now, number=who, organisation=organisation)
    assert (await positions(event, Standing.SEATED), await positions(event, Standing.WAITLISTED)) == ([1, 3], [2])


async def test_a_coordinator_says_yes_by_adding_somebody(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(access=Access.INVITED, by_approval=True))
    added = await registration.add(office=office, event_id=event.id, form=events.form(), actor_id=1, now=now)
    assert added.state is Standing.SEATED


async def test_the_page_of_a_pending_person_can_take_the_request_back(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(by_approval=True))
    await events.register(office=office, event=event, now=now)
    await registration.cancel(office=office, event_id=event.id, registration_id=(await number(event, 1)).id, by="attendee", now=now)
    assert ((await number(event, 1)).state, await taken(event)) == (Standing.CANCELLED, (0, 0))
    assert len(await subjects()) == 2
