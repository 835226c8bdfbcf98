"""`delivery`: 20,000 copies of a 30 KB newsletter in two languages, one worker process, each outcome recorded; floor: smtp-source.

Both are measured five times, by turns, and the middle of each counts: a machine that does other things too is now faster and now slower.
The worker has as many connections as it needs to keep a sink busy that takes one message at a time; the floor is also reported with as many.
The clock runs from the moment at which the mailing is let go until no outcome is missing in the database.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack
from statistics import median
from typing import Any

from tests.benchmarks import _stage

COPIES = 20_000
CONNECTIONS = 32
TIMES = 5
SETTLED_WITHIN = 120.0


def run(*, workers: int = 1, signed: bool = False, **environment: str) -> dict[str, Any]:
    """Copies per second beside the floor's messages per second to the same sink. `signed`: with both of a domain's DKIM keys."""
    with _stage.sink() as port:
        found = asyncio.run(_measure(port, workers, environment, signed=signed))
    parameters = {"copies": COPIES, "workers": workers, "connections": CONNECTIONS, "signed": signed, **environment}
    return {**found, "ratio": round(found["value"] / found["floor"], 3), "parameters": parameters}


async def _measure(port: int, workers: int, environment: dict[str, str], *, signed: bool) -> dict[str, Any]:
    async with _stage.stage() as stage, _stage.queue() as queue:
        cluster = await _stage.people(count=COPIES, now=_stage.now())
        if signed:
            await _stage.sign_for(cluster)
        mailings = [await _stage.newsletter(cluster=cluster, now=_stage.now()) for _ in range(TIMES)]
        await asyncio.to_thread(os.sync)  # or the first turns would wait for what was prepared to be on the disk
        with ExitStack() as stack:
            processes = [
                stack.enter_context(stage.worker(port, REDIS_URL=queue, KUTSE_SMTP_CONNECTIONS=str(CONNECTIONS), **environment))
                for _ in range(workers)
            ]
            await _stage.is_beating()
            await asyncio.sleep(2)
            as_many = await asyncio.to_thread(_stage.source, port, messages=COPIES, sessions=CONNECTIONS)
            turns = [await _turn(port, mailing, [one.pid for one in processes]) for mailing in mailings]
        states = [await _stage.states(mailing) for mailing in mailings]
    floors, ours, costs = zip(*turns, strict=True)
    return {
        "value": round(median(ours)),
        "unit": "copies/s",
        "floor": round(median(floors)),
        "floor_with_as_many_connections": round(as_many),
        "states": states,
        "each_time": [round(one) for one in ours],
        "floor_each_time": [round(one) for one in floors],
        "worker_cpu_microseconds_per_copy": round(median(costs)),
        "load_average": round(os.getloadavg()[0], 1),
    }


async def _turn(port: int, mailing: int, workers: list[int]) -> tuple[float, float, float]:
    """The floor's messages per second, ours, and the workers' processor time for a copy."""
    floor = await asyncio.to_thread(_stage.source, port, messages=COPIES)
    before = sum(map(_stage.processor_time, workers))
    begun = await _stage.resume(mailing)
    ended = await _stage.until_settled(mailing, seconds=SETTLED_WITHIN)
    return floor, COPIES / (ended - begun), (sum(map(_stage.processor_time, workers)) - before) / COPIES * 1_000_000
