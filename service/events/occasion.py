"""Occasion ★: one event as it is read, with its days; values and what follows from them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from service.events.terms import NAMES, Mode, Terms
from service.languages.catalogues import marked

Texts = dict[str, str]
"""Language → text."""


class Kind(StrEnum):
    """What sort of event it is."""

    SEMINAR = "seminar"
    TRAINING = "training"
    WORKSHOP = "workshop"
    INFO_DAY = "info_day"
    NETWORK_MEETING = "network_meeting"
    CONFERENCE = "conference"
    STUDY_TRIP = "study_trip"


KIND_NAMES = {
    Kind.SEMINAR: marked("Seminar"),
    Kind.TRAINING: marked("Training"),
    Kind.WORKSHOP: marked("Workshop"),
    Kind.INFO_DAY: marked("Info day"),
    Kind.NETWORK_MEETING: marked("Network meeting"),
    Kind.CONFERENCE: marked("Conference"),
    Kind.STUDY_TRIP: marked("Study trip"),
}


class State(StrEnum):
    """What a coordinator has decided; that an event is over follows from the clock. The way between them is in `lifecycle`."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    CALLED_OFF = "called_off"


class Door(StrEnum):
    """What somebody who wants to register finds."""

    NOT_YET = "not_yet"
    OPEN = "open"
    WAITLIST = "waitlist"
    CLOSED = "closed"
    OVER = "over"
    CALLED_OFF = "called_off"


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One day. `title` and `place` are empty where they are the event's own; `entry_id` is the calendar entry it belongs to."""

    id: int
    entry_id: int
    starts_at: datetime
    ends_at: datetime
    title: Texts = {}
    place: str = ""


class Occasion(Terms, frozen=True, kw_only=True):
    """An event with its days, in order, and its terms. Fields as in `tables.Event`."""

    id: int
    cluster_id: int
    slug: str
    kind: Kind
    state: State
    title: Texts
    summary: Texts
    description: Texts
    zone: str
    starts_at: datetime
    ends_at: datetime
    days: tuple[Day, ...]
    place_name: str
    place_address: str
    place_town: str
    access_notes: Texts
    online_url: str
    capacity: int | None
    seats_taken: int
    online_taken: int = 0
    opens_at: datetime | None
    closes_at: datetime | None
    funding_id: int | None
    image_digest: str | None
    called_off_words: Texts
    published_at: datetime | None
    changed_at: datetime
    version: int
    series_id: int | None = None
    languages: tuple[str, ...] = ()
    moved_from: datetime | None = None
    topic_ids: tuple[int, ...] = ()
    asks_diet: bool = False
    asks_access: bool = False
    has_choices: bool = False
    has_own_words: bool = False

    @property
    def is_public(self) -> bool:
        """Whether everybody may read about it."""
        return self.state is not State.DRAFT

    @property
    def goes_on(self) -> bool:
        """Whether it is announced and not called off."""
        return self.state in (State.PUBLISHED, State.CLOSED)

    @property
    def terms(self) -> Terms:
        """The terms alone."""
        return Terms(**{name: getattr(self, name) for name in NAMES})

    @property
    def seats_left(self) -> int | None:
        """How many more fit in, in the room and online together; None when there is no limit."""
        left = [self.left_in(mode) for mode in self.modes]
        return None if None in left else sum(filter(None, left))

    @property
    def modes(self) -> tuple[Mode, ...]:
        """What there is to choose from; the room alone stands for "nothing to choose"."""
        return (Mode.ROOM, Mode.ONLINE) if self.is_hybrid else (Mode.ROOM,)

    def left_in(self, mode: Mode) -> int | None:
        """How many more fit in in that mode; None when there is no limit."""
        limit, taken = (self.capacity, self.seats_taken) if mode is Mode.ROOM else (self.online_capacity, self.online_taken)
        return None if limit is None else limit - taken

    def seen_by(self, mode: Mode) -> Occasion:
        """The event as it is for somebody who takes part in that mode: a hybrid one has no online link in the room, and no place online."""
        if not self.is_hybrid:
            return self
        if mode is Mode.ROOM:
            return replace(self, online_url="")
        return replace(self, place_name="", place_address="", place_town="", days=tuple(replace(day, place="") for day in self.days))

    @property
    def place_line(self) -> str:
        """Name, address and town in one line; what is repeated in the address is said once."""
        parts = [self.place_name, self.place_address]
        if self.place_town.casefold() not in self.place_address.casefold():
            parts.append(self.place_town)
        return ", ".join(part for part in parts if part)

    def places(self, days: tuple[Day, ...]) -> tuple[str, ...]:
        """Where each of `days` is: at a place of its own, or at the event's."""
        return tuple(day.place or self.place_line for day in days)

    def place_of(self, days: tuple[Day, ...]) -> str:
        """Where `days` are, in one line, each place once; empty online."""
        return "; ".join(dict.fromkeys(filter(None, self.places(days))))

    @property
    def entries(self) -> dict[int, tuple[Day, ...]]:
        """The days by the calendar entry that they belong to, in order of time."""
        found: dict[int, tuple[Day, ...]] = {}
        for day in self.days:
            found[day.entry_id] = (*found.get(day.entry_id, ()), day)
        return found

    @property
    def registration_ends(self) -> datetime:
        """The moment from which nobody can register: the deadline, at the latest the beginning."""
        return min(self.closes_at or self.starts_at, self.starts_at)

    def is_over(self, now: datetime) -> bool:
        """Whether the last day has ended."""
        return self.ends_at <= now

    def has_begun(self, now: datetime) -> bool:
        """Whether the first day has begun: from then on nobody moves up from the waitlist."""
        return self.starts_at <= now

    def door(self, now: datetime) -> Door:
        """Whether one can register, and if not, why.

        | called off | over | closed or past the deadline | before the opening | no seat left | else |
        |---|---|---|---|---|---|
        | CALLED_OFF | OVER | CLOSED | NOT_YET | WAITLIST | OPEN |
        """
        if self.state is State.CALLED_OFF:
            return Door.CALLED_OFF
        if self.is_over(now):
            return Door.OVER
        if self.state is not State.PUBLISHED or self.registration_ends <= now:
            return Door.CLOSED
        if self.opens_at is not None and now < self.opens_at:
            return Door.NOT_YET
        return Door.WAITLIST if self.seats_left == 0 else Door.OPEN
