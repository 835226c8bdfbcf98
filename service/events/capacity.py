"""Capacity ★: who gets a seat. Values in, values out; the caller holds the event's row lock while it asks and acts.

Seats are counted by *counters*: the room, online, an organisation. Whoever wants a seat claims one of each of its counters, and gets all or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.errors import Refused


class Standing(StrEnum):
    """What became of a registration. An offered seat is held until it is confirmed, given up, or the time to confirm is over."""

    PENDING = "pending"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    SEATED = "seated"
    DECLINED = "declined"
    CANCELLED = "cancelled"

    @property
    def holds_a_seat(self) -> bool:
        """Whether a seat is taken by it."""
        return self in (Standing.SEATED, Standing.OFFERED)


Left = Mapping[str, int | None]
"""Counter → how many seats it has left; None: no limit. A counter that is not in it has no limit."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody in line and the counters that they need a seat of."""

    id: int
    needs: tuple[str, ...]


def lacking(needs: Iterable[str], left: Left) -> str | None:
    """The first counter that has no seat left; None when there is one of each."""
    return next((counter for counter in needs if (free := left.get(counter)) is not None and free <= 0), None)


def outlook(line: Sequence[Claim], left: Left) -> dict[int, str | None]:
    """What each in line lacks: None gets a seat now. First come first served; whoever lacks a counter is passed by and keeps the place in line."""
    remaining, found = dict(left), dict[int, str | None]()
    for claim in line:
        found[claim.id] = missing = lacking(claim.needs, remaining)
        if missing is None:
            remaining |= {counter: free - 1 for counter in claim.needs if (free := remaining.get(counter)) is not None}
    return found


def refuse_below_taken(*, capacity: int | None, taken: int, names: Sequence[str], field: str = "capacity") -> None:
    """Raises Refused when `capacity` would take a seat from somebody who has one; `names`: of everybody with a seat, the first to come first."""
    if capacity is None or capacity >= taken:
        return
    hit = names[capacity:]
    shown = ", ".join(hit[:_MOST_NAMES]) + (" …" if len(hit) > _MOST_NAMES else "")
    raise Refused(
        "{taken} people have a seat already, so there cannot be only {capacity}: {names} would lose theirs. Cancel registrations first, or keep at least {taken} seats.",
        field=field,
        taken=taken,
        capacity=capacity,
        names=shown,
    )


_MOST_NAMES = 10
