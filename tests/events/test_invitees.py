"""The list of addresses of an event: read, kept, written to, forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.errors import Refused
from service.events import changes, facts, invitees, registrants, registration, vouching
from service.events.capacity import Standing
from service.events.office import Office
from service.events.terms import Access, Terms
from service.persistence.engine import connection
from service.upkeep import cleaning
from tests.support import events, factories
from tests.support.admission import positions


def test_a_list_is_read_line_by_line_and_each_address_once() -> None:
    text = '"Mari Maasikas" <mari@Example.org>\n\n jaan@example.org, \nMARI@example.org;\nÕie <oie@example.org>'
    assert [(one.name, one.address) for one in invitees.read(text)] == [
        ("Mari Maasikas", "mari@example.org"),
        ("", "jaan@example.org"),
        ("Õie", "oie@example.org"),
    ]


def test_too_many_at_once_are_refused() -> None:
    with pytest.raises(Refused, match="at most"):
        invitees.read("\n".join(f"mari{number}@example.org" for number in range(invitees.MOST + 1)))


async def test_whom_we_know_is_written_to_in_their_language_and_whoever_wants_no_news_is_left_alone(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    await factories.person(cluster=office.cluster, address="mari@example.org", language="ru", now=now)
    await invitees.add(office=office, event_id=event.id, text="mari@example.org\njaan@example.org", language="en", now=now)
    assert await invitees.invite(office=office, event_id=event.id, now=now) == 2
    assert {letter.address: letter.language for letter in await events.posted()} == {"mari@example.org": "ru", "jaan@example.org": "en"}
    async with connection() as raw:
        assert await raw.fetchval("SELECT array_agg(DISTINCT kind) FROM dispatch") == ["news"]


async def test_one_invitation_lets_one_person_in_and_the_next_only_when_that_one_has_left(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(access=Access.INVITED))
    await invitees.add(office=office, event_id=event.id, text="office@example.org", language="et", now=now)
    for who in (1, 2):
        form = events.form(who, address="office@example.org")
        await registration.register(office=office, event_id=event.id, form=form, network="n", now=now, is_vouched=True)
    assert (await positions(event, Standing.SEATED), await positions(event, Standing.PENDING)) == ([1], [2])
    ids = {state: (await registrants.standing(event_id=event.id, state=state))[0].id for state in (Standing.SEATED, Standing.PENDING)}
    with pytest.raises(Refused):
        await vouching.prove(office=office, event_id=event.id, registration_id=ids[Standing.PENDING], now=now)
    await registration.cancel(office=office, event_id=event.id, registration_id=ids[Standing.SEATED], by="attendee", now=now)
    await vouching.prove(office=office, event_id=event.id, registration_id=ids[Standing.PENDING], now=now)
    assert await positions(event, Standing.SEATED) == [2]


async def test_an_invitation_that_still_waits_does_not_leave_for_what_is_no_more_and_says_the_new_date(
    office: Office, now: datetime
) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    await invitees.add(office=office, event_id=event.id, text="mari@example.org\njaan@example.org\noie@example.org", language="en", now=now)
    await invitees.invite(office=office, event_id=event.id, now=now)
    one = (await invitees.of_event(event_id=event.id))[0]
    await invitees.remove(office=office, event_id=event.id, invitee_id=one.id, now=now)
    assert [letter.state for letter in await events.posted()] == ["cancelled", "queued", "queued"]
    moved = replace(facts.of(event), days=(events.day(event.starts_at + timedelta(days=1)),))
    await changes.edit(office=office, event_id=event.id, facts=moved, version=event.version, announced=False, now=now)
    before, after = (await events.posted())[1], (await events.posted())[3:]
    assert (before.state, [(letter.address, letter.state) for letter in after]) == (
        "cancelled",
        [("jaan@example.org", "queued"), ("oie@example.org", "queued")],
    )
    assert before.text != after[0].text
    await events.call_off(office=office, event=event, now=now)
    assert {letter.state for letter in await events.posted()} == {"cancelled"}


async def test_a_list_is_forgotten_a_month_after_the_event(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    await invitees.add(office=office, event_id=event.id, text="mari@example.org", language="en", now=now)
    await cleaning.clean(now=event.ends_at + timedelta(days=29))
    assert len(await invitees.of_event(event_id=event.id)) == 1
    await cleaning.clean(now=event.ends_at + timedelta(days=30))
    assert await invitees.of_event(event_id=event.id) == []
