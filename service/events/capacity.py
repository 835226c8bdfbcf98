"""Capacity ★: who gets a seat. Values in, values out; the caller holds the event's row lock while it asks and acts."""

from __future__ import annotations

from enum import StrEnum

from service.errors import Refused


class Standing(StrEnum):
    """What became of a registration."""

    SEATED = "seated"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


def standing(*, capacity: int | None, taken: int, waiting: int) -> Standing:
    """What a newcomer gets: a seat when one is free and nobody waits for it, else the end of the line. `capacity` None: no limit."""
    free = capacity is None or taken < capacity
    return Standing.SEATED if free and waiting == 0 else Standing.WAITLISTED


def promotable(*, capacity: int | None, taken: int, waiting: int) -> int:
    """How many move up from the waitlist now."""
    return waiting if capacity is None else max(0, min(waiting, capacity - taken))


def refuse_below_taken(*, capacity: int | None, taken: int) -> None:
    """Raises Refused when `capacity` would take a seat from somebody who has one."""
    if capacity is not None and capacity < taken:
        raise Refused(
            "{taken} people have a seat already, so there cannot be only {capacity}. Cancel registrations first, or keep at least {taken} seats.",
            field="capacity",
            taken=taken,
            capacity=capacity,
        )
