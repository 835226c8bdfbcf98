"""A lane: one connection's place at a relay, opened when there is something for it and opened anew when it is over.

The first lane of a relay that takes both kinds is kept for service letters, so that a confirmation never waits behind a newsletter's connections.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog

from service.delivery import smtp
from service.delivery.gate import Gate
from service.delivery.outbox import Kind
from service.delivery.session import Message, Session
from service.delivery.smtp import Abilities
from service.delivery.verdict import Reply, Stage
from service.settings import Relay

log = structlog.get_logger()


class Depot(Protocol):
    """Where lanes fetch copies and tell what became of them."""

    def next_copy(self, lane: Lane, abilities: Abilities) -> Message | None:
        """The next copy for this lane."""

    def may_start(self, session: Session, message: Message) -> bool:
        """Whether a body may start now."""

    def answered(self, lane: Lane, message: Message, stage: Stage, reply: Reply) -> None:
        """The end of a copy on this lane."""

    def returned(self, message: Message) -> None:
        """A copy that was not begun."""

    def parted(self) -> None:
        """A lane has no connection any more; copies may wait for the next one."""

    def now(self) -> datetime:
        """The moment."""


class Lane:
    """One connection at a time to the relay of `gate`, for letters of `kinds`, the first first."""

    def __init__(self, *, gate: Gate, kinds: Sequence[Kind], depot: Depot, hostname: str | None) -> None:
        self.gate, self.kinds = gate, tuple(kinds)
        self.session: Session | None = None
        self._depot, self._hostname = depot, hostname
        self._wanted = asyncio.Event()
        self._connecting = False

    @property
    def is_busy(self) -> bool:
        """Whether it waits for what a server says about a copy, which may take ten minutes."""
        return self.session is not None and not self.session.idle

    @property
    def distance(self) -> int:
        """How far it is from taking a copy: it is connected (0), is connecting (1), or has to connect (2)."""
        return 0 if self.session is not None else 1 if self._connecting else 2

    async def run(self) -> None:
        """Serve for ever."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            if self.gate.opens(self._depot.now()):
                await self._serve()

    def want(self) -> None:
        """There is something for this lane."""
        if self.session is not None:
            self.session.advance()
        else:
            self._wanted.set()

    def take(self, abilities: Abilities) -> Message | None:
        """A copy for the session; on a held relay none, and the session ends."""
        message = self._depot.next_copy(self, abilities)
        if message is None and self.gate.held is not None and self.session is not None:
            asyncio.get_running_loop().call_soon(self.session.quit)
        return message

    def may_start(self, message: Message) -> bool:
        """Passed on with the session, which is told when the answer comes later."""
        assert self.session is not None
        return self._depot.may_start(self.session, message)

    def answered(self, message: Message, stage: Stage, reply: Reply) -> None:
        """Passed on with the lane."""
        self._depot.answered(self, message, stage, reply)

    def returned(self, message: Message) -> None:
        """Passed on."""
        self._depot.returned(message)

    async def _serve(self) -> None:
        self.gate.begin()
        relay = self.gate.relay
        self._connecting = True
        try:
            transport, abilities = await smtp.connect(relay, hostname=self._hostname)
        except smtp.UnableToConnect as error:
            self._refused(error.stage, error.reply)
            return
        finally:
            self._connecting = False
        self._wanted.clear()
        self.gate.reached(abilities, self._depot.now())
        self.session = Session(road=self, abilities=abilities, limit=_limit(relay), timeout=relay.timeout)
        self.session.begin(transport)
        try:
            await self.session.closed
        finally:
            self._over(self.session)

    def _over(self, session: Session) -> None:
        self.session = None
        self.gate.ended()
        if session.lost and not session.accepted:
            self._refused(Stage.GREETING, session.lost)
        self._depot.parted()

    def _refused(self, stage: Stage, reply: Reply) -> None:
        self.gate.refused(stage, reply, self._depot.now())
        log.warning("relay_refused", relay=self.gate.relay.name, stage=stage.value, reply=str(reply))


def _limit(relay: Relay) -> int:
    """How many messages this connection carries: up to a tenth less than allowed, so that those which were opened together do not end together."""
    return relay.messages_per_connection - random.randrange(relay.messages_per_connection // 10 + 1)  # noqa: S311  # jitter, not a secret
