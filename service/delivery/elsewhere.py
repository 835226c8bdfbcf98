"""Copies that the relay which was asked first cannot take and another may: an address that needs SMTPUTF8, a letter that is too long for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from service.delivery.claim import Claimed
from service.delivery.gate import Gate
from service.delivery.headers import UnableToSend
from service.delivery.lane import Lane
from service.delivery.letterbox import Letterbox

_OF_THE_SERVER = {"5.6.7", "5.3.4"}


class Elsewhere:
    """Keeps each such copy at a gate (`Gate.kept`) whose lanes take it, whichever relay is the first otherwise."""

    def __init__(self, gates: Iterable[Gate], letterbox: Letterbox) -> None:
        self._gates, self._letterbox = list(gates), letterbox

    def leave(self, copy: Claimed, error: UnableToSend, *, gate: Gate, checked: float) -> bool:
        """Leave it to another relay; False when none of those that take its kind can take it."""
        others = [other for other in self._gates if other is not gate and copy.kind.value in other.relay.kinds]
        able = [other for other in others if error.status in _OF_THE_SERVER and self._may_take(copy, other)]
        for other in sorted(able, key=lambda one: (one.held is not None, one.relay.priority))[:1]:
            other.kept.append((copy, checked))
        return bool(able)

    def take(self, lane: Lane, *, lease: int) -> tuple[Claimed, float] | None:
        """The next copy for this lane; those of a lease that was lost are somebody else's by now."""
        kept = lane.gate.kept
        for one in [one for one in kept if one[0].lease != lease]:
            kept.remove(one)
        found = next((one for one in kept if one[0].kind in lane.kinds), None)
        if found is not None:
            kept.remove(found)
        return found

    def stranded(self, now: datetime) -> list[tuple[Claimed, datetime]]:
        """Those whose relay is held, and until when; they are kept no more."""
        found: list[tuple[Claimed, datetime]] = []
        for gate in self._gates:
            if gate.kept and gate.held is not None and not gate.takes(now):
                found += [(copy, gate.held.until) for copy, _ in gate.kept]
                gate.kept.clear()
        return found

    def ids(self) -> set[int]:
        """All that are kept."""
        return {copy.id for gate in self._gates for copy, _ in gate.kept}

    def letters(self) -> set[int]:
        """The ids of their letters."""
        return {copy.letter_id for gate in self._gates for copy, _ in gate.kept}

    def _may_take(self, copy: Claimed, gate: Gate) -> bool:
        """Whether it may, as far as is known: what it offers is seen at the first connection."""
        try:
            return gate.abilities is None or bool(self._letterbox.write(copy, gate.abilities))
        except UnableToSend:
            return False
