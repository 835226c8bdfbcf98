"""Caps per hour that hold over all processes: one atomic upsert in PostgreSQL.

The count is written in a transaction of its own, so that a refused request is counted too.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from service.errors import TooMany
from service.persistence.engine import DB

_COUNT = """
INSERT INTO throttle (bucket, hour, attempts) VALUES ($1, $2, 1)
ON CONFLICT (bucket, hour) DO UPDATE SET attempts = throttle.attempts + 1
RETURNING attempts
"""


async def count(*, what: str, who: str, limit: int, now: datetime) -> None:
    """Count one attempt at `what` by `who`; raises TooMany from the attempt after `limit` until the hour is over."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    assert DB.pool is not None, "connect() first"
    async with DB.pool.acquire() as raw:
        attempts = await raw.fetchval(_COUNT, bucket(what=what, who=who), hour)
    if attempts > limit:
        seconds = int((hour + timedelta(hours=1) - now).total_seconds()) + 1
        raise TooMany("That was tried too often from here. Try again in {minutes} minutes.", retry_after=seconds, minutes=seconds // 60 + 1)


async def forget(*, now: datetime) -> None:
    """Delete counters older than a day."""
    assert DB.pool is not None, "connect() first"
    async with DB.pool.acquire() as raw:
        await raw.execute("DELETE FROM throttle WHERE hour < $1", now - timedelta(days=1))


def bucket(*, what: str, who: str) -> str:
    """The hash that a counter is kept under: nobody reads an address or a network out of it."""
    return hashlib.blake2b(f"{what}\0{who.casefold()}".encode(), digest_size=32).hexdigest()
