"""`crash`: five series of 20 SIGKILLs in mailings of 50,000 copies; nothing lost, nothing repeated beyond the transactions open at a kill."""

from __future__ import annotations

from typing import Any

from tests.benchmarks._crash import VICTIMS, Series

KILLS = 20
COPIES = 50_000
PAUSE = 0.008


def run() -> dict[str, Any]:
    """All series; `lost` and `duplicates` are sums."""
    series = [Series(victim, kills=KILLS, copies=COPIES, pause=PAUSE).run() for victim in VICTIMS]
    sums = {name: sum(one[name] for one in series) for name in ("kills", "sent", "lost", "duplicates", "bound")}
    return {**sums, "ledger_agrees": all(one["ledger_agrees"] for one in series), "series": series}
