"""`freeze`: a mailing to 1,000,000 subscribers frozen into deliveries and skipped rows; floor: the same rows from a prepared table."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

from service.persistence import engine
from tests.benchmarks import _stage

PERSONS = int(os.environ.get("KUTSE_BENCH_PERSONS", "1000000"))
_COLUMNS = "dispatch_id, letter_id, person_id, address, name, due_at, expires_at, state, reason, settled_at"
_AUDIENCE = """
SELECT person.id, address, name, language FROM subscription JOIN person ON person.id = person_id
WHERE cluster_id = $1 AND state = 'active' AND erased_at IS NULL
"""
_LONG = 600.0


def run() -> dict[str, Any]:
    """Rows per second beside the floor's."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    async with _stage.stage():
        cluster = await _stage.people(count=PERSONS, now=_stage.now())
        await _subscribe_everybody()
        await _suppress_one_in_a_hundred()
        begun = time.perf_counter()
        dispatch = await _stage.newsletter(cluster=cluster, now=_stage.now(), audience=_AUDIENCE)
        ours = time.perf_counter() - begun
        floor = await _again_from_a_table()
        states = await _stage.states(dispatch)
    return {
        "value": round(ours, 2),
        "unit": "s",
        "floor": round(floor, 2),
        "ratio": round(floor / ours, 3),
        "parameters": {"persons": PERSONS},
        "states": states,
    }


async def _subscribe_everybody() -> None:
    async with engine.connection() as raw:
        topic = await raw.fetchval(
            "INSERT INTO topic (cluster_id, slug, kind, list_id) SELECT id, 'newsletter', 'newsletter', 'news.example.org' FROM cluster RETURNING id"
        )
        await raw.execute(
            "INSERT INTO subscription (topic_id, person_id, state, since) SELECT $1, id, 'active', created_at FROM person",
            topic,
            timeout=_LONG,
        )


async def _suppress_one_in_a_hundred() -> None:
    async with engine.connection() as raw:
        await raw.execute(
            "INSERT INTO suppression (cluster_id, address, scope, reason, created_at) "
            "SELECT cluster_id, lower(address), 'news', 'benchmark', created_at FROM person WHERE id % 100 = 0",
            timeout=_LONG,
        )
        await raw.execute("ANALYZE")


async def _again_from_a_table() -> float:
    """The rows that the freeze made, kept aside and put into the emptied table once more."""
    async with engine.connection() as raw:
        await raw.execute(f"CREATE TABLE prepared AS SELECT {_COLUMNS} FROM delivery ORDER BY id", timeout=_LONG)
        await raw.execute("TRUNCATE delivery CASCADE", timeout=_LONG)
        await raw.execute("VACUUM ANALYZE prepared", timeout=_LONG)
        begun = time.perf_counter()
        await raw.execute(f"INSERT INTO delivery ({_COLUMNS}) SELECT {_COLUMNS} FROM prepared", timeout=_LONG)
        return time.perf_counter() - begun
