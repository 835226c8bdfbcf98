"""All lanes of a worker: as many as its relays allow, woken for what there is to send, and parted with at the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from service.delivery.gate import Gate
from service.delivery.lane import Depot, Lane
from service.delivery.outbox import Kind
from service.settings import Relay


class Lanes:
    """The lanes to all relays. The first of a relay that takes both kinds is kept for service letters."""

    def __init__(self, gates: Iterable[Gate], *, depot: Depot, hostname: str | None) -> None:
        self._gates = list(gates)
        self._lanes = [
            Lane(gate=gate, kinds=kinds, depot=depot, hostname=hostname) for gate in self._gates for kinds in _shares(gate.relay)
        ]

    def __iter__(self) -> Iterator[Lane]:
        return iter(self._lanes)

    def begin(self) -> list[asyncio.Task[None]]:
        """Serve, each in a task."""
        return [asyncio.create_task(lane.run()) for lane in self._lanes]

    def call(self, ready: Mapping[Kind, int], *, may_use: Callable[[Gate, Kind], bool]) -> None:
        """Wake as many lanes as there are copies for: those that wait for a server's reply can take none, those that are connected come first.

        A held relay that is due gets one copy, to be probed with, before those that carry its mail meanwhile.
        """
        left = dict(ready)
        kept = Counter((gate, copy.kind) for gate in self._gates for copy, _ in gate.kept)
        probed: set[Gate] = set()
        for lane in sorted((lane for lane in self._lanes if not lane.is_busy), key=lambda lane: (lane.gate.relay.priority, lane.distance)):
            if lane.gate in probed:
                continue
            if (only := next((kind for kind in lane.kinds if kept[lane.gate, kind]), None)) is not None:
                kept[lane.gate, only] -= 1
            elif (kind := next((kind for kind in lane.kinds if left[kind] and may_use(lane.gate, kind)), None)) is not None:
                left[kind] -= 1
            else:
                continue
            lane.want()
            if lane.gate.held is not None:
                probed.add(lane.gate)

    def tick(self, moment: float) -> None:
        """End what has waited too long."""
        for lane in self._lanes:
            if lane.session is not None:
                lane.session.tick(moment)

    async def part(self, *, patience: float) -> None:
        """Wait for the servers that have a body, then hang up on those that still think."""
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        while loop.time() < until and any(lane.session for lane in self._lanes):
            for lane in self._lanes:
                if lane.session is not None:
                    lane.session.quit()
            await asyncio.sleep(0.02)
        for lane in self._lanes:
            if lane.session is not None:
                lane.session.abort()
        await asyncio.sleep(0.02)


def _shares(relay: Relay) -> list[list[Kind]]:
    """The kinds of each lane to a relay."""
    kinds = [kind for kind in Kind if kind.value in relay.kinds]
    kept = [[Kind.SERVICE]] if len(kinds) > 1 and relay.connections > 1 else []
    return kept + [kinds] * (relay.connections - len(kept))
