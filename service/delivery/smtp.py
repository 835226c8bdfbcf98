"""Open a connection to a relay: TCP, TLS, EHLO and AUTH by aiosmtplib (imported here and nowhere else).

aiosmtplib waits for each reply before the next command; the transactions are ours (`session`), so its transport is handed over once it is ready.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import cast

import aiosmtplib
from aiosmtplib import errors

from service.delivery.verdict import Reply, Stage, heard
from service.settings import Relay


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the server offers. `size`: octets of the longest message it takes (0: it doesn't say)."""

    pipelining: bool = False
    smtputf8: bool = False
    size: int = 0


class UnableToConnect(Exception):
    """The relay doesn't take us: at which stage, and its own words."""

    def __init__(self, stage: Stage, reply: Reply) -> None:
        super().__init__(f"{stage}: {reply}")
        self.stage, self.reply = stage, reply


async def connect(relay: Relay, *, hostname: str | None, login: bool = True) -> tuple[asyncio.Transport, Abilities]:
    """A transport after AUTH with nothing under way, and what the server offers; raises UnableToConnect."""
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        local_hostname=hostname,
        timeout=relay.timeout,
        use_tls=relay.security == "tls",
        start_tls=False,
        validate_certs=relay.verify,
    )
    stage = Stage.CONNECT
    try:
        await client.connect()
        stage = Stage.GREETING
        await client.ehlo()
        if relay.security == "starttls":
            stage = Stage.TLS
            await client.starttls()
            await client.ehlo()
        if login and relay.username is not None:
            stage = Stage.AUTH
            await client.login(relay.username, relay.password or "")
    except (errors.SMTPException, OSError, ValueError) as error:
        client.close()
        raise UnableToConnect(_stage(stage, error), _reply(error)) from error
    return _taken(client), _abilities(client)


def _taken(client: aiosmtplib.SMTP) -> asyncio.Transport:
    """The transport, and the client no longer knows it."""
    transport = client.transport
    client.transport = client.protocol = None
    return cast("asyncio.Transport", transport)  # uvloop's is not a subclass


def _abilities(client: aiosmtplib.SMTP) -> Abilities:
    size = client.esmtp_extensions.get("size", "")
    return Abilities(
        pipelining=client.supports_extension("pipelining"),
        smtputf8=client.supports_extension("smtputf8"),
        size=int(size) if size.isdecimal() else 0,
    )


def _stage(stage: Stage, error: Exception) -> Stage:
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return Stage.TLS
    return Stage.GREETING if stage is Stage.CONNECT and isinstance(error, errors.SMTPResponseException) else stage


def _reply(error: Exception) -> Reply:
    if isinstance(error, errors.SMTPResponseException):
        return Reply(error.code, heard(error.message))
    return Reply(0, heard(str(error)) or type(error).__name__)
