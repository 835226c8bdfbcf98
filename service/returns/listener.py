"""Mail by LMTP (RFC 2033) or SMTP on one port: `250` is said when the message is committed, `451` while the database is away.

One recipient a message, so that both protocols answer alike; a server that has several offers the message again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from aiosmtpd import smtp

from service.returns import intake, reception
from service.returns.intake import AWAY, Arrival
from service.returns.reception import Reception

log = structlog.get_logger()

LARGEST = 64 * 1024 * 1024
"""Octets of one message; a larger one is refused while it comes in."""

_AT_ONCE = 4
"""Messages that are read at the same time: each may be as large as that."""
_TRY_LATER = "451 4.3.0 Not now, try again"


class _Server(smtp.SMTP):
    """Takes LHLO beside HELO and EHLO, and lines as long as broken programs write them."""

    line_length_limit = 1024 * 1024

    @smtp.syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802
        """LMTP's greeting."""
        await self.smtp_EHLO(arg)


class Handler:
    """aiosmtpd's handler."""

    def __init__(self, desk: Reception, *, clock: Callable[[], datetime]) -> None:
        self._desk, self._clock = desk, clock
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def handle_RCPT(  # noqa: N802
        self, _server: smtp.SMTP, _session: smtp.Session, envelope: smtp.Envelope, address: str, options: list[str]
    ) -> str:
        """Only addresses that are ours, and one a message."""
        if envelope.rcpt_tos:
            return "452 4.5.3 One recipient a message"
        try:
            found = await reception.entrance(address, reception=self._desk)
        except (*AWAY, OSError):
            return _TRY_LATER
        if found is None:
            return "550 5.1.1 Nobody here reads this address"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: smtp.SMTP, _session: smtp.Session, envelope: smtp.Envelope) -> str:  # noqa: N802
        """Take it in."""
        arrival = Arrival(envelope.rcpt_tos[0], envelope.mail_from or "", envelope.original_content or b"", "smtp")
        try:
            async with self._turn:
                fate = await intake.take(arrival, desk=self._desk, now=self._clock())
        except AWAY:
            return _TRY_LATER
        except OSError as error:
            log.error("intake_disk", reason=error.strerror)
            return "452 4.3.1 No room to keep it"
        return f"250 2.0.0 OK, {fate}"

    async def handle_exception(self, error: Exception) -> str:
        """A defect of ours is no reason to lose mail: the sender keeps it."""
        log.error("listener_failed", exc_info=error)
        return _TRY_LATER


async def listen(*, host: str, port: int, desk: Reception, clock: Callable[[], datetime]) -> asyncio.Server:
    """Take in mail until the server is closed; port 0 is a free one. Raises OSError when it is in use."""
    handler = Handler(desk, clock=clock)
    loop = asyncio.get_running_loop()

    def connected() -> smtp.SMTP:
        return _Server(handler, hostname=desk.mail_domain, ident="Kutse intake", enable_SMTPUTF8=True, data_size_limit=LARGEST, loop=loop)

    return await loop.create_server(connected, host, port)
