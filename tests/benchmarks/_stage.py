"""The stage that delivery's benchmarks play on: PostgreSQL as an operator runs it, workers as processes, Postfix's sink and source."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import psutil

from service.clusters.tables import Cluster
from service.delivery import control, freeze, signing_keys
from service.letters.letter import Letter
from service.letters.slots import slot
from service.persistence import engine, migrations, nudge
from service.persistence.transaction import transaction
from service.tokens import Keys
from tests.support import factories, servers

SECRET = "a secret of the benchmarks, long enough to sign with"
_WORDS = "Loomeklastri uudiskiri: seminarid, koolitused, õppereisid ja avatud taotlusvoorud. "


@dataclass
class Stage:
    """What a benchmark has: a database's URL and a folder for the workers' state."""

    url: str
    state: Path

    @contextmanager
    def worker(self, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """A worker process that sends to `port` on loopback."""
        values = {
            "DATABASE_URL": self.url,
            "KUTSE_STATE": str(self.state),
            "KUTSE_SECRET": SECRET,
            "KUTSE_URL": "https://kutse.example.org",
            "KUTSE_SMTP_HOST": "127.0.0.1",
            "KUTSE_SMTP_PORT": str(port),
            "KUTSE_SMTP_SECURITY": "none",
            "KUTSE_LOG_LEVEL": "warning",
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        process = subprocess.Popen([sys.executable, "-m", "service.cli", "worker"], env={**kept, **values, **environment})
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(40)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """A migrated database with the pool open, and a folder."""
    folder = Path(tempfile.mkdtemp(prefix="kutse-bench-", dir="/tmp"))
    with servers.postgres(servers.DURABLE) as server:
        raw = await asyncpg.connect(server.format(database="postgres"))
        await raw.execute("CREATE DATABASE bench")
        await raw.close()
        url = server.format(database="bench")
        await engine.connect(url=url, pool_size=5)
        try:
            await migrations.migrate(url=url)
            yield Stage(url, folder)
        finally:
            await engine.close()
            shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def queue() -> AsyncIterator[str]:
    """A Valkey that nudges go through, as everywhere; yields its URL."""
    with servers.valkey() as url:
        nudge.connect(url=url)
        try:
            yield url
        finally:
            await nudge.close()


async def people(*, count: int, now: datetime) -> Cluster:
    """A cluster and that many persons, half of them reading English."""
    cluster = await factories.cluster(now=now)
    async with engine.connection() as raw:
        await raw.execute(
            """
            INSERT INTO person (cluster_id, address, name, language, created_at)
            SELECT $1, 'person' || n || '@example.org', 'Mari Maasikas ' || n, CASE n % 2 WHEN 0 THEN 'et' ELSE 'en' END, $2
            FROM generate_series(1, $3::integer) AS n
            """,
            cluster.id,
            now,
            count,
            timeout=300,
        )
        await raw.execute("ANALYZE")
    return cluster


_EVERYBODY = "SELECT id, address, name, language FROM person WHERE cluster_id = $1"


async def newsletter(*, cluster: Cluster, now: datetime, running: bool = False, audience: str = _EVERYBODY) -> int:
    """A frozen newsletter of 30 KB; paused, so that the clock starts with `resume`. `audience`: its SQL, with the cluster's id as $1."""
    async with transaction(isolation="REPEATABLE READ"):
        frozen = await freeze.freeze(
            cluster=cluster,
            letters=[_letter("et"), _letter("en")],
            audience_sql=audience,
            audience_args=[cluster.id],
            list_id="news.loomeklaster.example.org",
            about="benchmark",
            fallback={},
            expires_at=None,
            now=now,
        )
        if not running:
            await _set(frozen.dispatch_id, "paused")
    return frozen.dispatch_id


async def sign_for(cluster: Cluster) -> None:
    """From now on its letters are signed, RSA-2048 and Ed25519."""
    domain = signing_keys.domain_of(cluster.sender_address)
    await signing_keys.ensure(domain=domain, keys=Keys((SECRET,)), now=now())
    await signing_keys.activate(domain=domain, now=now())


async def resume(dispatch_id: int) -> float:
    """Let it go as the console does, with a nudge where there is a queue; returns the moment."""
    moment = time.perf_counter()
    async with transaction():
        await control.resume(dispatch_id=dispatch_id, now=now())
    return moment


def processor_time(pid: int) -> float:
    """Seconds that a process has worked."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


async def until_settled(dispatch_id: int, *, seconds: float) -> float:
    """The moment at which no copy is open any more."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        async with engine.connection() as raw:
            if not await raw.fetchval("SELECT EXISTS (SELECT FROM delivery WHERE dispatch_id = $1 AND settled_at IS NULL)", dispatch_id):
                return time.perf_counter()
        await asyncio.sleep(0.05)
    raise TimeoutError(f"not settled within {seconds} s")


async def is_beating() -> None:
    """Wait for a worker."""
    while True:
        async with engine.connection() as raw:
            if await raw.fetchval("SELECT EXISTS (SELECT FROM worker)"):
                return
        await asyncio.sleep(0.05)


@contextmanager
def sink(*, delay: int = 0) -> Iterator[int]:
    """Postfix's smtp-sink on loopback, which thinks for `delay` seconds about every body; yields its port."""
    port = free_port()
    options = [*(["-u", "nobody"] if os.geteuid() == 0 else []), *(["-w", str(delay)] if delay else [])]
    process = subprocess.Popen([_tool("smtp-sink"), *options, f"127.0.0.1:{port}", "1000"])
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait()


def source(port: int, *, messages: int, octets: int = 30_000, sessions: int = 4) -> float:
    """Messages per second of Postfix's smtp-source with constant text over kept connections, `sessions` of them: the floor."""
    begun = time.perf_counter()
    subprocess.run(
        [_tool("smtp-source"), "-d", "-s", str(sessions), "-l", str(octets), "-m", str(messages), "-f", "a@example.org", "-t", "b@example.org",
         f"127.0.0.1:{port}"],
        check=True,
    )  # fmt: skip
    return messages / (time.perf_counter() - begun)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def now() -> datetime:
    """The moment."""
    return datetime.now(UTC)


async def _set(dispatch_id: int, state: str) -> None:
    async with engine.connection() as raw:
        await raw.execute("UPDATE dispatch SET state = $2 WHERE id = $1", dispatch_id, state)


def _letter(language: str) -> Letter:
    paragraph = f'<p style="margin:0 0 16px;color:#202020">{_WORDS}</p>\n'
    html = f'<!DOCTYPE html><html lang="{language}"><head><title>Uudiskiri</title></head><body><p>Tere, {slot("name")}!</p>\n'
    html += (
        paragraph * 168 + f'<a href="{slot("unsubscribe_url")}">Lahku</a> <a href="{slot("preferences_url")}">Eelistused</a></body></html>'
    )
    text = f"Tere, {slot('name')}!\n\n{_WORDS * 40}\n\n{slot('unsubscribe_url')}\n{slot('preferences_url')}\n"
    return Letter(language=language, subject="Loomeklastri uudiskiri, november", preheader="", text=text, html=html)


def _tool(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        raise SystemExit(f"{name} is missing: it comes with Debian's package postfix")
    return found


async def states(dispatch_id: int) -> dict[str, int]:
    """Copies by state."""
    async with engine.connection() as raw:
        return dict(await raw.fetch("SELECT state, count(*) FROM delivery WHERE dispatch_id = $1 GROUP BY state", dispatch_id))
