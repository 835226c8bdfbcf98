"""`memory`: the resident memory of a worker through a mailing of 1,000,000 copies of 30 KB; floor: its memory while idle.

`KUTSE_BENCH_COPIES` makes the mailing smaller. `ratio` is peak by idle; `growth_per_100000_copies` is the slope of the second half, in MB.
"""

from __future__ import annotations

import asyncio
import os
import statistics
from typing import Any

import psutil

from tests.benchmarks import _stage

COPIES = int(os.environ.get("KUTSE_BENCH_COPIES", "1000000"))
IDLE_SECONDS = 5
_SLOWEST = 200  # copies a second, below which it is given up


def run() -> dict[str, Any]:
    """Peak and idle memory in MB, and how it went in ten steps."""
    with _stage.sink() as port:
        return asyncio.run(_measure(port))


async def _measure(port: int) -> dict[str, Any]:
    async with _stage.stage() as stage:
        cluster = await _stage.people(count=COPIES, now=_stage.now())
        dispatch = await _stage.newsletter(cluster=cluster, now=_stage.now())
        with stage.worker(port) as process:
            await _stage.is_beating()
            await asyncio.sleep(IDLE_SECONDS)
            worker = psutil.Process(process.pid)
            idle = _megabytes(worker)
            begun = await _stage.resume(dispatch)
            mailing = asyncio.create_task(_stage.until_settled(dispatch, seconds=60 + COPIES / _SLOWEST))
            seen = [idle]
            while not mailing.done():
                await asyncio.sleep(0.5)
                seen.append(_megabytes(worker))
            seconds = await mailing - begun
        states = await _stage.states(dispatch)
    return {
        "value": round(max(seen), 1),
        "unit": "MB",
        "floor": round(idle, 1),
        "ratio": round(max(seen) / idle, 3),
        "parameters": {"copies": COPIES},
        "states": states,
        "per_second": round(COPIES / seconds),
        "growth_per_100000_copies": round(_slope(seen[len(seen) // 2 :]) * len(seen) * 100_000 / COPIES, 2),
        "in_ten_steps_mb": [round(max(seen[place * len(seen) // 10 : (place + 1) * len(seen) // 10]), 1) for place in range(10)],
    }


def _megabytes(worker: psutil.Process) -> float:
    return float(worker.memory_info().rss) / 1_000_000


def _slope(values: list[float]) -> float:
    return statistics.linear_regression(range(len(values)), values).slope
