"""The queue, from the side that fills it: the one place that enqueues an arq job.

Valkey is a nudge: while it is away a warning is logged now and then, and the work waits for the worker's sweep. Jobs are
JSON (never pickle) and carry only row ids.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import structlog
from arq.connections import ArqRedis, RedisSettings
from redis.exceptions import RedisError

log = structlog.get_logger()

_QUIET_SECONDS = 3.0

_queue: ArqRedis | None = None
_quiet_until = 0.0
_under_way: set[asyncio.Task[None]] = set()


@dataclass(frozen=True, slots=True)
class Nudge:
    """A job to enqueue: its name, the key that makes waiting ones one, a delay in seconds, the row id it is about."""

    job: str
    key: str | None = None
    delay: float = 0
    row: int | None = None


def settings_of(url: str) -> RedisSettings:
    """arq's settings for a `redis://`, `rediss://` or `unix://` URL."""
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 2
    return settings


def connect(*, url: str) -> None:
    """Name the server; nothing is contacted yet, so that a process starts while Valkey is away."""
    global _queue
    one = settings_of(url)
    _queue = ArqRedis(
        host=str(one.host),
        port=one.port,
        unix_socket_path=one.unix_socket_path,
        ssl=one.ssl,
        db=one.database,
        username=one.username,
        password=one.password,
        socket_connect_timeout=2,
        socket_timeout=2,
        job_serializer=msgspec.json.encode,
        job_deserializer=msgspec.json.decode,
    )


async def close() -> None:
    """Let nudges that are under way finish, then close the connections."""
    global _queue
    if _under_way:
        await asyncio.wait(_under_way, timeout=2)
    if _queue is not None:
        await _queue.aclose()
        _queue = None


async def answers() -> bool:
    """Whether Valkey answers right now."""
    try:
        return _queue is not None and bool(await asyncio.wait_for(_queue.ping(), 3))
    except (RedisError, OSError, TimeoutError):
        return False


def send(nudges: Iterable[Nudge]) -> None:
    """Enqueue without waiting. The task gets a context of its own: one started inside would inherit a dead transaction."""
    wanted = list(nudges)
    if not wanted or _queue is None or time.monotonic() < _quiet_until:
        return
    task = asyncio.get_running_loop().create_task(_enqueue(_queue, wanted), context=contextvars.Context())
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


async def _enqueue(queue: ArqRedis, nudges: list[Nudge]) -> None:
    global _quiet_until
    try:
        for one in nudges:
            rows = () if one.row is None else (one.row,)
            await queue.enqueue_job(one.job, *rows, _job_id=one.key, _defer_by=one.delay or None)
    except (RedisError, OSError, TimeoutError) as error:
        _quiet_until = time.monotonic() + _QUIET_SECONDS
        log.warning("nudge_lost", jobs=[one.job for one in nudges], error=type(error).__name__)
