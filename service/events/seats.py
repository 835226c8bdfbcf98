"""Seats: how many are left by each counter, who stands in line for them, and taking and freeing them, under the lock of the event's row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from service.events import admission, capacity
from service.events.capacity import Claim
from service.events.occasion import Occasion
from service.events.terms import Mode
from service.persistence.engine import connection


async def lacking(*, event: Occasion, mode: Mode, organisation_key: str, now: datetime) -> str | None:
    """The counter that has no seat for somebody who comes now, those in line first; None when there is one."""
    newcomer = Claim(0, _needs(event, mode, organisation_key))
    missing = capacity.lacking(newcomer.needs, await _left(event, [newcomer]))
    if missing is not None:
        return missing
    everybody = [*await line(event=event, now=now), newcomer]
    return capacity.outlook(everybody, await _left(event, everybody))[newcomer.id]


async def outlook(*, event: Occasion, now: datetime) -> dict[int, str | None]:
    """What each registration in line lacks, in the order of the line: None could have a seat now. Those who are held back are left out."""
    waiting = await line(event=event, now=now)
    return capacity.outlook(waiting, await _left(event, waiting))


async def next_up(*, event: Occasion, now: datetime) -> list[int]:
    """The registrations in line that there is a seat for now, in the order of the line."""
    if all(event.left_in(mode) == 0 for mode in event.modes):
        return []
    return [id for id, missing in (await outlook(event=event, now=now)).items() if missing is None]


async def line(*, event: Occasion, now: datetime) -> list[Claim]:
    """Who waits for a seat and may have one: in the order of `position`, members before the others where the terms say so."""
    async with connection() as raw:
        rows = await raw.fetch(_LINE, event.id, event.members_move_first)
    return [
        Claim(row["id"], _needs(event, Mode(row["mode"]), row["organisation_key"]))
        for row in rows
        if not admission.is_held_back(terms=event, is_vouched=row["may_be_first"], now=now)
    ]


async def take(*, event_id: int, modes: Iterable[Mode]) -> None:
    """One seat more is taken in each of `modes`; below zero with `free`."""
    await _count(event_id, list(modes), 1)


async def free(*, event_id: int, mode: Mode) -> None:
    """A seat is free again."""
    await _count(event_id, [mode], -1)


async def _count(event_id: int, modes: list[Mode], sign: int) -> None:
    async with connection() as raw:
        await raw.execute(_TAKE, event_id, sign * modes.count(Mode.ROOM), sign * modes.count(Mode.ONLINE))


def _needs(event: Occasion, mode: Mode, organisation_key: str) -> tuple[str, ...]:
    return admission.counters(terms=event, mode=mode, organisation_key=organisation_key)


async def _left(event: Occasion, claims: Iterable[Claim]) -> dict[str, int | None]:
    """What is left of each counter that somebody of `claims` needs."""
    found: dict[str, int | None] = {mode.value: event.left_in(mode) for mode in event.modes}
    limited = sorted({counter for claim in claims for counter in claim.needs} - found.keys())
    if event.organisation_limit is None or not limited:
        return found
    async with connection() as raw:
        rows = await raw.fetch(_BY_ORGANISATION, event.id, limited)
    return found | {row["counter"]: event.organisation_limit - row["taken"] for row in rows}


_LINE = """
SELECT id, mode, organisation_key, is_vouched OR decided_at IS NOT NULL AS may_be_first FROM registration
WHERE event_id = $1 AND state = 'waitlisted' ORDER BY $2::boolean AND NOT is_vouched, position
"""

_BY_ORGANISATION = """
SELECT counter, count(r.id) AS taken FROM unnest($2::text[]) AS counter
LEFT JOIN registration r ON r.event_id = $1 AND r.state IN ('seated', 'offered') AND r.organisation_key <> '' AND r.organisation_key = substr(counter, 14)
GROUP BY counter
"""

_TAKE = "UPDATE event SET seats_taken = seats_taken + $2, online_taken = online_taken + $3 WHERE id = $1"
