"""Copies as bytes in the order in which they are wanted, and what becomes of those that cannot be written here and now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from service.delivery.ahead import FEW, Ahead
from service.delivery.claim import Claimed
from service.delivery.elsewhere import Elsewhere
from service.delivery.gate import Gate
from service.delivery.gates import Gates
from service.delivery.headers import UnableToSend
from service.delivery.lane import Lane
from service.delivery.ledger import Ledger
from service.delivery.letterbox import Letterbox, NotAtHand
from service.delivery.ready import Ready
from service.delivery.session import Message
from service.delivery.smtp import Abilities

log = structlog.get_logger()


class Writing:
    """`changed` is called when there is something to `give_back`, or another relay's to take."""

    def __init__(self, *, letterbox: Letterbox, gates: Gates, ledger: Ledger, changed: Callable[[], object]) -> None:
        self._letterbox, self._ledger, self._changed = letterbox, ledger, changed
        self._ahead = Ahead(letterbox.write)
        self._elsewhere = Elsewhere(gates, letterbox)
        self._not_at_hand: set[int] = set()

    def next_kept(self, lane: Lane, abilities: Abilities) -> Message | None:
        """The next of those that were left to this lane's relay."""
        found = self._elsewhere.take(lane, lease=self._ledger.lease)
        return None if found is None else self._written(*found, lane.gate, lambda copy: self._letterbox.write(copy, abilities))

    def in_turn(self, copy: Claimed, checked: float, gate: Gate, abilities: Abilities, ready: Ready) -> Message | None:
        """This copy, and the next few that lie ready with it."""
        return self._written(copy, checked, gate, lambda one: self._ahead.take(one, abilities, ready.following(FEW)))

    def letters(self) -> set[int]:
        """The letters of those that were left to a relay."""
        return self._elsewhere.letters()

    async def give_back(self, *, now: datetime) -> None:
        """Let go of those whose relay is held, until it opens, and of those whose letter is not at hand, to be claimed with it."""
        await self._ledger.put_back(self._elsewhere.stranded(now))
        ids, self._not_at_hand = self._not_at_hand, set()
        await self._ledger.give_back(ids)

    async def end(self) -> None:
        """Let go of everything."""
        await self._ledger.give_back(self._elsewhere.ids() | self._not_at_hand)

    def _written(self, copy: Claimed, checked: float, gate: Gate, write: Callable[[Claimed], Message]) -> Message | None:
        """The copy as bytes; one that cannot be written fails alone, whatever is the matter with it, unless another relay can take it."""
        try:
            message = write(copy)
            message.checked = checked
            return message
        except UnableToSend as error:
            if self._elsewhere.leave(copy, error, gate=gate, checked=checked):
                self._changed()
            else:
                self._ledger.failed(copy, error.status, str(error))
        except NotAtHand:
            self._not_at_hand.add(copy.id)
            self._changed()
        except Exception:  # a defect of ours must not stop the copies behind this one
            log.exception("copy_not_written", delivery=copy.id)
            self._ledger.failed(copy, "5.3.0", "5.3.0 Kutse could not write this copy; its log says why.")
        return None
