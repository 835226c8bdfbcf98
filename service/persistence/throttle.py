"""Caps per hour that hold over all processes: one atomic upsert in PostgreSQL.

The count is written in a transaction of its own, so that a refused request is counted too.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from service.errors import TooMany
from service.persistence.engine import DB

_COUNT = """
INSERT INTO throttle (bucket, hour, attempts) VALUES ($1, $2, 1)
ON CONFLICT (bucket, hour) DO UPDATE SET attempts = throttle.attempts + 1
RETURNING attempts
"""

# In one order, so that two that count the same never wait for each other.
_COUNT_ALL = """
INSERT INTO throttle (bucket, hour, attempts)
SELECT new.bucket, $3, new.attempts
FROM unnest($1::text[], $2::integer[]) AS new (bucket, attempts), (SELECT set_config('synchronous_commit', 'off', true)) AS quick
ORDER BY new.bucket
ON CONFLICT (bucket, hour) DO UPDATE SET attempts = throttle.attempts + excluded.attempts
RETURNING bucket, attempts
"""


async def count(*, what: str, who: str, limit: int, now: datetime) -> None:
    """Count one attempt at `what` by `who`; raises TooMany from the attempt after `limit` until the hour is over."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    assert DB.pool is not None, "connect() first"
    async with DB.pool.acquire() as raw:
        attempts = await raw.fetchval(_COUNT, bucket(what=what, who=who), hour)
    if attempts > limit:
        raise _too_many(hour, now)


async def count_all(*, attempts: Sequence[tuple[str, str, int]], now: datetime) -> None:
    """Count several attempts at once, each as (what, who, limit); raises TooMany when one of them is above its limit.

    The counts are not waited for to reach the disk: what a crash forgets is less than a second of them.
    """
    wanted = Counter(bucket(what=what, who=who) for what, who, _ in attempts)
    limits = {bucket(what=what, who=who): limit for what, who, limit in attempts}
    hour = now.replace(minute=0, second=0, microsecond=0)
    assert DB.pool is not None, "connect() first"
    async with DB.pool.acquire() as raw:
        rows = await raw.fetch(_COUNT_ALL, list(wanted), list(wanted.values()), hour)
    if any(row["attempts"] > limits[row["bucket"]] for row in rows):
        raise _too_many(hour, now)


async def forget(*, now: datetime) -> None:
    """Delete counters older than a day."""
    assert DB.pool is not None, "connect() first"
    async with DB.pool.acquire() as raw:
        await raw.execute("DELETE FROM throttle WHERE hour < $1", now - timedelta(days=1))


def _too_many(hour: datetime, now: datetime) -> TooMany:
    seconds = int((hour + timedelta(hours=1) - now).total_seconds()) + 1
    return TooMany("That was tried too often from here. Try again in {minutes} minutes.", retry_after=seconds, minutes=seconds // 60 + 1)


def bucket(*, what: str, who: str) -> str:
    """The hash that a counter is kept under: nobody reads an address or a network out of it."""
    return hashlib.blake2b(f"{what}\0{who.casefold()}".encode(), digest_size=32).hexdigest()
