"""Pause, resume and cancel a dispatch. A worker asks for the state before each body that it has not asked about within a third of a second."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service.errors import Stale
from service.persistence.engine import connection
from service.persistence.transaction import nudge_after_commit, transaction

_AT_ONCE, _BATCH, _ROUNDS = 1000, 5000, 20  # copies; rounds of one `clear`, a few seconds


async def pause(*, dispatch_id: int, now: datetime, reason: str) -> None:  # noqa: ARG001  (every act takes its moment)
    """Let no further copy out until `resume`; raises Stale when it is not running."""
    await _change(dispatch_id, "running", "paused", reason)


async def resume(*, dispatch_id: int, now: datetime) -> None:
    """Go on where it was paused; raises Stale when it is not paused. What went wrong until now is known, and does not pause it again."""
    await _change(dispatch_id, "paused", "running", "")
    async with connection() as raw:
        await raw.execute("UPDATE dispatch SET watched_since = $2, figures = NULL WHERE id = $1", dispatch_id, now)
    nudge_after_commit("carry")


async def cancel(*, dispatch_id: int, now: datetime, reason: str) -> None:
    """Stop for good: nothing is begun from the commit on, and those between dot and reply end as the server says.

    The open copies of a small dispatch end as cancelled here; of a large one they would keep it from being committed, so `clear` ends the others.
    Raises Stale when it was done or cancelled already.
    """
    async with transaction(), connection() as raw:
        found = await raw.fetchval(
            "UPDATE dispatch SET state = 'cancelled', reason = $2, done_at = $3 WHERE id = $1 AND state IN ('running', 'paused') RETURNING id",
            dispatch_id,
            reason,
            now,
        )
        if found is None:
            raise Stale("This sending is over already.")
        await raw.execute(_CANCEL_COPIES, [dispatch_id], now, _AT_ONCE)


async def clear(*, now: datetime) -> None:
    """End what still waits in cancelled dispatches, some thousands at a time; workers call it again and again."""
    async with connection() as raw:
        ids = [row["id"] for row in await raw.fetch(_HALF_CANCELLED)]
        for _ in range(_ROUNDS if ids else 0):
            done = await raw.execute(_CANCEL_COPIES, ids, now, _BATCH)
            if int(done.split()[-1]) < _BATCH:
                return


async def overtake(
    *, person_ids: Sequence[int], slot: str, values: Sequence[str], now: datetime, having: str = ""
) -> list[tuple[str, str]]:
    """Take back the copies to these people that still wait and whose `slot` has one of `values`; returns that value and the one of `having` for each.

    `having`: only those that have this slot too. For a letter that makes an earlier one wrong: an invitation held up by a relay must not arrive after
    its cancellation. In the caller's transaction.
    """
    async with connection() as raw:
        rows = await raw.fetch(_OVERTAKE, list(person_ids), slot, list(values), now, having)
    return [(row["value"], row["other"]) for row in rows]


async def take_back(*, about: str, slot: str, now: datetime, values: Sequence[str] | None = None) -> list[str]:
    """Take back the copies about something that still wait and have this `slot`, with one of `values` where given; returns what their slots have.

    As `overtake`, also for people who are none of ours yet. In the caller's transaction.
    """
    async with connection() as raw:
        rows = await raw.fetch(_TAKE_BACK, about, slot, None if values is None else list(values), now)
    return [row["value"] for row in rows]


async def _change(dispatch_id: int, before: str, after: str, reason: str) -> None:
    async with connection() as raw:
        found = await raw.fetchval(
            "UPDATE dispatch SET state = $3, reason = $4 WHERE id = $1 AND state = $2 RETURNING id", dispatch_id, before, after, reason
        )
    if found is None:
        raise Stale("This sending has changed meanwhile. Load the page again.")


_OVERTAKE = """
UPDATE delivery SET state = 'cancelled', reason = 'overtaken by a later letter', settled_at = $4, lease = NULL
WHERE person_id = ANY ($1) AND settled_at IS NULL AND state = 'queued' AND slots->>$2 = ANY ($3::text[]) AND ($5 = '' OR slots->>$5 IS NOT NULL)
RETURNING slots->>$2 AS value, coalesce(slots->>$5, '') AS other
"""

_TAKE_BACK = """
UPDATE delivery SET state = 'cancelled', reason = 'overtaken by a later letter', settled_at = $4, lease = NULL
WHERE dispatch_id IN (SELECT id FROM dispatch WHERE about = $1) AND settled_at IS NULL AND state = 'queued'
    AND slots->>$2 IS NOT NULL AND ($3::text[] IS NULL OR slots->>$2 = ANY ($3))
RETURNING slots->>$2 AS value
"""

_CANCEL_COPIES = """
WITH waiting AS (
    SELECT d.id, p.reason FROM (SELECT id, reason FROM dispatch WHERE id = ANY ($1) AND state = 'cancelled') AS p
    CROSS JOIN LATERAL (
        SELECT id FROM delivery WHERE dispatch_id = p.id AND settled_at IS NULL AND state = 'queued'
        ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
    ) AS d
    LIMIT $3
)
UPDATE delivery SET state = 'cancelled', reason = waiting.reason, settled_at = $2, lease = NULL FROM waiting WHERE delivery.id = waiting.id
"""

_HALF_CANCELLED = """
SELECT id FROM dispatch
WHERE state = 'cancelled' AND EXISTS (SELECT FROM delivery WHERE dispatch_id = dispatch.id AND settled_at IS NULL AND state = 'queued')
"""
