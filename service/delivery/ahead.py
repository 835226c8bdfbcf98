"""Copies written ahead, a few at a time.

One after the other they find the letter, the keys and the code itself in the processor's caches: a copy then costs two thirds of what it costs between two
replies, and its signature is made by the time it is wanted.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from service.delivery.claim import Claimed
from service.delivery.outbox import Kind
from service.delivery.session import Message
from service.delivery.smtp import Abilities

FEW = 15
"""How many are written with the one that is wanted: a third of a millisecond, in which no reply is heard."""

_FRESH_SECONDS = 1.0  # on a slow wire a copy is written in its turn: its date is true, and it is signed by the keys of that moment


class _Written(NamedTuple):
    message: Message
    abilities: Abilities
    at: float

    def fits(self, copy: Claimed, abilities: Abilities, moment: float) -> bool:
        """Whether it is of this very claim, for such a server, and fresh."""
        return self.message.copy is copy and self.abilities == abilities and moment - self.at < _FRESH_SECONDS


class Ahead:
    """Has copies written by `write`, which may raise; what it raises is met with when the copy's turn comes."""

    def __init__(self, write: Callable[[Claimed, Abilities], Message]) -> None:
        self._write = write
        self._written: dict[Kind, dict[int, _Written]] = {kind: {} for kind in Kind}

    def take(self, copy: Claimed, abilities: Abilities, following: Iterable[Claimed]) -> Message:
        """This copy for a server with these abilities; `following`: those whose turn comes next."""
        moment, written = time.monotonic(), self._written[copy.kind]
        found = written.pop(copy.id, None)
        if found is not None and found.fits(copy, abilities, moment):
            return found.message
        message = self._write(
            copy, abilities
        )  # first, since its signature is wanted first; one that cannot be written has nothing written ahead
        if found is None:
            self._written[copy.kind] = dict(self._few(following, abilities, moment, written))
        return message

    def _few(
        self, following: Iterable[Claimed], abilities: Abilities, moment: float, written: Mapping[int, _Written]
    ) -> Iterable[tuple[int, _Written]]:
        for copy in following:
            if (found := written.get(copy.id)) is not None and found.fits(copy, abilities, moment):
                yield copy.id, found
                continue
            with contextlib.suppress(Exception):
                yield copy.id, _Written(self._write(copy, abilities), abilities, moment)
