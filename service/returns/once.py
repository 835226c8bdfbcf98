"""Take everything once: servers repeat a message when our answer was lost, providers repeat a webhook until they hear 200."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from service.persistence.engine import connection
from service.persistence.transaction import required

_FIRST = "INSERT INTO returned_key (digest, at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id"


async def first(*, what: tuple[str, ...], now: datetime) -> bool:
    """Whether this is the first time; part of the transaction that takes it, so that a failure leaves it to be taken again."""
    required()
    digest = sha256("\0".join(what).encode("utf-8", "replace")).digest()
    async with connection() as raw:
        return await raw.fetchval(_FIRST, digest, now) is not None


async def forget(*, now: datetime) -> None:
    """Forget what came 90 days ago."""
    async with connection() as raw:
        await raw.execute("DELETE FROM returned_key WHERE at < $1", now - timedelta(days=90))
