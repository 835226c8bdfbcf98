"""What a coordinator is shown before an edit is what then lies in the outbox, letter by letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import msgspec
import pytest

from service.events import agenda as items_of
from service.events import agenda_edits, changes, facts, items, printing, programme
from service.events.admission import Reason
from service.events.agenda_edits import Change
from service.events.capacity import Standing
from service.events.facts import Facts
from service.events.items import Item
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.once import Once
from service.events.terms import Access, Mode, Terms
from service.letters import render
from service.letters.letter import Letter
from service.persistence.transaction import rehearsal
from tests.support import admission, agenda, events

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def words_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies are counted, so that nothing need be rendered."""

    async def blank(**which: Any) -> Letter:
        return Letter(which["language"], which["template"], "", "", "", which["calendar"], which["method"])

    monkeypatch.setattr(render, "letter", blank)
    monkeypatch.setattr(printing, "PRINTED", Once[Letter](most=99))
    monkeypatch.setattr(printing, "READY", Once[None](most=9))


@pytest.fixture
async def event(office: Office, now: datetime) -> Occasion:
    """Two dates far apart; two seats in the room taken and two people in line for one, one seat online; a workshop with one place."""
    found = await events.published(
        cluster=office.cluster,
        now=now,
        days=tuple(events.day(now + timedelta(days=days)) for days in (30, 60)),
        capacity=2,
        terms=Terms(is_hybrid=True),
        online_url="https://video.example.org/room",
    )
    await agenda.item(office, found, is_chosen=True, capacity=1)
    return await programme.by_id(cluster_id=found.cluster_id, event_id=found.id)


@pytest.fixture
async def workshop(office: Office, event: Occasion, now: datetime) -> Item:
    """The workshop, chosen by everybody."""
    (found,) = await items_of.of(event_id=event.id)
    for number in range(1, 6):
        mode = Mode.ONLINE if number == 3 else Mode.ROOM
        language = ("et", "ru", "en")[number % 3]
        await events.register(office=office, event=event, now=now, number=number, mode=mode, language=language, item_ids=(found.id,))
    return found


def _terms(told: Facts, **values: object) -> Facts:
    return replace(told, terms=msgspec.structs.replace(told.terms, **values))


EDITS: dict[str, Callable[[Facts], Facts]] = {
    "the time": lambda told: replace(told, days=tuple(replace(day, starts_at=day.starts_at + HOUR, ends_at=day.ends_at + HOUR) for day in told.days)),
    "the place": lambda told: replace(told, place_name="Rohelises saalis"),
    "the title in one language": lambda told: replace(told, title={**told.title, "ru": "Семинар"}),
    "the online link": lambda told: replace(told, online_url="https://video.example.org/another"),
    "a text": lambda told: replace(told, summary={"et": "Uus"}),
    "two seats more": lambda told: replace(told, capacity=4),
    "no limit": lambda told: replace(told, capacity=None),
    "seats are offered": lambda told: _terms(told, confirm_hours=24),
    "a date more": lambda told: replace(told, days=(*told.days, events.day(told.days[-1].starts_at + timedelta(days=30)))),
    "a date less": lambda told: replace(told, days=told.days[:1]),
}  # fmt: skip


async def test_every_edit_sends_what_was_foreseen(office: Office, event: Occasion, workshop: Item, now: datetime) -> None:
    before = len(await events.posted())
    told = facts.of(event)
    singles, pairs = [(name,) for name in EDITS], combinations(("the time", "two seats more", "seats are offered", "a date more"), 2)
    sent: dict[tuple[str, ...], int] = {}
    for names in (*singles, *pairs, tuple(EDITS)):
        edited = told
        for name in names:
            edited = EDITS[name](edited)
        what = {"office": office, "event_id": event.id, "facts": edited, "version": event.version, "now": now}
        forecast = await changes.foresee(**what)  # type: ignore[arg-type]
        async with rehearsal():
            await changes.edit(**what, announced=True)  # type: ignore[arg-type]
            sent[names] = len(await events.posted()) - before
        assert forecast.letters == sent[names], names
    assert len(await events.posted()) == before
    assert sent["the time",] == 3 * 2 + 2  # everybody's two entries, and two who wait
    assert (sent["a text",], sent["two seats more",], sent["two seats more", "seats are offered"]) == (0, 2 * 2, 2)


async def test_a_mode_that_ends_sends_what_was_foreseen(office: Office, now: datetime) -> None:
    event = await events.published(
        cluster=office.cluster,
        now=now,
        capacity=1,
        terms=Terms(is_hybrid=True, online_capacity=1),
        online_url="https://video.example.org/room",
    )
    for number in (1, 2):
        await events.register(office=office, event=event, now=now, number=number)
    event = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    edited = replace(_terms(facts.of(event), is_hybrid=False, online_capacity=None), capacity=2)
    what = {"office": office, "event_id": event.id, "facts": edited, "version": event.version, "now": now}
    forecast = await changes.foresee(**what)  # type: ignore[arg-type]
    await changes.edit(**what, announced=True)  # type: ignore[arg-type]
    assert forecast.letters == len(await events.posted()) - 2 == 2  # the link is for everybody now, and one moves up


@pytest.mark.parametrize(
    "terms", [Terms(by_approval=True), Terms(access=Access.MEMBERS), Terms(by_approval=True, confirm_hours=24, organisation_limit=1)]
)
async def test_who_asked_first_gets_the_seat_when_nobody_has_to_decide_any_more(office: Office, now: datetime, terms: Terms) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1, terms=terms)
    for number in (1, 2):
        await events.register(office=office, event=event, now=now, number=number)
    edited = _terms(facts.of(event), by_approval=False, access=Access.PUBLIC)
    what = {"office": office, "event_id": event.id, "facts": edited, "version": event.version, "now": now}
    forecast = await changes.foresee(**what)  # type: ignore[arg-type]
    await changes.edit(**what, announced=True)  # type: ignore[arg-type]
    assert forecast.letters == len(await events.posted()) - 2 == 2
    await events.register(office=office, event=event, now=now, number=3)
    seated, *line = [await admission.number(event, number) for number in (1, 2, 3)]
    assert seated.state is (Standing.OFFERED if terms.confirm_hours else Standing.SEATED)
    assert {(one.state, one.waits_for) for one in line} == {(Standing.WAITLISTED, Reason.SEAT)}


async def test_a_request_that_waits_for_something_else_now_is_left_and_can_be_proven(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(by_approval=True, access=Access.MEMBERS))
    await events.register(office=office, event=event, now=now)
    edited = _terms(facts.of(event), by_approval=False)
    await changes.edit(office=office, event_id=event.id, facts=edited, version=event.version, announced=False, now=now)
    one = await admission.number(event, 1)
    assert (one.state, one.waits_for) == (Standing.PENDING, Reason.ACCESS)


async def test_every_edit_of_the_programme_sends_what_was_foreseen(office: Office, event: Occasion, workshop: Item, now: datetime) -> None:
    """Two of the three with a seat wait for the workshop, and so do two in line for the event."""
    before = len(await events.posted())
    told = items.of(workshop)
    edits = [
        replace(told, capacity=2),
        replace(told, capacity=None),
        replace(told, place="Saal 2"),
        replace(told, place="x", capacity=9),
        None,
    ]
    sent = []
    for edited in edits:
        edit = [Change(workshop.id, edited)]
        forecast = await agenda_edits.foresee(office=office, event_id=event.id, changes=edit, now=now)
        async with rehearsal():
            await agenda_edits.change(office=office, event_id=event.id, changes=edit, announced=bool(forecast.letters), now=now)
            sent.append(len(await events.posted()) - before)
        assert forecast.letters == sent[-1], edited
    assert sent == [1, 2, 5, 7, 5]
