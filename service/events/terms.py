"""Terms ★: on what terms people are let into an event. They are fields of `Facts` and `Occasion`, so that they are written and read with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

import msgspec

from service.errors import Problem


class Access(StrEnum):
    """Who may take a seat by themselves; anybody else's request waits for the coordinator."""

    PUBLIC = "public"
    MEMBERS = "members"
    INVITED = "invited"


class Mode(StrEnum):
    """How somebody takes part. `room` as well where there is nothing to choose."""

    ROOM = "room"
    ONLINE = "online"


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of one event.

    `members_first_until`: before that moment only members and invited people get a seat, everybody else waits on the list. `by_approval`: each request
    waits for a coordinator. `organisation_limit`: at most so many seats each, None any number. `is_hybrid`: people choose their mode, and the seats
    in the room (`capacity`) and online (`online_capacity`, None: no limit) are counted apart. `confirm_hours`: a seat that comes free is offered to the
    next in line for so long, None: given at once. `members_move_first`: members stand before everybody else on the waitlist.
    """

    access: Access = Access.PUBLIC
    members_first_until: datetime | None = None
    by_approval: bool = False
    organisation_limit: int | None = None
    is_hybrid: bool = False
    online_capacity: int | None = None
    confirm_hours: int | None = None
    members_move_first: bool = False


def mode(text: str) -> Mode:
    """The mode that a form names; the room for anything else."""
    return Mode(text) if text in set(Mode) else Mode.ROOM


NAMES = Terms.__struct_fields__


def problems(terms: Terms, *, starts_at: datetime | None) -> Iterator[Problem]:
    """What is wrong with them. `starts_at`: the beginning of the event, if it is known; after it nobody moves up."""
    for name in ("organisation_limit", "online_capacity"):
        number = getattr(terms, name)
        if number is not None and not 1 <= number <= 100_000:
            yield Problem("The number of seats is between 1 and 100,000; leave it empty for no limit.", name)
    if terms.confirm_hours is not None and not 1 <= terms.confirm_hours <= _LONGEST_OFFER:
        yield Problem(
            "The time to confirm is between 1 and {most} hours; leave it empty to give seats at once.",
            "confirm_hours",
            {"most": _LONGEST_OFFER},
        )
    if terms.members_first_until and starts_at and terms.members_first_until >= starts_at:
        yield Problem("Everybody else must get a chance before the event begins.", "members_first_until")


_LONGEST_OFFER = 24 * 14
