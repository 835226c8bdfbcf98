"""What anybody can do about an event of the model test: each act is a function of the world, so that several can be done at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace as changed

from service.events import (
    agenda,
    agenda_edits,
    approving,
    choosing,
    disowning,
    facts,
    handing,
    items,
    modes,
    offers,
    publishing,
    registrants,
    registration,
    revising,
    vouching,
)
from service.events.agenda_edits import Change
from service.events.capacity import Standing
from service.events.lifecycle import Act as Decision
from service.events.terms import Access, Mode, Terms
from tests.support.event_rules import LIVE
from tests.support.event_world import PEOPLE, Act, World, form

Picks = Sequence[int]
"""Which items of the agenda somebody wants, by their number."""


About = Callable[..., Awaitable[object]]
"""Takes the world, a registration, and what every function of the room about a registration takes."""


def _about(which: int, states: Sequence[Standing], act: About) -> Act:
    """Something is done about one of those in these states, if there is one."""

    async def done(world: World) -> None:
        if one := await world.one(which, *states):
            await act(world, one, office=world.office, event_id=world.event_id, registration_id=one.id, now=world.now)

    return done


def register(who: int, mode: Mode, picks: Picks, colleagues: int, by_link: bool) -> Act:
    """Somebody fills in the form, perhaps for colleagues too, perhaps opened by a mailed link."""

    async def act(world: World) -> None:
        chosen = tuple(world.items[pick] for pick in picks)
        first, *others = (form(who + number, mode=mode, item_ids=chosen) for number in range(colleagues + 1))
        await registration.register(
            office=world.office,
            event_id=world.event_id,
            form=first,
            colleagues=others,
            network=f"198.51.100.{who}",
            now=world.now,
            is_vouched=by_link,
        )

    return act


def add(who: int) -> Act:
    """A coordinator registers somebody."""
    return lambda world: registration.add(office=world.office, event_id=world.event_id, form=form(who), actor_id=1, now=world.now)


def cancel(which: int) -> Act:
    """Somebody gives up whatever they have."""
    return _about(which, LIVE, lambda _, __, **about: registration.cancel(**about, by="attendee"))


def decide(which: int, yes: bool) -> Act:
    """A coordinator decides about everybody who asks from that one on."""

    async def act(world: World) -> None:
        asking = (await registrants.standing(event_id=world.event_id, state=Standing.PENDING))[which % 3 :]
        ids = [world.touch(one).id for one in asking]
        await (approving.accept if yes else approving.decline)(
            office=world.office, event_id=world.event_id, registration_ids=ids, now=world.now
        )

    return act


def confirm(which: int) -> Act:
    """Somebody takes the seat that is held for them."""
    return _about(which, [Standing.OFFERED], lambda _, __, **about: offers.confirm(**about))


def prove(which: int) -> Act:
    """Somebody opens the mailed link and says that it is them."""
    return _about(which, [Standing.PENDING, Standing.WAITLISTED], lambda _, __, **about: vouching.prove(**about))


def change_mode(which: int) -> Act:
    """Somebody takes part otherwise."""
    return _about(which, LIVE, lambda _, one, **about: modes.change(**about, mode=Mode.ONLINE if one.mode is Mode.ROOM else Mode.ROOM))


def hand_on(which: int, who: int) -> Act:
    """A colleague comes instead; perhaps one who is registered already."""
    return _about(which, [Standing.SEATED, Standing.WAITLISTED], lambda _, __, **about: handing.hand_on(**about, form=form(who)))


def disown(which: int) -> Act:
    """Somebody whom another one registered says "not me"."""
    return _about(which, list(Standing), lambda _, __, **about: disowning.disown(**about))


def revise(which: int, organisation: str) -> Act:
    """Somebody is from another organisation."""
    return _about(
        which,
        LIVE,
        lambda _, one, **about: revising.revise(**about, form=form(0, name=one.name, organisation=organisation)),
    )


def choose(which: int, picks: Picks) -> Act:
    """Somebody wants other items of the agenda."""
    return _about(which, LIVE, lambda world, _, **about: choosing.change(**about, item_ids=[world.items[pick] for pick in picks]))


def resize(capacity: int) -> Act:
    """The room is another one."""
    return lambda world: world.edit(capacity=capacity)


def resize_item(which: int, capacity: int) -> Act:
    """An item has other seats."""

    async def act(world: World) -> None:
        one = await agenda.by_id(event_id=world.event_id, item_id=world.items[which % len(world.items)])
        change = Change(one.id, replace(items.of(one), capacity=capacity))
        await agenda_edits.change(office=world.office, event_id=world.event_id, changes=[change], announced=True, now=world.now)

    return act


def stream(is_hybrid: bool) -> Act:
    """One can take part online as well, or cannot any more."""

    async def act(world: World) -> None:
        await world.edit(terms=changed((await world.event()).terms, is_hybrid=is_hybrid))

    return act


def move(hours: int) -> Act:
    """The event begins later."""

    async def act(world: World) -> None:
        by = timedelta(hours=hours)
        days = facts.of(await world.event()).days
        await world.edit(days=tuple(replace(day, starts_at=day.starts_at + by, ends_at=day.ends_at + by) for day in days))

    return act


def door(decision: Decision) -> Act:
    """Registration closes, or opens again."""
    return lambda world: publishing.decide(cluster=world.office.cluster, event_id=world.event_id, act=decision, now=world.now)


_WHO = st.integers(0, PEOPLE - 1)
_WHICH = st.integers(0, 30)
_PICKS = st.sampled_from([(), (0,), (2,), (0, 2), (1, 2), (0, 2), (0, 1)])  # the last is refused: two things at one time

_MODE = st.sampled_from([Mode.ROOM, Mode.ROOM, Mode.ONLINE])

REGISTER = st.builds(register, _WHO, _MODE, _PICKS, st.sampled_from([0, 0, 0, 1, 2]), st.booleans())

ACTS = st.one_of(
    REGISTER,
    REGISTER,
    REGISTER,
    st.builds(add, _WHO),
    st.builds(cancel, _WHICH),
    st.builds(decide, _WHICH, st.booleans()),
    st.builds(confirm, _WHICH),
    st.builds(prove, _WHICH),
    st.builds(change_mode, _WHICH),
    st.builds(hand_on, _WHICH, _WHO),
    st.builds(disown, _WHICH),
    st.builds(revise, _WHICH, st.sampled_from(["A", "B", "C"])),
    st.builds(choose, _WHICH, _PICKS),
    st.builds(resize, st.integers(1, 4)),
    st.builds(resize_item, _WHICH, st.integers(1, 3)),
    st.builds(stream, st.booleans()),
    st.builds(move, st.integers(1, 3)),
    st.builds(door, st.sampled_from([Decision.CLOSE, Decision.REOPEN])),
)
"""What happens to the event."""


def terms(now: Any) -> st.SearchStrategy[Terms]:
    """On what terms people are let in."""
    return st.builds(
        Terms,
        access=st.sampled_from([*[Access.PUBLIC] * 4, Access.MEMBERS, Access.INVITED]),
        members_first_until=st.sampled_from([None, None, None, now + timedelta(hours=20)]),
        members_move_first=st.booleans(),
        by_approval=st.sampled_from([False, False, False, True]),
        organisation_limit=st.sampled_from([None, None, 1, 2]),
        is_hybrid=st.booleans(),
        online_capacity=st.sampled_from([None, 1, 2]),
        confirm_hours=st.sampled_from([None, 24]),
    )
