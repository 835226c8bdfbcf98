"""The ledger of this worker: its lease, what it holds under it, and the outcomes on their way to the database, acceptances journaled first."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from service.delivery import claim, heartbeats, journal, leases, pace, pacing, settle, verdict
from service.delivery.allowance import Limits
from service.delivery.claim import Batch, Claimed
from service.delivery.outbox import Kind
from service.delivery.setbacks import Tally
from service.delivery.settle import Outcome
from service.delivery.verdict import Reply, Stage

log = structlog.get_logger()

_DOUBT = timedelta(seconds=30)  # longer than any claim takes
_MOST = 5000  # what comes together while the database is slow must not become one statement that it cannot end in time
_LONGEST_REPLY = 1000


class Ledger:
    """`changed` is called when there is something to `flush`."""

    def __init__(self, *, folder: Path, clock: Callable[[], datetime], changed: Callable[[], object], limits: Limits) -> None:
        self._folder, self._now, self._changed, self._limits = folder, clock, changed, limits
        self._outcomes: list[Outcome] = []
        self._tally = Tally()
        self._held: set[int] = set()
        self._flushing = asyncio.Lock()
        self._doubt_until = 0.0
        self._gone: list[journal.Journal] = []
        self._journal: journal.Journal
        self.lease = 0

    @property
    def is_broken(self) -> bool:
        """Whether the last acceptance could not be journaled: no further body may start until all is flushed."""
        return self._journal.broken

    async def begin(self) -> None:
        """Take a new lease, with a journal of its own."""
        now = self._now()
        self.lease = await heartbeats.begin(role="worker", now=now)
        self._journal = journal.Journal(folder=self._folder, name=journal.name_of(self.lease, now))

    async def beat(self) -> bool:
        """Renew the lease; False when another worker has taken over: a new one is begun, nothing is held any more, and `let_go` is due."""
        if await heartbeats.beat(worker_id=self.lease, now=self._now()):
            return True
        log.warning("lease_lost", worker=self.lease)
        old = self._journal
        self._held.clear()
        await self.begin()
        self._gone.append(old)
        return False

    async def let_go(self) -> None:
        """Settle what was accepted under a lease that was lost; then its journal may go."""
        while self._gone:
            await self.flush()  # what is accepted meanwhile stands in the new journal
            self._gone.pop(0).close()

    async def claim(self, *, kind: Kind, limit: int, mute: Collection[str] = ()) -> Batch:
        """Take copies under the lease, as many as their destinations take now; the caller says which it `hold`s."""
        batch = await claim.claim(lease=self.lease, kind=kind, limit=limit, now=self._now(), mute=mute)
        return Batch(await pacing.sift(copies=batch.copies, limits=self._limits, now=self._now()), batch.found)

    async def slow(self, refusals: Mapping[str, str]) -> None:
        """These destinations, with the server's words, take less from now on."""
        await pacing.slow(refusals=refusals, now=self._now())

    def hold(self, copies: Sequence[Claimed]) -> None:
        """These lie in this process now. What was claimed and is not held, because the database went away in between, is in doubt."""
        self._held.update(copy.id for copy in copies)

    async def still_good(self, ids: Collection[int]) -> set[int]:
        """Which of these may still go out."""
        return await claim.still_good(lease=self.lease, ids=list(ids), now=self._now())

    async def give_back(self, ids: Collection[int]) -> None:
        """Let go of copies that were not begun."""
        self._held.difference_update(ids)
        if not ids:
            return
        addresses = await claim.give_back(lease=self.lease, ids=list(ids), now=self._now())
        if addresses and self._limits.any:
            await pacing.refund(addresses=addresses, now=self._now())

    async def put_back(self, waiting: Sequence[tuple[Claimed, datetime]]) -> None:
        """Let go of copies until the moment that stands with each."""
        if waiting:
            await pacing.put_off(waiting=waiting, now=self._now())
            self._held.difference_update(copy.id for copy, _ in waiting)

    def accepted(self, copy: Claimed, reply: Reply) -> None:
        """The relay has taken it: journaled before this returns."""
        moment, words = self._now(), str(reply)[:_LONGEST_REPLY]
        self._journal.accepted(copy.id, moment, words)
        self._add(Outcome(copy.id, copy.lease, "sent", "", words, moment))

    def put_off(self, copy: Claimed, stage: Stage, reply: Reply) -> None:
        """It is tried again later, or given up after four days of that."""
        reason, moment = verdict.reason(stage, reply), self._now()
        wait = pace.retry_after(attempts=copy.attempts + 1, chance=random.random())  # noqa: S311  # jitter, not a secret
        if wait is None:
            self.failed(copy, f"{reason}, gave up", str(reply))  # begins as `returns.refusals` and its index look for it
        else:
            self._add(Outcome(copy.id, copy.lease, "queued", reason, str(reply)[:_LONGEST_REPLY], moment, moment + wait))

    def refused(self, copy: Claimed, stage: Stage, reply: Reply) -> None:
        """A server refused it for good, which may speak of its whole mailing."""
        self._tally.refused(copy, reply, self._now())
        self.failed(copy, verdict.reason(stage, reply), str(reply))

    def failed(self, copy: Claimed, reason: str, reply: str) -> None:
        """It will never go out."""
        self._add(Outcome(copy.id, copy.lease, "failed", reason, reply[:_LONGEST_REPLY], self._now()))

    async def flush(self) -> None:
        """Settle everything that has come together; what was journaled until now is then known to the database."""
        async with self._flushing:
            count, old = len(self._outcomes), self._journal.turn()
            for start in range(0, count, _MOST):
                batch = self._outcomes[: min(_MOST, count - start)]
                await settle.settle(outcomes=batch)
                self._forget(batch)
            if old is not None:
                old.unlink(missing_ok=True)
            await self._tally.weigh(now=self._now())

    def doubt(self) -> None:
        """The database was away: an answer may have been lost on the way."""
        self._doubt_until = time.monotonic() + 4 * _DOUBT.total_seconds()

    async def resolve_doubt(self) -> None:
        """Copies that are ours in the database and unknown here go back to the queue."""
        if time.monotonic() < self._doubt_until:
            lease = self.lease
            ids = await claim.forgotten(lease=lease, known=self._held, before=self._now() - _DOUBT)
            if lease == self.lease:  # otherwise they may be held under the new one by now
                await self.give_back(ids)

    async def end(self) -> None:
        """Settle, let go of everything and end the lease."""
        await self.let_go()
        await self.flush()
        await settle.finish(now=self._now())
        await leases.release(worker_id=self.lease, now=self._now())
        self._journal.close()

    def _add(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self._changed()

    def _forget(self, batch: Sequence[Outcome]) -> None:
        del self._outcomes[: len(batch)]
        self._held.difference_update(one.delivery_id for one in batch if one.lease == self.lease)
        self._journal.broken = self._journal.broken and bool(self._outcomes)
