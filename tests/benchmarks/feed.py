"""`feed`: conditional GETs of a feed of 1,000 events that has not changed, and the whole feed after a change; floor: a bare Litestar handler with one fetchval."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from service.clusters.tables import Cluster
from service.persistence import engine
from tests.benchmarks import _asking, _stage
from tests.support import events, factories, servers

EVENTS = 1000
_PATH = "/loomeklaster/et/events.ics"


def run() -> dict[str, Any]:
    """Answers per second beside the floor's."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    async with _stage.stage() as stage:
        cluster = await factories.cluster(now=_stage.now())
        await _programme(cluster)
        with ExitStack() as running:
            redis = running.enter_context(servers.valkey())
            ours = running.enter_context(_server("service.cli", "web", url=stage.url, redis=redis, state=str(stage.state)))
            bare = running.enter_context(_server("tests.benchmarks._bare", url=stage.url, redis=redis, state=str(stage.state)))
            first_ms, whole = await _whole(ours)
            conditional = _asking.request(_PATH, if_none_match=whole.field("etag"))
            plain = _asking.request("/version")
            rounds = [(await _asking.rate(bare, plain, status=200), await _asking.rate(ours, conditional, status=304)) for _ in range(3)]
            kept = await _asking.rate(ours, _asking.request(_PATH), status=200, seconds=2)
            await _change(cluster)
            changed_ms, changed = await _whole(ours)
        assert changed.field("etag") != whole.field("etag")
    floor, best = (max(column) for column in zip(*rounds, strict=True))
    return {
        "value": round(best),
        "unit": "304/s",
        "floor": round(floor),
        "ratio": round(best / floor, 3),
        "parameters": {"events": EVENTS, "octets": len(whole.body)},
        "whole_per_second": round(kept),
        "first_ms": round(first_ms),
        "whole_after_change_ms": round(changed_ms),
    }


async def _programme(cluster: Cluster) -> None:
    """Events of one day each, published, over a year."""
    begin = _stage.now() + timedelta(days=10)
    await events.published(cluster=cluster, now=_stage.now(), days=(events.day(begin),))
    async with engine.connection() as raw:
        await raw.execute(_COPIES, EVENTS - 1)
        await raw.execute("ANALYZE")


async def _change(cluster: Cluster) -> None:
    async with engine.connection() as raw:
        await raw.execute(
            "UPDATE event SET title = jsonb_set(title, '{et}', '\"Muudetud\"'), version = version + 1, changed_at = now() WHERE cluster_id = $1 AND slug = 'copy-7'",
            cluster.id,
        )


async def _whole(port: int) -> tuple[float, _asking.Answer]:
    line = await _asking.connect(port)
    begun = time.perf_counter()
    answer = await line.ask(_asking.request(_PATH))
    assert answer.status == 200
    assert answer.body.count(b"BEGIN:VEVENT") == EVENTS
    line.close()
    return (time.perf_counter() - begun) * 1000, answer


@contextmanager
def _server(module: str, *arguments: str, url: str, redis: str, state: str) -> Iterator[int]:
    """A server process on a port of its own."""
    port = _stage.free_port()
    values = {
        "DATABASE_URL": url,
        "REDIS_URL": redis,
        "KUTSE_STATE": state,
        "KUTSE_SECRET": _stage.SECRET,
        "KUTSE_URL": "https://kutse.example.org",
        "KUTSE_PORT": str(port),
        "KUTSE_SMTP_HOST": "127.0.0.1",
        "KUTSE_SMTP_SECURITY": "none",
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], env={**kept, **values}, stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(40)


_COPIES = """
WITH model AS (SELECT * FROM event ORDER BY id LIMIT 1), made AS (
    INSERT INTO event (cluster_id, slug, kind, state, title, summary, zone, starts_at, ends_at, place_name, place_address, place_town, published_at, created_at, changed_at)
    SELECT cluster_id, 'copy-' || n, kind, state, title, summary, zone, starts_at + n * interval '8 hours', ends_at + n * interval '8 hours', place_name, place_address,
           place_town, published_at, created_at, changed_at
    FROM model, generate_series(1, $1::integer) AS n RETURNING id, starts_at, ends_at
), entries AS (INSERT INTO calendar_entry (event_id) SELECT id FROM made RETURNING id, event_id)
INSERT INTO event_day (event_id, entry_id, starts_at, ends_at) SELECT made.id, entries.id, starts_at, ends_at FROM made JOIN entries ON event_id = made.id
"""
