"""Copies written ahead, a few at a time.

One after the other they find the letter, the keys and the code itself in the processor's caches: a copy then costs two thirds of what it costs between two
replies, and its signature is made by the time it is wanted.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable

from service.delivery.claim import Claimed
from service.delivery.outbox import Kind
from service.delivery.session import Message
from service.delivery.smtp import Abilities

FEW = 15
"""How many are written with the one that is wanted: a third of a millisecond, in which no reply is heard."""


class Ahead:
    """Has copies written by `write`, which may raise; what it raises is met with when the copy's turn comes."""

    def __init__(self, write: Callable[[Claimed, Abilities], Message]) -> None:
        self._write = write
        self._written: dict[Kind, dict[int, tuple[Abilities, Message]]] = {kind: {} for kind in Kind}

    def take(self, copy: Claimed, abilities: Abilities, following: Iterable[Claimed]) -> Message:
        """This copy for a server with these abilities; `following`: those whose turn comes next."""
        found = self._written[copy.kind].pop(copy.id, None)
        if found is None:
            self._written[copy.kind] = dict(self._few(following, abilities))
        elif found[1].copy is copy and found[0] == abilities:  # not an earlier claim's, nor for another server
            return found[1]
        return self._write(copy, abilities)

    def _few(self, following: Iterable[Claimed], abilities: Abilities) -> Iterable[tuple[int, tuple[Abilities, Message]]]:
        for copy in following:
            with contextlib.suppress(Exception):
                yield copy.id, (abilities, self._write(copy, abilities))
