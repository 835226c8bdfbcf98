"""Look at a relay that nothing is sent to just now, so that its trouble is known before the first letter meets it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from service.delivery import smtp
from service.delivery.gate import Gate
from service.delivery.verdict import Stage

log = structlog.get_logger()

_WELL = timedelta(minutes=10)


async def look(gate: Gate, *, hostname: str | None, patience: float, now: Callable[[], datetime]) -> None:
    """Connect as a lane does, AUTH included, and hang up: hold the relay if it refuses us, let it go if it takes us again.

    One that was reached lately is only greeted: providers count logins. A relay that refused our sender is left to the next
    letter: nothing less can show that it has changed its mind. One that says nothing for `patience` seconds is neither held nor let go.
    """
    is_well = gate.held is None and gate.reached_at is not None and now() - gate.reached_at < _WELL
    if not gate.opens(now()) or (gate.held is not None and gate.held.stage == Stage.MAIL):
        return
    gate.begin()
    try:
        async with asyncio.timeout(patience):
            transport, abilities = await smtp.connect(gate.relay, hostname=hostname, login=not is_well)
    except TimeoutError:
        gate.ended()
    except smtp.UnableToConnect as error:
        gate.refused(error.stage, error.reply, now())
        log.warning("relay_refused", relay=gate.relay.name, stage=error.stage.value, reply=str(error.reply))
    else:
        transport.write(b"QUIT\r\n")
        transport.close()
        gate.accepted()
        if not is_well:
            gate.reached(abilities, now())
