"""The SMTP server that takes every letter and sends none on: PIPELINING, 8BITMIME, SMTPUTF8 and SIZE, on a socket it is given."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog
from aiosmtpd import smtp

from service.mailbox import store

log = structlog.get_logger()

LARGEST = 50_000_000
"""Bytes of one message."""


class Catcher:
    """aiosmtpd's handler: keeps each message with its envelope."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime]) -> None:
        self._writer = store.Writer(folder)
        self._clock = clock

    async def handle_EHLO(  # noqa: N802
        self, _server: smtp.SMTP, session: smtp.Session, _envelope: smtp.Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer PIPELINING (RFC 2920): commands are read one by one from a buffer, so that several at once are answered in order."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_DATA(self, _server: smtp.SMTP, _session: smtp.Session, envelope: smtp.Envelope) -> str:  # noqa: N802
        """Keep the message; a full disk is the sender's to try again."""
        told = store.Envelope(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            options=tuple(envelope.mail_options),
        )
        try:
            id = self._writer.add(told, envelope.original_content or b"", now=self._clock())
        except OSError as error:
            log.error("mailbox_full", reason=error.strerror)
            return "452 4.3.1 The mailbox cannot be written"
        return f"250 2.0.0 Kept as {id}"


async def serve(listening: socket.socket, *, folder: Path, clock: Callable[[], datetime]) -> None:
    """Catch mail on `listening` until cancelled."""
    catcher = Catcher(folder, clock=clock)
    loop = asyncio.get_running_loop()

    def connected() -> smtp.SMTP:
        return smtp.SMTP(
            catcher, hostname="localhost", ident="Kutse mail catcher", enable_SMTPUTF8=True, data_size_limit=LARGEST, loop=loop
        )

    server = await loop.create_server(connected, sock=listening)
    async with server:
        await server.serve_forever()
