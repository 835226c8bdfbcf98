"""Write outcomes back in bulk: one `unnest` for as many copies as have come together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg
import structlog

from service.delivery.claim import LOCK_DISPATCHES
from service.persistence.engine import connection
from service.persistence.transaction import transaction

log = structlog.get_logger()


class Outcome(NamedTuple):
    """What became of a copy after one more attempt. `state`: sent, failed, or queued for another try at `due_at`."""

    delivery_id: int
    lease: int
    state: str
    reason: str
    reply: str
    at: datetime
    due_at: datetime | None = None


async def settle(*, outcomes: Sequence[Outcome]) -> None:
    """Write them; a copy that another worker holds by now is left to it, except that an acceptance ends one that waits again.

    Where words cannot be written, which is a defect of ours, that outcome alone is written without them: a letter that went out must never wait again.
    """
    try:
        await _settle(outcomes)
    except asyncpg.DataError as error:
        if len(outcomes) > 1:
            for one in outcomes:
                await settle(outcomes=[one])
            return
        log.error("reply_not_written", delivery=outcomes[0].delivery_id, error=str(error))
        await _settle([outcomes[0]._replace(reply="")])


async def _settle(outcomes: Sequence[Outcome]) -> None:
    sent: defaultdict[int, list[Outcome]] = defaultdict(list)  # nearly all were, under one lease: what they share is written once
    for one in outcomes:
        if one.state == "sent":
            sent[one.lease].append(one)
    for lease, ended in sent.items():
        async with connection() as raw:
            await raw.execute(_SENT, lease, *_columns(ended))
    if failed := [one for one in outcomes if one.state == "failed"]:
        async with connection() as raw:
            await raw.execute(_FAILED, *_columns(failed), [one.lease for one in failed], [one.reason for one in failed])
    if again := [one for one in outcomes if one.state == "queued"]:
        async with transaction(), connection() as raw:
            await raw.execute(LOCK_DISPATCHES, [one.delivery_id for one in again])
            await raw.execute(_TRY_AGAIN, *map(list, zip(*again, strict=True)))


def _columns(ended: Sequence[Outcome]) -> tuple[list[int], list[str], list[float]]:
    """Which, with what words, and when in seconds since 1970, which is quicker to write than a time."""
    return [one.delivery_id for one in ended], [one.reply for one in ended], [one.at.timestamp() for one in ended]


async def finish(*, now: datetime) -> None:
    """Mark as done the running dispatches that have no open copy left."""
    async with connection() as raw:
        await raw.execute(_FINISH, now)


async def finish_paused(*, dispatch_ids: Sequence[int], now: datetime) -> None:
    """The same for paused ones of which it is known why they were paused: there is nothing to continue. Reason and figures stay."""
    async with connection() as raw:
        await raw.execute(_FINISH_PAUSED, now, list(dispatch_ids))


_SENT = """
UPDATE delivery AS d
SET lease = NULL, state = 'sent', reason = '', reply = o.reply, attempts = d.attempts + 1, settled_at = to_timestamp(o.at)
FROM unnest($2::bigint[], $3::text[], $4::float8[]) AS o (id, reply, at)
WHERE d.id = o.id AND ((d.state = 'sending' AND d.lease = $1) OR d.state = 'queued')
"""

_FAILED = """
UPDATE delivery AS d
SET lease = NULL, state = 'failed', reason = o.reason, reply = o.reply, attempts = d.attempts + 1, settled_at = to_timestamp(o.at)
FROM unnest($1::bigint[], $2::text[], $3::float8[], $4::bigint[], $5::text[]) AS o (id, reply, at, lease, reason)
WHERE d.id = o.id AND d.state = 'sending' AND d.lease = o.lease
"""

_TRY_AGAIN = """
UPDATE delivery AS d
SET lease = NULL, state = o.verdict, reply = o.reply, attempts = d.attempts + 1, due_at = o.due_at,
    reason = CASE o.verdict WHEN 'expired' THEN 'too late' WHEN 'cancelled' THEN o.dispatch_reason ELSE o.reason END,
    settled_at = CASE WHEN o.verdict <> 'queued' THEN o.at END
FROM (
    SELECT given.*, p.reason AS dispatch_reason,
           CASE WHEN p.state = 'cancelled' THEN 'cancelled' WHEN held.expires_at <= given.due_at THEN 'expired' ELSE 'queued' END AS verdict
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
         AS given (id, lease, state, reason, reply, at, due_at)
    JOIN delivery AS held ON held.id = given.id
    JOIN dispatch AS p ON p.id = held.dispatch_id
) AS o
WHERE d.id = o.id AND d.state = 'sending' AND d.lease = o.lease
"""

_FINISH = """
UPDATE dispatch SET state = 'done', done_at = $1
WHERE state = 'running' AND NOT EXISTS (SELECT FROM delivery WHERE dispatch_id = dispatch.id AND settled_at IS NULL)
"""

_FINISH_PAUSED = """
UPDATE dispatch SET state = 'done', done_at = $1
WHERE id = ANY ($2) AND state = 'paused' AND NOT EXISTS (SELECT FROM delivery WHERE dispatch_id = dispatch.id AND settled_at IS NULL)
"""
