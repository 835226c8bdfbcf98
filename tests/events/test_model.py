"""Any sequence of registrations, cancellations and changes, several of them at once, against real PostgreSQL.

After each round: never more seated than seats, nobody waits while a seat is free, the line keeps its order, and the letters alone explain every state: a
calendar that has got them shows the event to exactly those who have a seat, at the time at which it now is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.clusters.tables import Cluster
from service.errors import Refused, Stale
from service.events import changes, facts, programme, registrants, registration
from service.events.capacity import Standing
from service.events.office import Office
from service.letters.links import Links
from tests.support import events


@dataclass(frozen=True)
class Register:
    person: int


@dataclass(frozen=True)
class Cancel:
    which: int


@dataclass(frozen=True)
class Seats:
    number: int | None


@dataclass(frozen=True)
class Move:
    hours: int


Step = Register | Cancel | Seats | Move

steps = st.one_of(
    st.builds(Register, st.integers(0, 9)),
    st.builds(Register, st.integers(0, 9)),
    st.builds(Cancel, st.integers(0, 9)),
    st.builds(Seats, st.one_of(st.none(), st.integers(1, 6))),
    st.builds(Move, st.integers(1, 3)),
)
rounds = st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=6)


@dataclass
class World:
    """One event and what happens to it."""

    office: Office
    event_id: int
    now: datetime

    async def do(self, step: Step) -> None:
        """One step; what the rules refuse, or what came too late, is no step."""
        act: Callable[[Step], Awaitable[None]] = {Register: self._register, Cancel: self._cancel, Seats: self._edit, Move: self._edit}[
            type(step)
        ]
        try:
            await act(step)
        except (Refused, Stale):
            return

    async def _register(self, step: Step) -> None:
        assert isinstance(step, Register)
        form = events.form(step.person, language=("et", "ru", "en")[step.person % 3])
        await registration.add(office=self.office, event_id=self.event_id, form=form, actor_id=1, now=self.now)

    async def _cancel(self, step: Step) -> None:
        assert isinstance(step, Cancel)
        live = [one for one in await registrants.page(event_id=self.event_id, limit=100) if one.state is not Standing.CANCELLED]
        if live:
            one = live[step.which % len(live)]
            await registration.cancel(office=self.office, event_id=self.event_id, registration_id=one.id, by="attendee", now=self.now)

    async def _edit(self, step: Step) -> None:
        event = await programme.by_id(cluster_id=self.office.cluster.id, event_id=self.event_id)
        wanted = facts.of(event)
        if isinstance(step, Seats):
            wanted = replace(wanted, capacity=step.number)
        elif isinstance(step, Move):
            by = timedelta(hours=step.hours)
            wanted = replace(
                wanted, days=tuple(replace(day, starts_at=day.starts_at + by, ends_at=day.ends_at + by) for day in wanted.days)
            )
        await changes.edit(office=self.office, event_id=self.event_id, facts=wanted, version=event.version, announced=True, now=self.now)

    async def check(self) -> None:
        """What must always hold."""
        event = await programme.by_id(cluster_id=self.office.cluster.id, event_id=self.event_id)
        seated = await registrants.standing(event_id=event.id, state=Standing.SEATED)
        waiting = await registrants.standing(event_id=event.id, state=Standing.WAITLISTED)
        assert event.seats_taken == len(seated)
        assert event.capacity is None or len(seated) <= event.capacity
        assert not waiting or event.seats_left == 0
        assert max((one.position for one in seated), default=0) < min((one.position for one in waiting), default=10**9)
        start = f"{event.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        assert await self._calendars() == {one.address: start for one in seated}
        assert {one.address for one in waiting} <= {letter.address for letter in await self._letters() if not letter.method}

    async def _letters(self) -> list[events.Posted]:
        mine = {f"event:{self.event_id}"} | {f"registration:{one.id}" for one in await registrants.page(event_id=self.event_id, limit=1000)}
        return [letter for letter in await events.posted() if letter.about in mine]

    async def _calendars(self) -> dict[str, str]:
        """What each person's calendar shows: a client that believes only the highest SEQUENCE of a UID."""
        entries: dict[str, events.Posted] = {}
        for letter in await self._letters():
            if letter.method:
                uid = letter.property("UID")
                assert uid not in entries or entries[uid].sequence != letter.sequence
                if uid not in entries or entries[uid].sequence < letter.sequence:
                    entries[uid] = letter
        shown = [letter for letter in entries.values() if letter.method == "REQUEST"]
        assert len({letter.address for letter in shown}) == len(shown)
        return {letter.address: letter.property("DTSTART") for letter in shown}


@pytest.fixture
def utc_office(cluster: Cluster, links: Links) -> Office:
    """The office of the cluster."""
    return events.office(cluster, links)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=rounds)
async def test_whatever_happens_seats_line_and_calendars_agree(rounds: list[list[Step]], utc_office: Office, now: datetime) -> None:
    event = await events.published(cluster=utc_office.cluster, now=now, capacity=3, zone="UTC")
    world = World(utc_office, event.id, now)
    for steps_at_once in rounds:
        await asyncio.gather(*(world.do(step) for step in steps_at_once))
        await world.check()
