"""Who works: a row per worker process, renewed every few seconds. A lease names the row; it is good while the row beats."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.persistence.engine import connection

EVERY = 3.0
"""Seconds between two beats."""

ALIVE = timedelta(seconds=12)
"""How old the last beat of a worker in order may be."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A worker as its row tells it."""

    worker_id: int
    host: str
    pid: int
    role: str
    beat_at: datetime


async def begin(*, role: str, now: datetime) -> int:
    """Write this process's row and return its id, the lease of everything it claims."""
    async with connection() as raw:
        found: int = await raw.fetchval(
            "INSERT INTO worker (host, pid, role, started_at, beat_at) VALUES ($1, $2, $3, $4, $4) RETURNING id",
            socket.gethostname(),
            os.getpid(),
            role,
            now,
        )
    return found


async def beat(*, worker_id: int, now: datetime) -> bool:
    """Renew; False when the row is gone: another worker has taken over, and this one must begin anew."""
    async with connection() as raw:
        return bool(await raw.fetchval("UPDATE worker SET beat_at = $2 WHERE id = $1 RETURNING true", worker_id, now, timeout=5))


async def everyone() -> list[Heartbeat]:
    """All rows, live or not, oldest first."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT id, host, pid, role, beat_at FROM worker ORDER BY id", timeout=5)
    return [Heartbeat(row["id"], row["host"], row["pid"], row["role"], row["beat_at"]) for row in rows]


async def alive(*, now: datetime) -> list[Heartbeat]:
    """The workers whose last beat is at most 12 s old."""
    return [one for one in await everyone() if now - one.beat_at <= ALIVE]
