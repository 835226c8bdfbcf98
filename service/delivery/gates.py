"""The gates of all relays: which of them takes a kind of letter now, told to the other workers and heard from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from service.delivery import relays
from service.delivery.gate import Gate
from service.delivery.outbox import Kind
from service.settings import Relay


class Gates:
    """A relay with a lower `priority` comes first; the next takes over while it is held."""

    def __init__(self, settings: Iterable[Relay], *, clock: Callable[[], datetime]) -> None:
        self._gates = [Gate(relay) for relay in settings]
        self._now = clock
        self._better = {(gate, kind): self._before(gate, kind) for gate in self._gates for kind in Kind if kind.value in gate.relay.kinds}

    def __iter__(self) -> Iterator[Gate]:
        return iter(self._gates)

    def may_use(self, gate: Gate, kind: Kind) -> bool:
        """Whether a relay takes this kind now: the best open one does, and a better one that is due to be probed."""
        better = self._better.get((gate, kind))
        if better is None or (gate.held is not None and not gate.takes(self._now())):
            return False
        return all(other.held is not None for other in better)

    def _before(self, gate: Gate, kind: Kind) -> list[Gate]:
        """Those that take this kind and come before this one."""
        return [one for one in self._gates if kind.value in one.relay.kinds and one.relay.priority < gate.relay.priority]

    def any_for(self, kind: Kind) -> bool:
        """Whether there is a relay that takes this kind now."""
        return any(self.may_use(gate, kind) for gate in self._gates)

    async def begin(self) -> None:
        """Forget relays that are not in the settings any more."""
        await relays.keep(names=[gate.relay.name for gate in self._gates])

    async def tell(self) -> None:
        """Write down what has changed here."""
        for gate in self._gates:
            if gate.untold and gate.held is None:
                await relays.release(name=gate.relay.name)
            elif gate.untold and gate.held is not None:
                await relays.hold(held=gate.held)
            gate.untold = False

    async def hear(self) -> None:
        """Adopt what other workers have met with."""
        held = {one.name: one for one in await relays.held()}
        for gate in self._gates:
            if gate.relay.name in held and not gate.untold:
                gate.adopt(held[gate.relay.name])
