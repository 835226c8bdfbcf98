"""Items ★: the agenda of an event, one thing at a time: what may be said about it, and which cannot be taken together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations, pairwise
from typing import NamedTuple

import msgspec

from service.errors import Problem, Refused
from service.events.occasion import Day, Texts
from service.languages import written

_LONGEST = {"title": 160, "description": 4_000, "speakers": 2_000}
_LINES = {"place": 160, "online_url": 500}
_ABOUT = re.compile(r"\s+[–—-]\s+|,\s+")
"""What parts a speaker's name from the line about them."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item as it is read. Fields as in `tables.EventItem`."""

    id: int
    event_id: int
    starts_at: datetime
    ends_at: datetime
    title: Texts
    description: Texts
    speakers: Texts
    place: str
    online_url: str
    is_chosen: bool
    capacity: int | None
    seats_taken: int

    @property
    def seats_left(self) -> int | None:
        """How many more fit in; None when there is no limit."""
        return None if self.capacity is None else self.capacity - self.seats_taken

    @property
    def is_full(self) -> bool:
        """Whether whoever chooses it now waits."""
        return self.seats_left == 0


class Speaker(NamedTuple):
    """Somebody who speaks, and a line about them, which may be empty."""

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """Everything that is typed about an item."""

    starts_at: datetime
    ends_at: datetime
    title: Texts
    description: Texts = field(default_factory=dict)
    speakers: Texts = field(default_factory=dict)
    place: str = ""
    online_url: str = ""
    is_chosen: bool = False
    capacity: int | None = None


def of(item: Item) -> ItemFacts:
    """The facts as they are now: what an edit starts from."""
    return ItemFacts(**{name: getattr(item, name) for name in ItemFacts.__dataclass_fields__})


def speakers(text: str) -> list[Speaker]:
    """Who speaks: one a line, the name first, then after a dash or a comma what there is to say about them."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    parted = [(*_ABOUT.split(line, maxsplit=1), "") for line in lines if line]
    return [Speaker(parts[0], parts[1]) for parts in parted]


def checked(facts: ItemFacts, *, languages: Sequence[str], days: Sequence[Day]) -> ItemFacts:
    """The facts, trimmed; raises Refused with every problem. `days`: those of the event, one of which the item lies in."""
    trimmed = replace(
        facts,
        title=written.lines(facts.title, languages),
        description=written.texts(facts.description, languages),
        speakers=written.texts(facts.speakers, languages),
        place=written.line(facts.place),
        online_url=written.line(facts.online_url),
        capacity=facts.capacity if facts.is_chosen else None,
    )
    if problems := [*_about_words(trimmed, languages), *_about_time(trimmed, days), *_about_seats(trimmed)]:
        raise Refused.all(problems)
    return trimmed


def clash(items: Sequence[Item]) -> tuple[Item, Item] | None:
    """Two of `items` that are at the same time; one may begin when the other ends."""
    for first, second in combinations(items, 2):
        if first.starts_at < second.ends_at and second.starts_at < first.ends_at:
            return first, second
    return None


def exchanged(first: Item, second: Item) -> tuple[ItemFacts, ItemFacts]:
    """Two items that follow each other, the other way round: together they begin and end as before, and the break between stays as long."""
    lasts, other = first.ends_at - first.starts_at, second.ends_at - second.starts_at
    return (
        replace(of(first), starts_at=second.ends_at - lasts, ends_at=second.ends_at),
        replace(of(second), starts_at=first.starts_at, ends_at=first.starts_at + other),
    )


def exchangeable(found: Sequence[Item], days: Sequence[Day]) -> dict[int, Item]:
    """The item right before, for each that can change places with it: both of one day, and nothing else at the time of either."""
    alone = [item for item in found if not any(clash((item, other)) for other in found if other is not item)]
    day_of = {item.id: [day.id for day in days if day.starts_at <= item.starts_at < day.ends_at] for item in alone}
    return {
        later.id: earlier
        for earlier, later in pairwise(found)
        if earlier in alone and later in alone and day_of[earlier.id] == day_of[later.id]
    }


def _about_words(facts: ItemFacts, languages: Sequence[str]) -> Iterator[Problem]:
    if not facts.title:
        yield Problem("Give it a title in at least one language.", f"title.{languages[0]}")
    for name, longest in _LONGEST.items():
        yield from written.too_long(getattr(facts, name), field=name, longest=longest)
    yield from written.too_long_lines(facts, longest=_LINES)
    if facts.online_url and not written.is_web_address(facts.online_url):
        yield Problem("Give the whole link, beginning with https://", "online_url")


def _about_time(facts: ItemFacts, days: Sequence[Day]) -> Iterator[Problem]:
    if facts.ends_at <= facts.starts_at:
        yield Problem("The end must come after the beginning.", "to")
    elif not any(day.starts_at <= facts.starts_at and facts.ends_at <= day.ends_at for day in days):
        yield Problem("This lies outside the hours of the event. Change it, or the hours of the event first.", "from")


def _about_seats(facts: ItemFacts) -> Iterator[Problem]:
    if facts.capacity is not None and not 1 <= facts.capacity <= 100_000:
        yield Problem("The number of seats is between 1 and 100,000; leave it empty for no limit.", "capacity")
