"""`delivery`: 20,000 copies of a 30 KB newsletter in two languages, one worker process, each outcome recorded; floor: smtp-source."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Any

from tests.benchmarks import _stage

COPIES = 20_000
SETTLED_WITHIN = 120.0


def run(*, workers: int = 1, signed: bool = False, **environment: str) -> dict[str, Any]:
    """Copies per second beside the floor's messages per second to the same sink. `signed`: with both of a domain's DKIM keys."""
    with _stage.sink() as port:
        before = _stage.source(port, messages=COPIES)
        ours, counts = asyncio.run(_send(port, workers, environment, signed=signed))
        after = _stage.source(port, messages=COPIES)
    floor = max(before, after)
    return {
        "copies": COPIES,
        "states": counts,
        "per_second": round(ours),
        "floor_per_second": round(floor),
        "ratio": round(ours / floor, 3),
    }


async def _send(port: int, workers: int, environment: dict[str, str], *, signed: bool) -> tuple[float, dict[str, int]]:
    async with _stage.stage() as stage:
        cluster = await _stage.people(count=COPIES, now=_stage.now())
        if signed:
            await _stage.sign_for(cluster)
        dispatch = await _stage.newsletter(cluster=cluster, now=_stage.now())
        with ExitStack() as processes:
            for _ in range(workers):
                processes.enter_context(stage.worker(port, **environment))
            await _stage.is_beating()
            await asyncio.sleep(2)
            begun = await _stage.resume(dispatch)
            ended = await _stage.until_settled(dispatch, seconds=SETTLED_WITHIN)
        counts = await _stage.states(dispatch)
    return COPIES / (ended - begun), counts
