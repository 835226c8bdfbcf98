"""Claims: who sends which copy. Each statement here is a short transaction of its own, and none is open while the network is waited for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from service.clusters import directory
from service.delivery.outbox import Kind
from service.persistence.engine import connection
from service.persistence.transaction import transaction


class Claimed(NamedTuple):
    """A copy that this worker holds under `lease`. `is_awaited`: somebody waits for it, so that no pace for newsletters holds it."""

    id: int
    lease: int
    dispatch_id: int
    letter_id: int
    person_id: int | None
    address: str
    name: str
    slots: dict[str, str]
    attempts: int
    kind: Kind
    is_awaited: bool = False


class Batch(NamedTuple):
    """What a claim brought. `found`: how many copies were due, those that ended at once among them."""

    copies: list[Claimed]
    found: int


async def claim(*, lease: int, kind: Kind, limit: int, now: datetime, mute: Collection[str] = ()) -> Batch:
    """Take up to `limit` due copies of running dispatches, highest priority first; news not in their cluster's quiet hours.

    `mute`: domains from which nothing may go out, because the keys that sign for them cannot be used here.
    Copies past their time end as expired and suppressed ones as skipped in the same statement, so fewer may come back. Under a lease that others have
    taken over there is nothing to claim, and nobody takes one over while a claim under it is being written.
    """
    quiet = await directory.quiet(now=now) if kind is Kind.NEWS else []
    async with connection() as raw:
        rows = await raw.fetch(_CLAIM, lease, kind.value, limit, now, quiet, list(mute))
    return Batch([_claimed(row, lease, kind) for row in rows if row["state"] == "sending"], len(rows))


def _claimed(row: Any, lease: int, kind: Kind) -> Claimed:
    return Claimed(
        row["id"],
        lease,
        row["dispatch_id"],
        row["letter_id"],
        row["person_id"],
        row["address"],
        row["name"],
        msgspec.json.decode(row["slots"]) if row["slots"] else {},
        row["attempts"],
        kind,
        kind is Kind.SERVICE or row["priority"] > 0,
    )


async def still_good(*, lease: int, ids: Sequence[int], now: datetime) -> set[int]:
    """Which of these claimed copies may still go out: held by this lease, running, not suppressed, not too late."""
    async with connection() as raw:
        return {row["id"] for row in await raw.fetch(_STILL_GOOD, lease, ids, now, timeout=5)}


async def give_back(*, lease: int, ids: Sequence[int], now: datetime) -> list[str]:
    """Let go of copies that were not begun: they are queued again, or cancelled with their dispatch. No attempt is counted.

    Returns the addresses of those that this lease still held.
    """
    async with transaction(), connection() as raw:
        await raw.execute(LOCK_DISPATCHES, ids)
        return [row["address"] for row in await raw.fetch(_GIVE_BACK, lease, ids, now)]


async def forgotten(*, lease: int, known: Collection[int], before: datetime) -> list[int]:
    """Copies that the database says this lease holds since `before`, and the worker doesn't know of: an answer was lost on the way."""
    async with connection() as raw:
        rows = await raw.fetch(_HELD, lease, before)
    return [row["id"] for row in rows if row["id"] not in known]


SUPPRESSED = """EXISTS (
    SELECT FROM suppression
    WHERE cluster_id = p.cluster_id AND address = lower(d.address)
      AND CASE scope WHEN 'all' THEN p.kind = 'news' OR probed_at IS DISTINCT FROM p.created_at ELSE p.kind = 'news' AND scope IN ('news', p.list_id) END
)"""

# A share lock: a dispatch is cancelled before it, which is seen here, or after it, and then `control` finds the rows that come back to the queue.
LOCK_DISPATCHES = """
SELECT id FROM dispatch WHERE id IN (SELECT dispatch_id FROM delivery WHERE id = ANY($1)) ORDER BY id FOR SHARE
"""

# The lateral join takes dispatch after dispatch in the order of priority and stops at the limit.
_CLAIM = f"""
WITH due AS (
    SELECT d.id, p.priority, CASE WHEN d.expires_at <= $4 THEN 'expired' WHEN {SUPPRESSED} THEN 'skipped' ELSE 'sending' END AS verdict
    FROM (
        SELECT id, cluster_id, kind, list_id, created_at, priority FROM dispatch
        WHERE EXISTS (SELECT FROM worker WHERE id = $1 FOR KEY SHARE) AND state = 'running' AND kind = $2
          AND (priority > 0 OR cluster_id <> ALL ($5::bigint[])) AND lower(split_part(sender_address, '@', 2)) <> ALL ($6::text[])
        ORDER BY priority DESC, id
    ) AS p
    CROSS JOIN LATERAL (
        SELECT id, address, expires_at FROM delivery
        WHERE dispatch_id = p.id AND settled_at IS NULL AND state = 'queued' AND due_at <= $4
        ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
    ) AS d
    LIMIT $3
)
UPDATE delivery
SET state = verdict, claimed_at = $4,
    lease = CASE WHEN verdict = 'sending' THEN $1::bigint END,
    settled_at = CASE WHEN verdict <> 'sending' THEN $4 END,
    reason = CASE verdict WHEN 'skipped' THEN 'suppressed' WHEN 'expired' THEN 'too late' ELSE '' END
FROM due WHERE delivery.id = due.id
RETURNING delivery.id, dispatch_id, letter_id, person_id, address, name, slots, attempts, state, priority
"""  # noqa: S608  # put together from constants of this module

_STILL_GOOD = f"""
SELECT d.id FROM delivery AS d JOIN dispatch AS p ON p.id = d.dispatch_id
WHERE d.id = ANY($2) AND d.state = 'sending' AND d.lease = $1 AND p.state = 'running'
  AND (d.expires_at IS NULL OR d.expires_at > $3) AND NOT {SUPPRESSED}
"""  # noqa: S608  # put together from constants of this module

_GIVE_BACK = """
UPDATE delivery AS d
SET lease = NULL,
    state = CASE WHEN p.state = 'cancelled' THEN 'cancelled' ELSE 'queued' END,
    reason = CASE WHEN p.state = 'cancelled' THEN p.reason ELSE '' END,
    settled_at = CASE WHEN p.state = 'cancelled' THEN $3::timestamptz END
FROM dispatch AS p
WHERE d.id = ANY($2) AND d.state = 'sending' AND d.lease = $1 AND p.id = d.dispatch_id
RETURNING d.address
"""

_HELD = """
SELECT d.id FROM dispatch AS p JOIN delivery AS d ON d.dispatch_id = p.id
WHERE p.state <> 'done' AND d.settled_at IS NULL AND d.state = 'sending' AND d.lease = $1 AND d.claimed_at < $2
"""
