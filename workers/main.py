"""`kutse worker`: one process that carries mail and runs the jobs.

Mail is carried beside arq and not in it: Valkey is a nudge, and while it is away letters leave by the carrier's own sweep, and ticks by this module's clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
from datetime import UTC
from typing import Any

import msgspec
import structlog
import uvloop
from arq import cron, func
from arq.worker import Worker
from redis.exceptions import RedisError

from service import logs
from service.delivery.carry import Carrier
from service.errors import UnableToStart
from service.letters.links import Links
from service.persistence import engine, migrations, nudge
from service.settings import Settings
from service.tokens import Keys
from workers import jobs

log = structlog.get_logger()

TICK_SECONDS = 5
_FIRST_LOOK_SECONDS = 3
_LOOK_SECONDS = 30
_TIMEOUT = 120  # after a SIGKILL a job's id is blocked that long, so the tick finds its work under a new one


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; raises UnableToStart when PostgreSQL does not answer."""
    _let_others_finish()
    uvloop.run(_work(settings))


def _let_others_finish() -> None:
    """A reply that wakes the worker then does not push aside the web server, PostgreSQL or a relay on this host (sched(7), SCHED_BATCH); where there is such a policy."""
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


async def _work(settings: Settings) -> None:
    await engine.connect(url=settings.database.url or "", pool_size=settings.database.pool_size)
    if await migrations.pending():
        raise UnableToStart("The database is not up to date: run `kutse migrate` first.")
    if settings.redis.url is not None:
        nudge.connect(url=settings.redis.url)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    gc.freeze()  # the modules stay; the collector need not walk them again and again
    gc.set_threshold(10_000)  # what a copy leaves behind goes by itself: it holds no cycles
    carrier = Carrier(settings=settings, keys=Keys(settings.secrets))
    links = Links(settings.site.url, Keys(settings.secrets))
    # Before it says that it is alive: a relay that does not answer is then known from the first moment.
    await _look(carrier, patience=_FIRST_LOOK_SECONDS)
    beside = [
        asyncio.create_task(
            _serve_queue(settings, {"carrier": carrier, "links": links, "mail_domain": settings.mail_domain, "state": settings.state})
        ),
        asyncio.create_task(_keep_looking(carrier)),
    ]
    try:
        await carrier.run(stop)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await nudge.close()
        await engine.close()


async def _keep_looking(carrier: Carrier) -> None:
    """Look at idle relays now and then."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        await _look(carrier, patience=_LOOK_SECONDS)


async def _look(carrier: Carrier, *, patience: float) -> None:
    """Whatever a look meets with, mail is carried."""
    try:
        await carrier.look(patience=patience)
    except engine.LOST_CONNECTION as error:
        log.warning("database_away", error=type(error).__name__)
    except Exception:
        log.exception("relays_not_looked_at")


async def _serve_queue(settings: Settings, context: dict[Any, Any]) -> None:
    """Run jobs for ever; while Valkey is away, tick by the clock and look for it again."""
    while True:
        if settings.redis.url is not None and await nudge.answers():
            await _run_jobs(settings.redis.url, context)
        await jobs.tick(context)
        await asyncio.sleep(TICK_SECONDS)


async def _run_jobs(url: str, context: dict[Any, Any]) -> None:
    worker = _worker(url, context)
    try:
        await worker.async_run()
    except (RedisError, OSError) as error:
        log.warning("queue_away", error=type(error).__name__)
    finally:
        with contextlib.suppress(RedisError, OSError):
            await worker.close()


async def _named(ctx: dict[Any, Any]) -> None:
    """Put the job's id on every line that it logs; each job runs in a task of its own."""
    logs.bind(job=ctx["job_id"])


def _worker(url: str, context: dict[Any, Any]) -> Worker:
    return Worker(
        functions=[func(jobs.carry, name="carry", timeout=10)],
        cron_jobs=[
            cron(jobs.tick, name="tick", second=set(range(0, 60, TICK_SECONDS)), run_at_startup=True, timeout=_TIMEOUT),
            cron(jobs.clean, name="clean", minute={17}, second=0, timeout=_TIMEOUT),
        ],
        redis_settings=nudge.settings_of(url),
        ctx=dict(context),
        on_job_start=_named,
        handle_signals=False,
        job_completion_wait=10,
        max_jobs=20,
        queue_read_limit=1000,
        poll_delay=0.05,
        keep_result=0,
        health_check_interval=5,
        job_serializer=msgspec.json.encode,
        job_deserializer=msgspec.json.decode,
        timezone=UTC,
        log_results=False,
    )
