"""Carry: the worker's loop. Claim, write, send, journal, settle; beat, and take over from those that stopped.

Five tasks share this object and never wait for each other's network: `_feed` claims and asks again, the lanes send, `_settle` writes outcomes in bulk, `_beat`
keeps the lease and does nothing else, `_attend` takes over from others and tidies up, however long that takes. A copy's body starts at most `FRESH_SECONDS`
after the database has said that it may go; so a pause, a suppression or a lost lease counts within that time, however slow the relay is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Coroutine
from datetime import UTC, datetime
from typing import Any

import asyncpg
import structlog

from service.delivery import control, destinations, heartbeats, leases, looking, pace, pacing, settle, verdict
from service.delivery.gates import Gates
from service.delivery.lane import Lane
from service.delivery.lanes import Lanes
from service.delivery.ledger import Ledger
from service.delivery.letterbox import Letterbox
from service.delivery.outbox import Kind
from service.delivery.ready import FRESH_SECONDS, Ready
from service.delivery.return_path import ReturnPath
from service.delivery.session import Message, Session
from service.delivery.smtp import Abilities
from service.delivery.verdict import Reply, Stage, Verdict
from service.delivery.writing import Writing
from service.letters.links import Links
from service.settings import Settings
from service.tokens import Keys

log = structlog.get_logger()

GRACE_SECONDS = 30.0
"""How long a stopping worker waits for servers that are thinking about a message."""

_ANSWER_SECONDS = 3.0  # an answer of the database that took longer may be out of date: below any wait before a take-over
_SWEEP_SECONDS = 0.5
_SETTLE_SECONDS = 0.05
_DEFECTS = (asyncpg.DataError, asyncpg.SyntaxOrAccessError, asyncpg.IntegrityConstraintViolationError)  # ours: the database is there
_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)


class Carrier:
    """One worker. `run` until `stop` is set; `wake` when there may be something to send."""

    def __init__(self, *, settings: Settings, keys: Keys, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.now = clock
        folder = settings.state / "journal"
        self._feed_now, self._settle_now, self._closed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._letterbox = Letterbox(links=Links(settings.site.url, keys), returns=ReturnPath(keys, settings.mail_domain))
        self._ledger = Ledger(folder=folder, clock=clock, changed=self._settle_now.set, limits=pacing.limits_of(settings))
        self._watch = leases.Watch(folder=folder)
        self._gates = Gates(settings.effective_relays, clock=clock)
        self._hostname = settings.mail.hostname
        self._writing = Writing(letterbox=self._letterbox, gates=self._gates, ledger=self._ledger, changed=self._feed_now.set)
        self._lanes = Lanes(self._gates, depot=self, hostname=self._hostname)
        self._ready = {kind: Ready() for kind in Kind}
        self._asked: list[tuple[Session, Message]] = []
        self._slow: dict[str, str] = {}
        self._sweep_at = 0.0
        self._stopping = False

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let the servers finish what they have and give everything else back."""
        await self._ledger.begin()
        await self._watch.tidy()
        await self._gates.begin()
        works = [self._lasting(work) for work in (self._feed, self._settle, self._beat, self._attend, self._tick)]
        lanes = self._lanes.begin()
        stopped = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([stopped, *works, *lanes], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            await self._wind_up()
        finally:
            await self._close(works, [stopped, *lanes])
        await self._end()

    async def look(self, *, patience: float) -> None:
        """Look at the relays that no lane is connected to; `patience` in seconds each."""
        busy = {lane.gate.relay.name for lane in self._lanes if lane.session is not None}
        for gate in self._gates:
            if gate.relay.name not in busy:
                await looking.look(gate, hostname=self._hostname, patience=patience, now=self.now)
        await self._gates.tell()

    def wake(self) -> None:
        """Look for work now."""
        for ready in self._ready.values():
            ready.dry = False
        self._feed_now.set()

    # What lanes ask and tell (lane.Depot)

    def next_copy(self, lane: Lane, abilities: Abilities) -> Message | None:
        """The next copy for a lane, written for what its server takes; one that can't be written ends here."""
        moment = asyncio.get_running_loop().time()
        if lane.gate.kept and not self._stopping and (message := self._writing.next_kept(lane, abilities)) is not None:
            return message
        for kind in () if self._stopping else lane.kinds:
            ready = self._ready[kind]
            while ready and self._gates.may_use(lane.gate, kind) and (found := ready.take(moment)) is not None:
                if (message := self._writing.in_turn(*found, lane.gate, abilities, ready)) is not None:
                    if ready.is_low:
                        self._feed_now.set()
                    return message
            if ready.is_stale(moment) or ready.is_low:
                self._feed_now.set()
        return None

    def may_start(self, session: Session, message: Message) -> bool:
        """Whether its check is fresh and the journal can be written; otherwise the database is asked and the session told."""
        fresh = asyncio.get_running_loop().time() - message.checked <= FRESH_SECONDS
        if fresh and message.copy.lease == self._ledger.lease and not self._ledger.is_broken and not self._stopping:
            return True
        self._asked.append((session, message))
        self._feed_now.set()
        return False

    def answered(self, lane: Lane, message: Message, stage: Stage, reply: Reply) -> None:
        """Journal an acceptance at once; everything is settled in bulk a moment later."""
        what = verdict.of(stage, reply, utf8=stage is Stage.MAIL and b" SMTPUTF8\r\n" in message.envelope)
        if what is Verdict.OURS:
            lane.gate.refused(stage, reply, self.now())
            self.returned(message)
            return
        lane.gate.accepted()
        if lane.gate.untold:
            self._feed_now.set()
        if what is Verdict.SENT:
            self._ledger.accepted(message.copy, reply)
        elif what is Verdict.RETRY:
            self._ledger.put_off(message.copy, stage, reply)
            if pace.slows(stage, reply):
                self._slow[destinations.of(message.copy.address)] = str(reply)
                self._feed_now.set()
        else:
            self._ledger.refused(message.copy, stage, reply)

    def returned(self, message: Message) -> None:
        """It is the next one of its kind again; under a lease that was lost it is somebody else's by now."""
        if message.copy.lease == self._ledger.lease:
            self._ready[message.copy.kind].put_back(message.copy, message.checked)
        self._feed_now.set()

    def parted(self) -> None:
        """All lanes may have carried as many as one connection may at the same moment: they are called again now, not at the next sweep."""
        self._feed_now.set()

    # The tasks

    async def _feed(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._feed_now.wait(), _SWEEP_SECONDS)  # a newsletter wakes it all the time: the sweep has a clock
        if (moment := asyncio.get_running_loop().time()) >= self._sweep_at:
            self.wake()
            self._sweep_at = moment + _SWEEP_SECONDS
        self._feed_now.clear()
        await self._gates.tell()
        await self._brake()
        await self._writing.give_back(now=self.now())
        await self._ask_again()
        for kind in Kind:
            await self._fill(kind)
        self._lanes.call({kind: len(ready) for kind, ready in self._ready.items()}, may_use=self._gates.may_use)

    async def _settle(self) -> None:
        await self._settle_now.wait()
        await asyncio.sleep(_SETTLE_SECONDS)
        self._settle_now.clear()
        await self._ledger.flush()

    async def _beat(self) -> None:
        if not await self._ledger.beat():
            for ready in self._ready.values():
                ready.leave(self._ledger.lease)
        await self._rest(heartbeats.EVERY)

    async def _attend(self) -> None:
        await self._ledger.let_go()
        await self._gates.hear()
        await self._ledger.resolve_doubt()
        await self._watch.look(own_id=self._ledger.lease, now=self.now())
        await settle.finish(now=self.now())
        await control.clear(now=self.now())
        await self._rest(heartbeats.EVERY)

    async def _tick(self) -> None:
        await self._rest(1)
        self._lanes.tick(asyncio.get_running_loop().time())

    def _lasting(self, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Do it again and again; while the database is away, wait for it."""

        async def last() -> None:
            away = False
            while not self._closed.is_set():
                try:
                    await work()
                    away = False
                except _DEFECTS:
                    log.exception("not_written", work=work.__name__)
                    await self._rest(1)
                except _AWAY as error:
                    if not away:
                        log.warning("database_away", work=work.__name__, error=type(error).__name__)
                    away = True
                    self._watch.lost_sight()
                    self._ledger.doubt()
                    self._feed_now.set()
                    self._settle_now.set()
                    await self._rest(1)

        return asyncio.create_task(last())

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), seconds)

    # Feeding

    async def _ask_again(self) -> None:
        """Ask the database about copies whose check is old: those in front of a lane, and all that lie ready."""
        moment = asyncio.get_running_loop().time()
        stale = [ready for ready in self._ready.values() if ready.is_stale(moment)]
        asked = self._asked.copy()
        if not stale and not asked:
            return
        if self._ledger.is_broken:
            await self._ledger.flush()
        lease = self._ledger.lease
        ids = {message.copy.id for _, message in asked if message.copy.lease == lease}.union(*(ready.ids() for ready in stale))
        good = set() if self._stopping else await self._ledger.still_good(ids)
        if asyncio.get_running_loop().time() - moment > _ANSWER_SECONDS or lease != self._ledger.lease:
            self._feed_now.set()
            return
        self._asked = self._asked[len(asked) :]
        for ready in stale:
            ready.keep(good, asked=ids, checked=moment)
        for session, message in asked:
            message.checked = moment
            session.proceed(allowed=message.copy.id in good and message.copy.lease == lease)
        await self._ledger.give_back(ids - good)

    async def _brake(self) -> None:
        """Slow the destinations that asked for it, for everybody; what lies ready for them here is claimed again, at the new pace."""
        slow, self._slow = self._slow, {}
        if slow:
            await self._ledger.slow(slow)
            await self._ledger.give_back({copy.id for ready in self._ready.values() for copy in ready.withdraw(slow)})

    async def _fill(self, kind: Kind) -> None:
        """Claim as much as is soon sent; while no relay takes this kind, leave it to those who have one that does."""
        ready = self._ready[kind]
        if self._stopping or not self._gates.any_for(kind):
            await self._empty(ready)
        elif (room := ready.room) and not ready.dry:
            moment = asyncio.get_running_loop().time()
            batch = await self._ledger.claim(kind=kind, limit=room, mute=await self._letterbox.mute())
            await self._letterbox.fetch(batch.copies, beside=self._letters())
            copies = [copy for copy in batch.copies if copy.lease == self._ledger.lease]
            self._ledger.hold(copies)
            ready.add(copies, asked=room, found=batch.found, checked=moment)
            if not (copies or ready.dry):
                self._feed_now.set()

    def _letters(self) -> set[int]:
        """The letters of all that lies here."""
        return self._writing.letters().union(*(ready.letters() for ready in self._ready.values()))

    async def _empty(self, ready: Ready) -> None:
        ids = ready.ids()
        ready.clear()
        await self._ledger.give_back(ids)

    # The end

    async def _wind_up(self) -> None:
        """Start no further body; wait for the servers that have one."""
        self._stopping = True
        self._feed_now.set()
        await self._lanes.part(patience=GRACE_SECONDS)

    async def _close(self, works: Collection[asyncio.Task[None]], others: Collection[asyncio.Task[Any]]) -> None:
        """Let what talks to the database come to its end; a statement that is torn off costs its connection."""
        self._closed.set()
        self._feed_now.set()
        self._settle_now.set()
        await asyncio.wait(works, timeout=GRACE_SECONDS)
        for task in (*works, *others):
            task.cancel()
        await asyncio.gather(*works, *others, return_exceptions=True)

    async def _end(self) -> None:
        """Settle and let go; while the database is away, the journal stays for whoever takes over."""
        try:
            for ready in self._ready.values():
                await self._empty(ready)
            await self._writing.end()
            await self._ledger.end()
        except _AWAY as error:
            log.warning("left_to_others", worker=self._ledger.lease, error=type(error).__name__)
