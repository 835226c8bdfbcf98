"""Take over from workers that no longer beat: first what their journal says was accepted, then the copies they held.

A lease has no deadline, so that a slow server does not end it. A worker whose journal's lock can be taken is dead for sure; one that is frozen, or whose
journal is elsewhere, is given up when its beat has stood still for a while *as seen by this process*, so that neither a clock that differs nor a
database that was away makes a live one look dead.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from service.delivery import journal, settle
from service.delivery.journal import Acceptance
from service.delivery.tables import Worker
from service.persistence.engine import connection
from service.persistence.transaction import nudge_after_commit, transaction

log = structlog.get_logger()

SAME_HOST_SECONDS = 9.0
OTHER_HOST_SECONDS = 60.0
_BATCH = 1000
_SWEEP_SECONDS = 600.0  # it reads every open copy, and finds something only after what should never happen


class Watch:
    """What this process has seen of the others. `clock` counts seconds and never goes back."""

    def __init__(self, *, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._seen: dict[int, tuple[datetime, float]] = {}
        self._sweep_at = clock()

    async def tidy(self) -> int:
        """Remove the journals of dead workers that have no row any more: frozen, given up, and killed afterwards; returns how many.

        The files are listed before the rows, since a worker's row is there before its file.
        """
        found = journal.names(self._folder)
        known = {journal.name_of(one.id, one.started_at) for one in await Worker.objects()}
        return sum([self._remove(name) for name in found if name not in known])

    def _remove(self, name: str) -> bool:
        with journal.claimed(folder=self._folder, name=name) as dead:
            if dead:
                journal.forget(folder=self._folder, name=name)
        return bool(dead)

    def lost_sight(self) -> None:
        """The database was away: nobody could beat, so begin to watch anew."""
        self._seen.clear()

    async def look(self, *, own_id: int | None, now: datetime) -> int:
        """Look at every other worker and take over from those that are gone; returns how many. Now and then `sweep`, at first too."""
        others = [one for one in await Worker.objects() if one.id != own_id]
        self._seen = {one.id: self._since(one) for one in others}
        moment = self._clock()  # taking over from one may last: the others' silence is what it was when they were looked at
        silences = [moment - self._seen[one.id][1] for one in others]
        gone = sum([await self._judge(one, silent, now) for one, silent in zip(others, silences, strict=True)])
        if self._clock() >= self._sweep_at:
            await sweep(now=now)
            self._sweep_at = self._clock() + _SWEEP_SECONDS
        return gone

    def _since(self, worker: Worker) -> tuple[datetime, float]:
        beat, since = self._seen.get(worker.id, (None, 0.0))
        return (worker.beat_at, since) if beat == worker.beat_at else (worker.beat_at, self._clock())

    async def _judge(self, worker: Worker, silent: float, now: datetime) -> bool:
        name = journal.name_of(worker.id, worker.started_at)
        with journal.claimed(folder=self._folder, name=name) as dead:
            if not (dead or silent > (OTHER_HOST_SECONDS if dead is None else SAME_HOST_SECONDS)):
                return False
            await take_over(worker_id=worker.id, accepted=list(journal.replay(folder=self._folder, name=name)), now=now)
            if dead:
                journal.forget(folder=self._folder, name=name)
        return True


async def take_over(*, worker_id: int, accepted: list[Acceptance], now: datetime) -> None:
    """Settle what a worker's journal says, queue again what it held, and remove its row, which ends its lease."""
    for start in range(0, len(accepted), _BATCH):
        await settle.settle(
            outcomes=[settle.Outcome(one.delivery_id, worker_id, "sent", "", one.reply, one.at) for one in accepted[start : start + _BATCH]]
        )
    copies = await release(worker_id=worker_id, now=now)
    log.warning("leases_taken_over", worker=worker_id, accepted=len(accepted), copies=copies)


async def release(*, worker_id: int, now: datetime) -> int:
    """End a lease: queue again what it still holds and remove the worker's row; returns the number of copies."""
    async with transaction(), connection() as raw:
        await raw.execute("DELETE FROM worker WHERE id = $1", worker_id)
        freed = int((await raw.execute(_FREE, worker_id, now)).split()[-1])
        if freed:
            nudge_after_commit("carry")
    return freed


async def sweep(*, now: datetime) -> int:
    """Queue again what is held under leases that nobody has; returns the number of copies.

    A worker's row is committed before its first claim, and taken away together with its copies: where a claim is seen, its worker is seen. Each lease is
    ended by its number, so that a copy which somebody claims meanwhile stays theirs.
    """
    async with connection() as raw:
        rows = await raw.fetch(_NOBODYS)
    copies = sum([await release(worker_id=row["lease"], now=now) for row in rows])
    if rows:
        log.warning("leases_of_nobody_ended", leases=[row["lease"] for row in rows], copies=copies)
    return copies


_NOBODYS = """
SELECT DISTINCT lease FROM delivery
WHERE settled_at IS NULL AND state = 'sending' AND NOT EXISTS (SELECT FROM worker WHERE worker.id = delivery.lease)
"""

_FREE = """
UPDATE delivery AS d
SET lease = NULL,
    state = CASE WHEN p.state = 'cancelled' THEN 'cancelled' ELSE 'queued' END,
    reason = CASE WHEN p.state = 'cancelled' THEN p.reason ELSE '' END,
    settled_at = CASE WHEN p.state = 'cancelled' THEN $2::timestamptz END
FROM (SELECT id, state, reason FROM dispatch WHERE state <> 'done' ORDER BY id FOR SHARE) AS p
WHERE d.dispatch_id = p.id AND d.settled_at IS NULL AND d.state = 'sending' AND d.lease = $1
"""
