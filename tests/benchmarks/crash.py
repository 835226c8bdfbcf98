"""`crash`: five series of 20 SIGKILLs in mailings of 50,000 copies; nothing lost, nothing repeated beyond the transactions open at a kill.

`bound` is the sum of the transactions that the sink saw open at each kill; `dropped` counts apart the connections that the sink itself dropped between
a dot and its answer. `held`: nothing lost, the ledger agrees, no more duplicates than those two, and never 15 s without mail. `KUTSE_BENCH_VICTIMS`
(names with commas between) runs some of the series only.
"""

from __future__ import annotations

import os
from typing import Any

from tests.benchmarks._crash import VICTIMS, Series

KILLS = 20
COPIES = 50_000
PAUSE = 0.008


def run() -> dict[str, Any]:
    """All series; the figures on top are sums."""
    victims = os.environ.get("KUTSE_BENCH_VICTIMS", ",".join(VICTIMS)).split(",")
    series = [Series(victim, kills=KILLS, copies=COPIES, pause=PAUSE).run() for victim in victims]
    sums = {name: sum(one[name] for one in series) for name in ("kills", "sent", "lost", "duplicates", "bound", "dropped")}
    return {
        "value": sums["lost"],
        "unit": "copies lost",
        "floor": 0,
        "ratio": None,
        "parameters": {"copies": COPIES, "kills_per_series": KILLS, "series": victims},
        **sums,
        "held": all(one["held"] for one in series),
        "ledger_agrees": all(one["ledger_agrees"] for one in series),
        "longest_silence_seconds": max(one["longest_silence_seconds"] for one in series),
        "series": series,
    }
