"""A relay's gate in this process: open, held, or being probed by one connection."""

from __future__ import annotations

import random
from datetime import datetime

from service.delivery import pace
from service.delivery.claim import Claimed
from service.delivery.relays import HeldRelay
from service.delivery.smtp import Abilities
from service.delivery.verdict import Reply, Stage
from service.settings import Relay


class Gate:
    """Whether connections to a relay may be opened. `untold`: the table `relay` doesn't say it yet.

    `abilities`: what it offered at the last connection, `reached_at`; `kept`: copies that only its lanes take, with the moment of their check.
    """

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.held: HeldRelay | None = None
        self.untold = False
        self.abilities: Abilities | None = None
        self.reached_at: datetime | None = None
        self.kept: list[tuple[Claimed, float]] = []
        self._probing = False

    def opens(self, now: datetime) -> bool:
        """Whether a connection may be opened now; while held, one at a time and not before its moment."""
        return self.held is None or (now >= self.held.until and not self._probing)

    def takes(self, now: datetime) -> bool:
        """Whether copies may be offered to it: it is open, or being probed, or due to be."""
        return self.held is None or self._probing or now >= self.held.until

    def begin(self) -> None:
        """A connection is being opened."""
        self._probing = self.held is not None

    def reached(self, abilities: Abilities, now: datetime) -> None:
        """A connection is past AUTH."""
        self.abilities, self.reached_at = abilities, now

    def ended(self) -> None:
        """A connection is over."""
        self._probing = False

    def accepted(self) -> None:
        """The relay took a sender: all is well."""
        self._probing = False
        if self.held is not None:
            self.held, self.untold = None, True

    def refused(self, stage: Stage, reply: Reply, now: datetime) -> None:
        """The relay refused us: hold it, longer each time. Refusals of connections that were under way together count once."""
        self._probing = False
        if self.held is not None and now < self.held.until:
            return
        refusals = self.held.refusals + 1 if self.held else 1
        until = now + pace.probe_after(refusals=refusals, chance=random.random())  # noqa: S311  # jitter, not a secret
        since = self.held.since if self.held else now
        self.held = HeldRelay(self.relay.name, stage.value, str(reply)[:500], refusals, since, until)
        self.untold = True

    def adopt(self, held: HeldRelay) -> None:
        """Another worker's refusal counts here too."""
        if self.held is None:
            self.held = held
