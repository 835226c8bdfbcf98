"""One event of the model test: people act on it at once, time passes, the post arrives or is late; after each round everything is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.errors import Refused, Stale, TooMany
from service.events import agenda, changes, choices, facts, invitees, offers, programme, publishing, registrants
from service.events.capacity import Standing
from service.events.form import Form
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.events.terms import Access, Mode, Terms
from service.persistence import throttle
from tests.support import admission, calendar_client, event_rules, events
from tests.support.agenda import item
from tests.support.calendar_client import Client
from tests.support.event_rules import Seen
from tests.support.events import Posted

PEOPLE = 14
"""Everybody has a number below; the last two share an address."""

MEMBERS, INVITED = (0, 1, 5, 12), (2, 3, 12)
LINK = "https://meet.example.org/x"


class World:
    """The event and what happens to it. `touched`: the registrations that somebody acted upon in this round."""

    def __init__(self, office: Office, event: Occasion, items: Sequence[int], now: datetime) -> None:
        self.office, self.event_id, self.items, self.now = office, event.id, items, now
        self.touched: set[int] = set()
        self._clients: dict[str, Client] = {}
        self._before: Seen
        self._first = self._last = 0

    async def round(self, acts: Sequence[Act], *, hours: int = 0, arrives: bool) -> None:
        """Everybody acts at the same time, then perhaps time passes and the worker looks what is due. `arrives`: whether the post does.

        What the rules refuse, or what came too late, is no act.
        """
        failed = await asyncio.gather(*(self._try(act) for act in acts), return_exceptions=True)  # so that none goes on behind our back
        for error in filter(None, failed):
            raise error
        await self._look(arrives=arrives and not hours)
        if hours:
            self.now += timedelta(hours=hours)
            await offers.tick(links=self.office.links, mail_domain=self.office.mail_domain, now=self.now)
            await self._look(arrives=arrives)

    async def fewer_seats_than_taken(self) -> None:
        """Refused, with the names of those who would lose theirs."""
        event = await self.event()
        if event.seats_taken > 1:
            with pytest.raises(Refused) as refused:
                await self.edit(capacity=event.seats_taken - 1)
            assert (refused.value.problem.field, refused.value.problem.values["names"]) == (
                "capacity",
                self._before.holding(Mode.ROOM)[-1].name,
            )

    async def one(self, which: int, *states: Standing) -> Registrant | None:
        """One of those in these states."""
        found = [one for one in await registrants.page(event_id=self.event_id, limit=1000) if one.state in states]
        return self.touch(found[which % len(found)]) if found else None

    def touch(self, one: Registrant) -> Registrant:
        """Something is done about this one."""
        self.touched.add(one.id)
        return one

    async def event(self) -> Occasion:
        """As it is now."""
        return await programme.by_id(cluster_id=self.office.cluster.id, event_id=self.event_id)

    async def edit(self, **wanted: Any) -> None:
        """A coordinator writes the event anew."""
        event = await self.event()
        new = replace(facts.of(event), **wanted)
        await changes.edit(office=self.office, event_id=event.id, facts=new, version=event.version, announced=True, now=self.now)

    async def see(self) -> Seen:
        """Everything as it is now."""
        event = await self.event()
        return Seen(
            self.now,
            event,
            tuple(await registrants.page(event_id=self.event_id, limit=1000)),
            await agenda.of(event_id=self.event_id),
            await choices.of_event(event_id=self.event_id),
            frozenset(map(address, INVITED if event.access is Access.INVITED else INVITED + MEMBERS)),
        )

    async def begin(self) -> None:
        """Remember how it looks before anything happens."""
        self._first = self._last = max((letter.id for letter in await events.posted()), default=0)
        self._before = await self.see()

    async def _try(self, act: Act) -> None:
        try:
            await act(self)
        except (Refused, Stale, TooMany):
            return

    async def _look(self, *, arrives: bool) -> None:
        """What must always hold."""
        before, after, letters = self._before, await self.see(), await events.posted(after=self._first)
        if arrives:
            await self._deliver(letters)
            self._check_calendars(after)
        event_rules.check_seats(after)
        event_rules.check_line(after)
        event_rules.check_order(before, after, self.touched)
        event_rules.check_letters(after, self._by_registration(after, letters))
        new = [letter for letter in letters if letter.id > self._last]
        event_rules.check_items_told(before, after, self.touched, self._by_registration(after, new))
        _check_sequences(letters)
        self._before, self.touched = after, set()
        self._last = max((letter.id for letter in letters), default=self._last)

    async def _deliver(self, letters: Sequence[Posted]) -> None:
        """In the worst order, the last one first: what must not arrive any more has to be taken back."""
        for letter in reversed(letters):
            if letter.state == "queued" and letter.calendar:
                self._clients.setdefault(letter.address, Client(letter.address)).receive(letter.calendar)
        await calendar_client.delivered()

    def _check_calendars(self, seen: Seen) -> None:
        shown = {
            address: sorted((one.starts_at, one.ends_at, one.link == LINK) for one in client.shows() if one.ends_at > self.now)
            for address, client in self._clients.items()
        }
        assert {address: entries for address, entries in shown.items() if entries} == event_rules.calendars(seen)

    def _by_registration(self, seen: Seen, letters: Sequence[Posted]) -> dict[int, list[Posted]]:
        pages = {self.office.links.registration(registration_id=one.id): one.id for one in seen.people}
        found: dict[int, list[Posted]] = {}
        for letter in letters:
            if letter.page and letter.state != "cancelled":
                found.setdefault(pages[letter.page], []).append(letter)
        return found


Act = Callable[[World], Awaitable[object]]


async def world(*, office: Office, now: datetime, terms: Terms, capacity: int, dates: int) -> World:
    """An event in six days, with two workshops at one time and a walk after them; `dates` far apart have a calendar entry each."""
    await throttle.forget(now=now + timedelta(days=400))  # the same people come in every example
    await calendar_client.delivered()
    days = tuple(events.day(now + timedelta(days=6 + 3 * number)) for number in range(dates))
    event = await events.published(
        cluster=office.cluster, now=now, capacity=capacity, zone="UTC", terms=terms, online_url=LINK, days=days, languages=("en",)
    )
    await invitees.add(office=office, event_id=event.id, text="\n".join(map(address, INVITED)), language="en", now=now)
    made = [await item(office, event, after=after, is_chosen=True, capacity=seats) for after, seats in ((0, 1), (0, 2), (60, 2))]
    found = World(office, event, [one.id for one in made], now)
    await found.begin()
    return found


async def members(office: Office, now: datetime) -> None:
    """Those who belong to the cluster, in every event."""
    for who in MEMBERS:
        await admission.member(cluster=office.cluster, address=address(who), now=now)


async def call_off(world: World) -> None:
    """It does not take place."""
    await publishing.call_off(office=world.office, event_id=world.event_id, words={}, now=world.now)


def address(who: int) -> str:
    """The address of the one with that number."""
    return f"mari{min(who % PEOPLE, PEOPLE - 2)}@example.org"


def form(who: int, **values: Any) -> Form:
    """What that one types; every third is from one organisation, every third from another, the others from a third."""
    who %= PEOPLE
    organisation = values.pop("organisation", ("A", "B", "C")[who % 3])
    return events.form(who, address=address(who), language="en", organisation=organisation, **values)


def _check_sequences(letters: Sequence[Posted]) -> None:
    """What is written later about an entry has a higher SEQUENCE."""
    last: dict[str, int] = {}
    for letter in letters:
        if letter.calendar:
            uid = letter.property("UID")
            assert letter.sequence > last.get(uid, -1)
            last[uid] = letter.sequence
