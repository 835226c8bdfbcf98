"""One series of kills in the middle of a mailing, on a whole `kutse up` with a slow sink behind it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import redis

from service.delivery.return_path import ReturnPath
from service.persistence import engine
from service.tokens import Keys
from tests.benchmarks import _stage
from tests.support.running import Kutse, is_running, place
from tests.support.sink import Sink, listening

_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, TimeoutError)
_SECONDS_A_KILL = 60.0
_DROPS = 1000
_RECOVERY_SECONDS = 15.0  # as the README promises
_MARKER = "kutse:crash-marker"


@dataclass
class Series:
    """A mailing of `copies` and `kills` kills by `victim`. `pause`: how slow the sink is, in seconds a message."""

    victim: str
    kills: int
    copies: int
    pause: float
    bound: int = 0
    done: int = 0
    sink: Sink = field(init=False)

    def run(self) -> dict[str, Any]:
        """Send, kill, recover; then compare what the sink has with what the rows say."""
        with place() as folder, listening(Sink(pause=self.pause, drops=_DROPS)) as self.sink:
            environment: dict[str, Any] = {
                "KUTSE_SMTP_HOST": "127.0.0.1",
                "KUTSE_SMTP_PORT": str(self.sink.port),
                "KUTSE_SMTP_SECURITY": "none",
                "KUTSE_SMTP_CONNECTIONS": "5",
                "KUTSE_SECRET": _stage.SECRET,
            }
            kutse = Kutse(folder / "state", command=[sys.executable, "-m", "service.cli", "up"], **environment)
            kutse.start().until_ready()
            try:
                return asyncio.run(self._play(kutse))
            finally:
                kutse.stop()

    async def _play(self, kutse: Kutse) -> dict[str, Any]:
        url = _url(kutse.state)
        await engine.connect(url=url, pool_size=2)
        try:
            cluster = await _stage.people(count=self.copies, now=_stage.now())
            dispatch = await _stage.newsletter(cluster=cluster, now=_stage.now(), running=True)
            for _ in range(self.kills):
                await self._kill(kutse)
            return await self._compare(dispatch)
        finally:
            await engine.close()

    async def _kill(self, kutse: Kutse) -> None:
        """Wait until all is whole and mail flows, and kill in the middle of a transaction; then wait until mail flows anew."""
        await _until(lambda: _is_whole(kutse))
        flowing = self.sink.messages
        await _until(lambda: self.sink.messages >= flowing + 20)
        await asyncio.sleep(random.random() * 0.5)
        await _until(lambda: self.sink.open_transactions > 0)
        self.bound += self.sink.open_transactions
        before = self.sink.messages
        _VICTIMS[self.victim](kutse)
        self.done += 1
        await asyncio.sleep(0.2)  # what was on the wire
        before = max(before, self.sink.messages)
        await _until(lambda: self.sink.messages > before)
        if self.victim == "valkey_wiped":
            await _wiped(kutse)

    async def _compare(self, dispatch: int) -> dict[str, Any]:
        states = await _settled(dispatch, self.copies)
        async with engine.connection() as raw:
            sent = {row["id"] for row in await raw.fetch("SELECT id FROM delivery WHERE dispatch_id = $1 AND state = 'sent'", dispatch)}
        returns = ReturnPath(Keys((_stage.SECRET,)), "")
        taken = {returns.read(message.partition(".")[0]) for message in self.sink.received}
        return judged(
            {
                "victim": self.victim,
                "kills": self.done,
                "copies": self.copies,
                "states": states,
                "sent": len(sent),
                "lost": self.copies - len(taken),
                "duplicates": self.sink.duplicates,
                "bound": self.bound,
                "dropped": self.sink.dropped,
                "message_ids_per_recipient": len(self.sink.received) / max(1, len(set(self.sink.recipients.values()))),
                "ledger_agrees": sent == taken,
                "longest_silence_seconds": round(self.sink.longest_silence, 1),
            }
        )


def judged(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures of a series, and whether they keep what the README promises; what the sink itself dropped comes again by right."""
    held = (
        figures["lost"] == 0
        and figures["ledger_agrees"]
        and figures["duplicates"] <= figures["bound"] + figures["dropped"]
        and figures["longest_silence_seconds"] <= _RECOVERY_SECONDS
    )
    return {**figures, "held": held}


def _url(state: Path, name: str = "DATABASE_URL") -> str:
    """Where the database of a running `kutse up` is, or its Valkey."""
    for path in state.rglob("*.json"):
        told = json.loads(path.read_text())
        if isinstance(told, dict) and name in told:
            return str(told[name])
    raise RuntimeError(f"kutse up does not tell its {name}")


def _is_whole(kutse: Kutse) -> bool:
    """Whether all its parts run."""
    pids = kutse.pids()
    return pids.keys() >= {"postgresql", "valkey", "web", "worker"} and all(map(is_running, pids.values()))


def _worker(kutse: Kutse) -> None:
    os.kill(kutse.pids()["worker"], signal.SIGKILL)


def _supervisor(kutse: Kutse) -> None:
    kutse.stop(signal.SIGKILL)
    kutse.start().until_ready()


def _valkey(kutse: Kutse) -> None:
    os.kill(kutse.pids()["valkey"], signal.SIGKILL)


def _valkey_wiped(kutse: Kutse) -> None:
    """The files are looked for before, so that they are gone before the supervisor starts it anew."""
    with redis.Redis.from_url(_url(kutse.state, "REDIS_URL")) as client:
        client.set(_MARKER, "here")
    files = [path for path in (kutse.state / "valkey").rglob("*") if path.is_file()]
    _valkey(kutse)
    for path in files:
        path.unlink(missing_ok=True)


async def _wiped(kutse: Kutse) -> None:
    """Raises when Valkey still knows what it knew before."""
    await _until(lambda: _is_marked(kutse) is not None)
    if _is_marked(kutse):
        raise RuntimeError("Valkey was not wiped: it started anew with its old files")


def _is_marked(kutse: Kutse) -> bool | None:
    """None while it does not answer."""
    try:
        with redis.Redis.from_url(_url(kutse.state, "REDIS_URL")) as client:
            return bool(client.exists(_MARKER))
    except redis.RedisError:
        return None


def _postgresql(kutse: Kutse) -> None:
    os.kill(kutse.pids()["postgresql"], signal.SIGQUIT)


_VICTIMS: dict[str, Callable[[Kutse], None]] = {
    "worker": _worker,
    "supervisor": _supervisor,
    "valkey": _valkey,
    "valkey_wiped": _valkey_wiped,
    "postgresql": _postgresql,
}
VICTIMS = tuple(_VICTIMS)


async def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _SECONDS_A_KILL
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("mail does not flow")
        await asyncio.sleep(0.01)


async def _settled(dispatch: int, copies: int) -> dict[str, int]:
    """The states when nothing is open any more; a copy whose attempt failed waits minutes, so those are made due now."""
    end = time.monotonic() + 120 + copies / 50
    while True:
        try:
            async with engine.connection() as raw:
                await raw.execute(
                    "UPDATE delivery SET due_at = now() WHERE state = 'queued' AND due_at > now() AND dispatch_id = $1", dispatch
                )
            states = await _stage.states(dispatch)
        except _AWAY:
            states = {"queued": 1}
        if not states.keys() & {"queued", "sending"}:
            return states
        if time.monotonic() > end:
            return states
        await asyncio.sleep(0.5)
