"""What must hold for an event, whatever has happened to it: values in, `AssertionError` out. For the model test."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.events.capacity import Standing
from service.events.choices import Place
from service.events.items import Item
from service.events.occasion import Occasion
from service.events.registrants import Registrant
from service.events.terms import Access, Mode
from tests.support.events import Posted

LIVE = (Standing.SEATED, Standing.OFFERED, Standing.WAITLISTED, Standing.PENDING)

SAYS = {
    Standing.PENDING: ("We have your request",),
    Standing.WAITLISTED: ("You are on the waiting list",),
    Standing.OFFERED: ("A place is free for you",),
    Standing.SEATED: ("You are registered", "You have a place"),
    Standing.DECLINED: ("Your request was declined",),
    Standing.CANCELLED: ("Your registration is cancelled", "Your place is handed on", "The place went to the next"),
}
"""How a letter begins that says where somebody stands."""

CALLED_OFF = "Called off"
ITEM_FREE = "A place has come free"

_SAYS_SO = (CALLED_OFF, *(words for all_words in SAYS.values() for words in all_words))


@dataclass(frozen=True)
class Seen:
    """Everything about the event at one moment; people in the order of their positions.

    `chosen`: registration id → item id → what became of it; `known`: the addresses that a mailed link may let in.
    """

    now: datetime
    event: Occasion
    people: tuple[Registrant, ...]
    items: tuple[Item, ...]
    chosen: Mapping[int, Mapping[int, Place]]
    known: frozenset[str]

    @property
    def moves_up(self) -> bool:
        """Whether seats that come free go to those who wait."""
        return self.event.goes_on and not self.event.has_begun(self.now)

    def holding(self, mode: Mode) -> list[Registrant]:
        """Who holds a seat in that mode."""
        return [one for one in self.people if one.state.holds_a_seat and one.mode is mode]

    def organisation_is_full(self, one: Registrant) -> bool:
        """Whether the organisation of this one has all the seats that it may have."""
        same = [other for other in self.people if other.state.holds_a_seat and other.organisation_key == one.organisation_key]
        return self._is_limited(one) and len(same) >= (self.event.organisation_limit or 0)

    def lets_members_go_first(self, one: Registrant) -> bool:
        """Whether this one has to wait until members have had their time."""
        until = self.event.members_first_until
        return until is not None and self.now < until and not one.is_vouched and one.decided_at is None

    def is_let_in(self, one: Registrant) -> bool:
        """Whether this one may have a seat at all: the office has decided, or a mailed link says who it is where that is asked."""
        is_asked = self.event.by_approval or (self.event.access is not Access.PUBLIC and not one.is_vouched)
        return one.decided_at is not None or not is_asked

    def may_be_passed_by(self, one: Registrant) -> bool:
        """Whether others behind may get a seat first: members do for a while, and another organisation where this one's is full."""
        return self.lets_members_go_first(one) or self._is_limited(one)

    def turn(self, one: Registrant) -> tuple[bool, int]:
        """The place in line."""
        return self.event.members_move_first and not one.is_vouched, one.position

    def _is_limited(self, one: Registrant) -> bool:
        return self.event.organisation_limit is not None and one.organisation_key != ""


def check_seats(seen: Seen) -> None:
    """Never more taken, given or held, than there are: in the room, online, of an organisation, in an item. What is counted is what is taken.

    Nobody takes one who is not let in, and no address lets in two.
    """
    event = seen.event
    vouched = [one.address for one in seen.people if one.is_vouched and one.state in LIVE]
    assert seen.known >= set(vouched)
    assert len(vouched) == len(set(vouched))
    for mode, counted in ((Mode.ROOM, event.seats_taken), (Mode.ONLINE, event.online_taken)):
        assert len(seen.holding(mode)) == counted
        assert all(map(seen.is_let_in, seen.holding(mode)))
        assert (left := event.left_in(mode)) is None or left >= 0
    if event.organisation_limit:
        holders = [one.organisation_key for one in seen.people if one.state.holds_a_seat and one.organisation_key]
        assert max(map(holders.count, holders), default=0) <= event.organisation_limit
    for item in seen.items:
        taken = [id for id, places in seen.chosen.items() if places.get(item.id) is Place.SEATED]
        assert len(taken) == item.seats_taken
        assert item.seats_left is None or item.seats_left >= 0
        assert set(taken) <= {one.id for one in seen.people if one.state is Standing.SEATED}


def check_line(seen: Seen) -> None:
    """Nobody waits for what is free, nobody stands at one place with another, nobody is registered twice."""
    positions, live = [one.position for one in seen.people], [one for one in seen.people if one.state in LIVE]
    assert len(set(positions)) == len(positions)
    assert len({(one.address.lower(), one.name) for one in live}) == len(live)
    if not seen.moves_up:
        return
    for one in live:
        if one.state is Standing.WAITLISTED:
            assert seen.lets_members_go_first(one) or seen.event.left_in(one.mode) == 0 or seen.organisation_is_full(one), one
        if one.state is Standing.OFFERED:
            assert one.offered_until is not None
            assert one.offered_until > seen.now
    for item in seen.items:
        waiting = [one for one in live if one.state is Standing.SEATED and seen.chosen.get(one.id, {}).get(item.id) is Place.WAITING]
        assert item.is_full or not waiting


def check_order(before: Seen, after: Seen, touched: Collection[int]) -> None:
    """Nobody is lost or changes place but to a colleague, and nobody who did nothing (`touched` did) was passed by."""
    was = {one.id: one for one in before.people}
    stays = {one.id: one for one in after.people if one.handed_to is None}  # who handed a place on has given the position away
    assert set(was) <= {one.id for one in after.people}
    assert all(was[id].position == one.position for id, one in stays.items() if id in was)
    gave = {one.handed_to: was[one.id] for one in after.people if one.id in was}
    took = [one for id, one in stays.items() if id in gave and one.brought_by == gave[id].id and id not in was]
    assert all(gave[one.id].position == one.position for one in took)
    if not after.moves_up:
        return
    held = {(one.position, one.mode) for mode in Mode for one in before.holding(mode)}
    new = [one for mode in Mode for one in after.holding(mode) if (one.position, one.mode) not in held]
    assert not any(map(after.lets_members_go_first, new))
    for id, one in stays.items():
        waited = id in was and (was[id].state, was[id].mode) == (one.state, one.mode) == (Standing.WAITLISTED, one.mode)
        if waited and id not in touched and not after.may_be_passed_by(one):
            assert not [other for other in new if other.mode is one.mode and after.turn(other) > after.turn(one)], one


def check_letters(seen: Seen, letters: Mapping[int, Sequence[Posted]]) -> None:
    """The last letter that says where somebody stands says it. `letters`: by registration, what was taken back left out.

    Whoever waited and was handed a better place has the letters about that one.
    """
    person = {one.id: one.person_id for one in seen.people}
    for one in seen.people:
        if one.handed_to is not None and person[one.handed_to] == one.person_id:
            continue
        said = [letter.subject for letter in letters.get(one.id, ()) if letter.subject.startswith(_SAYS_SO)]
        expected = SAYS[one.state] if seen.event.goes_on or one.state not in LIVE else (CALLED_OFF,)
        if one.disowned_at is not None:  # nobody writes to a declined one who says "not me"
            expected += SAYS[Standing.DECLINED]
        assert said, one
        assert said[-1].startswith(expected), (said, one)


def check_items_told(before: Seen, after: Seen, touched: Collection[int], new: Mapping[int, Sequence[Posted]]) -> None:
    """Whoever moved up in an item, had their seat in the event already and did nothing, has a letter about it. `new`: those since `before`."""
    seated = {one.id for one in before.people if one.state is Standing.SEATED} - set(touched)
    for id in seated & set(after.chosen) if after.moves_up else ():
        had, has = before.chosen.get(id, {}), after.chosen[id]
        moved_up = [item_id for item_id, place in has.items() if place is Place.SEATED and had.get(item_id) is Place.WAITING]
        assert len([letter for letter in new.get(id, ()) if letter.subject.startswith(ITEM_FREE)]) == len(moved_up)


Entry = tuple[datetime, datetime, bool]
"""When it begins and ends, and whether the way in stands there."""


def calendars(seen: Seen) -> dict[str, list[Entry]]:
    """What is still to come, as each address should see it."""
    found: dict[str, list[Entry]] = {}
    for one in seen.people if seen.event.goes_on else ():
        if one.state is Standing.SEATED:
            has_link = not seen.event.is_hybrid or one.mode is Mode.ONLINE
            found.setdefault(one.address, []).extend(
                (day.starts_at, day.ends_at, has_link) for day in seen.event.days if day.ends_at > seen.now
            )
    return {address: sorted(entries) for address, entries in found.items() if entries}
