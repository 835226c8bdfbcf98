"""What went wrong with copies of a mailing, counted while it runs; a dispatch that raises an `alarm` is paused, or held at one destination, and says why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

import msgspec
import structlog

from service.delivery import alarm, destinations, pacing
from service.delivery.alarm import Alarm, Figures, Kind
from service.delivery.claim import Claimed
from service.delivery.classification import Verdict, classify
from service.delivery.outbox import Kind as Letters
from service.delivery.verdict import Reply
from service.persistence.engine import connection
from service.persistence.transaction import nudge_after_commit, transaction

log = structlog.get_logger()

_KINDS = {Verdict.HARD: Kind.HARD, Verdict.OURS: Kind.OURS}
_WORKERS = 4  # each sees its share only, and looks that much earlier


AFTERWARDS = ""
"""The destination of a hold that holds nothing: the dispatch was done when it became one to be stopped."""


class Setback(NamedTuple):
    """A copy that speaks of its whole mailing."""

    dispatch_id: int
    delivery_id: int
    destination: str
    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A destination at which a dispatch is held since `since`, because of `bad` of `settled` copies; see `alarm.Kind`."""

    destination: str
    kind: Kind
    bad: int
    settled: int
    since: datetime


class Tally:
    """What a worker meets with; a mailing is weighed again as soon as that can matter, and one without setbacks costs nothing."""

    def __init__(self) -> None:
        self._fresh: list[Setback] = []
        self._patience: dict[int, int] = defaultdict(int)

    def refused(self, copy: Claimed, reply: Reply, at: datetime) -> None:
        """A server refused a copy for good."""
        kind = _KINDS.get(classify(status=reply.status, words=str(reply)))
        if kind is not None and copy.kind is Letters.NEWS:
            self._fresh.append(Setback(copy.dispatch_id, copy.id, destinations.of(copy.address), kind, at))
            self._patience[copy.dispatch_id] -= 1

    async def weigh(self, *, now: datetime) -> None:
        """Write down what is new and stop what must stop; its copies are settled already."""
        fresh, self._fresh = self._fresh, []
        if fresh:
            await _note(fresh)
        for dispatch_id in [one for one, patience in self._patience.items() if patience <= 0]:
            figures = await weigh(dispatch_id=dispatch_id, now=now)
            if figures is None:
                del self._patience[dispatch_id]
            else:
                self._patience[dispatch_id] = -(-alarm.patience(figures) // _WORKERS)


async def report(*, delivery_id: int, address: str, kind: Kind, now: datetime) -> None:
    """Something came back about a copy of news; a copy counts once for each kind."""
    async with connection() as raw:
        dispatch_id = await raw.fetchval(_REPORT, delivery_id, destinations.of(address), kind.value, now)
        bad = dispatch_id and await raw.fetchval(_REPORTED, dispatch_id, kind.value)
    if dispatch_id is not None and alarm.is_due(kind, bad):
        await weigh(dispatch_id=dispatch_id, now=now)


async def weigh(*, dispatch_id: int, now: datetime) -> Figures | None:
    """Look at a running dispatch and stop it when it must, at one that is done and let its coordinators know; returns the figures, None when it does not run
    any more.
    """
    async with connection() as raw:
        row = await raw.fetchrow(_WEIGHED, dispatch_id)
        if row is None:
            return None
        since, is_done = row["watched_since"], row["state"] == "done"
        bad: dict[Kind, dict[str, int]] = defaultdict(dict)
        for one in await raw.fetch(_BAD, dispatch_id, since):
            bad[Kind(one["kind"])][one["destination"]] = one["copies"]
        only = alarm.only_destination(bad)
        suspected = alarm.suspects(bad)
        figures = Figures(
            settled=await raw.fetchval(_SETTLED, dispatch_id, since),
            bad=bad,
            elsewhere=bool(suspected and only and await raw.fetchval(_ELSEWHERE, dispatch_id, destinations.domains(only))),
            held=await raw.fetchval("SELECT count(*) FROM dispatch_hold WHERE dispatch_id = $1 AND released_at IS NULL", dispatch_id),
        )
    found = alarm.judge(figures)
    if is_done and found is not None:
        await _stop(dispatch_id, replace(found, destination=AFTERWARDS), since, now)
    if is_done or found is None:
        return None if is_done else figures
    await _stop(dispatch_id, found, since, now)
    return figures if found.destination else None


async def holds(*, dispatch_id: int) -> list[Hold]:
    """Where it is held while it goes on elsewhere."""
    async with connection() as raw:
        rows = await raw.fetch(_HOLDS, dispatch_id)
    return [Hold(row["destination"], Kind(row["reason"]), row["bad"], row["settled"], row["since"]) for row in rows]


async def untold() -> list[int]:
    """The dispatches with a hold that nobody was told of."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT DISTINCT dispatch_id FROM dispatch_hold WHERE told_at IS NULL AND released_at IS NULL ORDER BY 1")
    return [row["dispatch_id"] for row in rows]


async def tell(*, dispatch_id: int, now: datetime) -> list[Hold]:
    """The holds that nobody was told of, marked as told in the caller's transaction: exactly one caller gets each."""
    async with connection() as raw:
        rows = await raw.fetch(_TELL, dispatch_id, now)
    return [Hold(row["destination"], Kind(row["reason"]), row["bad"], row["settled"], row["since"]) for row in rows]


async def release(*, dispatch_id: int, destination: str, now: datetime) -> bool:
    """Go on at a destination; only copies settled from now on are weighed there. False when it was not held."""
    async with transaction(), connection() as raw:
        domains = await raw.fetchval(_RELEASE, dispatch_id, destination, now)
        if domains is None:
            return False
        await raw.execute(_DUE_NOW, dispatch_id, domains, now, pacing.HELD)
        nudge_after_commit("carry")
    return True


async def _note(fresh: Sequence[Setback]) -> None:
    async with connection() as raw:
        await raw.execute(_NOTE, *map(list, zip(*sorted(fresh, key=lambda one: one.delivery_id), strict=True)))


async def _stop(dispatch_id: int, found: Alarm, since: datetime | None, now: datetime) -> None:
    async with transaction(), connection() as raw:
        if found.destination is None:
            figures = msgspec.json.encode({"bad": found.bad, "settled": found.settled}).decode()
            stopped = await raw.fetchval(_PAUSE, dispatch_id, found.kind.value, figures, since)
        else:
            domains = destinations.domains(found.destination)
            stopped = await raw.fetchval(
                _HOLD, dispatch_id, found.destination, domains, found.kind.value, found.bad, found.settled, now, since
            )
        if stopped is not None:
            nudge_after_commit("tick")
            log.warning("dispatch_stopped_itself", dispatch=dispatch_id, kind=found.kind.value, bad=found.bad, settled=found.settled)


_NOTE = """
INSERT INTO setback (dispatch_id, delivery_id, destination, kind, at)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[]) ON CONFLICT DO NOTHING
"""

_REPORT = """
INSERT INTO setback (dispatch_id, delivery_id, destination, kind, at)
SELECT p.id, d.id, $2, $3, $4 FROM delivery d JOIN dispatch p ON p.id = d.dispatch_id
WHERE d.id = $1 AND p.kind = 'news' ON CONFLICT DO NOTHING RETURNING dispatch_id
"""

# No fewer than `_BAD` finds of this kind, for much less.
_REPORTED = """
SELECT count(*)::integer FROM setback s JOIN dispatch p ON p.id = s.dispatch_id
WHERE p.id = $1 AND s.kind = $2 AND (p.watched_since IS NULL OR s.at > p.watched_since)
"""

# One that is done and has a reason had stopped itself before, and told why.
_WEIGHED = """
SELECT watched_since, state FROM dispatch WHERE id = $1 AND kind = 'news' AND (state = 'running' OR state = 'done' AND reason = '')
"""

_BAD = """
SELECT s.kind, s.destination, count(*)::integer AS copies
FROM setback s JOIN delivery d ON d.id = s.delivery_id
LEFT JOIN dispatch_hold h ON h.dispatch_id = s.dispatch_id AND h.destination = s.destination
WHERE s.dispatch_id = $1 AND ($2::timestamptz IS NULL OR d.settled_at > $2) AND (h.id IS NULL OR d.settled_at > h.released_at)
GROUP BY s.kind, s.destination
"""

# What failed here has a status of its own as its reason, and no server has answered.
_SETTLED = """
SELECT count(*)::integer FROM delivery d
WHERE d.dispatch_id = $1 AND d.state IN ('sent', 'failed') AND d.reason NOT LIKE '5.%' AND ($2::timestamptz IS NULL OR d.settled_at > $2)
  AND NOT EXISTS (
    SELECT FROM dispatch_hold h
    WHERE h.dispatch_id = $1 AND lower(split_part(d.address, '@', 2)) = ANY (h.domains) AND (d.settled_at > h.released_at) IS NOT TRUE
  )
"""

_ELSEWHERE = """
SELECT EXISTS (
    SELECT FROM delivery WHERE dispatch_id = $1 AND letter_id IS NOT NULL AND lower(split_part(address, '@', 2)) <> ALL ($2::text[])
)
"""

_PAUSE = """
UPDATE dispatch SET state = 'paused', reason = $2, figures = $3::jsonb
WHERE id = $1 AND state = 'running' AND watched_since IS NOT DISTINCT FROM $4 RETURNING id
"""

_HOLD = """
INSERT INTO dispatch_hold (dispatch_id, destination, domains, reason, bad, settled, since)
SELECT id, $2, $3::text[], $4, $5, $6, $7 FROM dispatch
WHERE id = $1 AND state = CASE WHEN $2::varchar = '' THEN 'done' ELSE 'running' END AND watched_since IS NOT DISTINCT FROM $8
ON CONFLICT (dispatch_id, destination) DO UPDATE
SET reason = EXCLUDED.reason, bad = EXCLUDED.bad, settled = EXCLUDED.settled, since = EXCLUDED.since, released_at = NULL, told_at = NULL
WHERE dispatch_hold.released_at IS NOT NULL
RETURNING id
"""

_HOLDS = """
SELECT destination, reason, bad, settled, since FROM dispatch_hold WHERE dispatch_id = $1 AND released_at IS NULL ORDER BY destination
"""

_TELL = """
UPDATE dispatch_hold SET told_at = $2 WHERE dispatch_id = $1 AND told_at IS NULL AND released_at IS NULL
RETURNING destination, reason, bad, settled, since
"""

_RELEASE = """
UPDATE dispatch_hold SET released_at = $3 WHERE dispatch_id = $1 AND destination = $2 AND released_at IS NULL RETURNING domains
"""

_DUE_NOW = """
UPDATE delivery SET due_at = $3
WHERE dispatch_id = $1 AND settled_at IS NULL AND state = 'queued' AND reason = $4 AND lower(split_part(address, '@', 2)) = ANY ($2::text[])
  AND (expires_at IS NULL OR expires_at > $3)
"""
