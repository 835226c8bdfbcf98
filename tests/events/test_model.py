"""Any sequence of registrations, decisions, offers, changes of mode, cancellations and edits, several of them at once, against real PostgreSQL.

After each round: never more seats taken, given or held, than there are; nobody is lost, and nobody waits for a seat that is free for them; the line keeps its
order; and the letters alone explain every state: a calendar that has got them shows the event to exactly those who have a seat, as it now is for them, and
whoever has none has a letter that says why.

`make test` tries a few sequences; KUTSE_TEST_EXAMPLES says how many.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from service.clusters.tables import Cluster
from service.errors import Refused, Stale
from service.events import approving, changes, facts, modes, offers, programme, registrants, registration, seats
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.events.terms import Mode, Terms
from service.letters.links import Links
from service.persistence import throttle
from tests.support import events

Act = Callable[["World"], Awaitable[object]]

LETTERS = {
    Standing.PENDING: "We have your request",
    Standing.WAITLISTED: "You are on the waiting list",
    Standing.OFFERED: "A place is free for you",
    Standing.DECLINED: "Your request was declined",
}
"""How the letter begins that explains that somebody has no seat."""

NUMBERS = st.integers(0, 9)
TERMS = st.builds(
    Terms,
    by_approval=st.booleans(),
    organisation_limit=st.sampled_from([None, None, 2]),
    is_hybrid=st.booleans(),
    online_capacity=st.sampled_from([None, 2]),
    confirm_hours=st.sampled_from([None, 24]),
)


class World:
    """One event and what happens to it."""

    def __init__(self, office: Office, event: Occasion, now: datetime) -> None:
        self.office, self.event_id, self.now = office, event.id, now

    async def at_once(self, acts: list[Act]) -> None:
        """Everybody acts at the same time; what the rules refuse, or what came too late, is no act."""
        await asyncio.gather(*(self._try(act) for act in acts))
        await self.check()

    async def _try(self, act: Act) -> None:
        try:
            await act(self)
        except (Refused, Stale):
            return

    async def one(self, which: int, *states: Standing) -> Registrant | None:
        """One of those in these states."""
        found = [one for one in await registrants.page(event_id=self.event_id, limit=100) if one.state in states]
        return found[which % len(found)] if found else None

    async def event(self) -> Occasion:
        """As it is now."""
        return await programme.by_id(cluster_id=self.office.cluster.id, event_id=self.event_id)

    def about(self, registrant: Registrant) -> dict[str, Any]:
        """What every act about a registration takes."""
        return {"office": self.office, "event_id": self.event_id, "registration_id": registrant.id, "now": self.now}

    async def edit(self, **wanted: Any) -> None:
        """A coordinator writes the event anew."""
        event = await self.event()
        await changes.edit(
            office=self.office,
            event_id=self.event_id,
            facts=replace(facts.of(event), **wanted),
            version=event.version,
            announced=True,
            now=self.now,
        )

    async def check(self) -> None:
        """What must always hold."""
        event, everybody = await self.event(), await registrants.page(event_id=self.event_id, limit=1000)
        for mode in Mode:
            holding = [one for one in everybody if one.state.holds_a_seat and one.mode is mode]
            assert len(holding) == (event.seats_taken if mode is Mode.ROOM else event.online_taken)
            assert (left := event.left_in(mode)) is None or left >= 0
        if event.organisation_limit:
            holders = [one.organisation_key for one in everybody if one.state.holds_a_seat]
            assert max(map(holders.count, holders), default=0) <= event.organisation_limit
        await self._check_line(event, everybody)
        await self._check_letters(event, everybody)

    async def _check_line(self, event: Occasion, everybody: list[Registrant]) -> None:
        waiting = [one.id for one in everybody if one.state is Standing.WAITLISTED]
        assert list(await seats.outlook(event=event, now=self.now)) == waiting  # nobody lost, in the order of position
        assert await seats.next_up(event=event, now=self.now) == []  # whoever could have a seat has it, or has been offered it

    async def _check_letters(self, event: Occasion, everybody: list[Registrant]) -> None:
        letters = [letter for letter in await events.posted() if letter.about in self._mine(everybody)]
        seated = {one.address: self._shown(event, one) for one in everybody if one.state is Standing.SEATED}
        assert _calendars(letters) == seated
        told = {
            letter.address: letter.subject.partition(":")[0] for letter in letters if letter.subject.startswith(tuple(LETTERS.values()))
        }
        for one in everybody:
            assert one.state not in LETTERS or told[one.address] == LETTERS[one.state], one

    def _mine(self, everybody: list[Registrant]) -> set[str]:
        return {f"event:{self.event_id}"} | {f"registration:{one.id}" for one in everybody}

    def _shown(self, event: Occasion, one: Registrant) -> tuple[str, bool]:
        return f"{event.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}", not event.is_hybrid or one.mode is Mode.ONLINE


def _calendars(letters: list[events.Posted]) -> dict[str, tuple[str, bool]]:
    """What each person's calendar shows: a client that believes only the highest SEQUENCE of a UID. When, and whether the way in stands there."""
    entries: dict[str, events.Posted] = {}
    for letter in letters:
        if letter.method:
            uid = letter.property("UID")
            assert uid not in entries or entries[uid].sequence != letter.sequence
            if uid not in entries or entries[uid].sequence < letter.sequence:
                entries[uid] = letter
    shown = [letter for letter in entries.values() if letter.method == "REQUEST"]
    assert len({letter.address for letter in shown}) == len(shown)
    return {letter.address: (letter.property("DTSTART"), "\r\nCONFERENCE" in letter.calendar) for letter in shown}


def register(who: int, mode: Mode) -> Act:
    """Somebody registers; every third is from one organisation, every third from another."""

    async def act(world: World) -> None:
        form = events.form(who, language="en", organisation=("A", "B", "")[who % 3], mode=mode)
        await registration.register(office=world.office, event_id=world.event_id, form=form, network=f"198.51.100.{who}", now=world.now)

    return act


def cancel(which: int) -> Act:
    """Somebody gives up whatever they have."""

    async def act(world: World) -> None:
        if one := await world.one(which, Standing.SEATED, Standing.OFFERED, Standing.WAITLISTED, Standing.PENDING):
            await registration.cancel(**world.about(one), by="attendee")

    return act


def decide(which: int, yes: bool) -> Act:
    """A coordinator decides about everybody who asks from that one on."""

    async def act(world: World) -> None:
        asking = [one.id for one in await registrants.standing(event_id=world.event_id, state=Standing.PENDING)]
        decide = approving.accept if yes else approving.decline
        await decide(office=world.office, event_id=world.event_id, registration_ids=asking[which % 3 :], now=world.now)

    return act


def confirm(which: int) -> Act:
    """Somebody takes the seat that is held for them."""

    async def act(world: World) -> None:
        if one := await world.one(which, Standing.OFFERED):
            await offers.confirm(**world.about(one))

    return act


def change_mode(which: int) -> Act:
    """Somebody takes part otherwise."""

    async def act(world: World) -> None:
        if one := await world.one(which, Standing.SEATED, Standing.OFFERED, Standing.WAITLISTED, Standing.PENDING):
            await modes.change(**world.about(one), mode=Mode.ONLINE if one.mode is Mode.ROOM else Mode.ROOM)

    return act


def resize(number: int | None) -> Act:
    """The room is another one."""
    return lambda world: world.edit(capacity=number)


def move(hours: int) -> Act:
    """The event begins later."""

    async def act(world: World) -> None:
        by = timedelta(hours=hours)
        days = tuple(replace(day, starts_at=day.starts_at + by, ends_at=day.ends_at + by) for day in facts.of(await world.event()).days)
        await world.edit(days=days)

    return act


ACTS = st.one_of(
    st.builds(register, NUMBERS, st.sampled_from(Mode)),
    st.builds(register, NUMBERS, st.sampled_from(Mode)),
    st.builds(cancel, NUMBERS),
    st.builds(decide, NUMBERS, st.booleans()),
    st.builds(confirm, NUMBERS),
    st.builds(change_mode, NUMBERS),
    st.builds(resize, st.one_of(st.none(), st.integers(1, 5))),
    st.builds(move, st.integers(1, 3)),
)


@pytest.fixture
def office(cluster: Cluster, links: Links) -> Office:
    """The office of the cluster."""
    return events.office(cluster, links)


async def test_whatever_happens_seats_line_letters_and_calendars_agree(office: Office, now: datetime) -> None:
    loop = asyncio.get_running_loop()

    class Machine(RuleBasedStateMachine):
        """Runs beside the loop, in a thread; each rule waits for what it started on the loop."""

        world: World

        @initialize(terms=TERMS, capacity=st.integers(1, 4))
        def publish(self, terms: Terms, capacity: int) -> None:
            self.world = self.wait(_world(office, now, terms, capacity))

        @rule(acts=st.lists(ACTS, min_size=1, max_size=4))
        def act(self, acts: list[Act]) -> None:
            self.wait(self.world.at_once(acts))

        @rule(who=NUMBERS, mode=st.sampled_from(Mode))
        def come(self, who: int, mode: Mode) -> None:
            self.wait(self.world.at_once([register(who, mode), register((who + 1) % 10, mode)]))

        @rule(hours=st.integers(1, 30))
        def wait_for_the_worker(self, hours: int) -> None:
            self.wait(_tick(self.world, hours))

        def wait(self, what: Any) -> Any:
            return asyncio.run_coroutine_threadsafe(what, loop).result()

    await asyncio.to_thread(run_state_machine_as_test, Machine, settings=_settings())


async def _world(office: Office, now: datetime, terms: Terms, capacity: int) -> World:
    await throttle.forget(now=now + timedelta(days=2))  # the same people come in every example
    event = await events.published(
        cluster=office.cluster, now=now, capacity=capacity, zone="UTC", terms=terms, online_url="https://meet.example.org/x"
    )
    return World(office, event, now)


async def _tick(world: World, hours: int) -> None:
    world.now += timedelta(hours=hours)
    await offers.tick(links=world.office.links, mail_domain=world.office.mail_domain, now=world.now)
    await world.check()


def _settings() -> settings:
    return settings(
        max_examples=int(os.environ.get("KUTSE_TEST_EXAMPLES", "5")),
        stateful_step_count=8,
        phases=(Phase.generate, Phase.shrink),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def test_every_state_without_a_seat_has_its_letter() -> None:
    assert set(LETTERS) == set(Standing) - {Standing.SEATED, Standing.CANCELLED}
