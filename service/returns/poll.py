"""Mail from a mailbox by IMAP over TLS (RFC 9051): unread messages are taken in and marked as read only when they are committed.

The standard library's client blocks and a hostile message takes time to read, therefore both happen in threads; the recipient is read from the fields that the
server adds on delivery. Messages are named by their place, which no server changes while they are fetched and marked (RFC 9051 §7.5.1); nothing is remembered
from visit to visit, so that a mailbox may be made anew (UIDVALIDITY).
"""

from __future__ import annotations

import asyncio
import imaplib
import re
import ssl
from collections.abc import Callable
from datetime import datetime

import structlog

from service.returns import intake, mime, reception
from service.returns.intake import AWAY, Arrival
from service.returns.listener import LARGEST
from service.returns.reception import Reception
from service.settings import Mailbox

log = structlog.get_logger()

SECONDS = 60
"""Between two visits."""

_AT_ONCE = 50
_TIMEOUT = 60
_ADDED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_ADDRESS = re.compile(r"[^\s<>,;\"]{1,64}@[^\s<>,;\"]{1,255}")
_LONGEST = 2000
"""Characters of a field in which addresses are looked for."""
_MOST = 20
"""Addresses that are looked at: a copy to a crowd names ours among the first, or in a field that the server added."""

Connect = Callable[[Mailbox], imaplib.IMAP4]


def connect(mailbox: Mailbox) -> imaplib.IMAP4:
    """A connection that is past LOGIN and has the folder open."""
    client = imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=ssl.create_default_context(), timeout=_TIMEOUT)
    client.login(mailbox.username, mailbox.password)
    client.select(f'"{mailbox.folder}"')
    return client


async def watch(mailbox: Mailbox, *, desk: Reception, clock: Callable[[], datetime]) -> None:
    """Visit the mailbox until cancelled; trouble with it is told and tried again."""
    while True:
        try:
            while await visit(mailbox, desk=desk, now=clock()) == _AT_ONCE:
                pass
        except (OSError, imaplib.IMAP4.error, *AWAY) as error:
            log.warning("mailbox_away", host=mailbox.host, error=str(error)[:200])
        except Exception:  # whatever a server says, those who hand over by LMTP are not stopped by it
            log.exception("mailbox_failed", host=mailbox.host)
        await asyncio.sleep(SECONDS)


async def visit(mailbox: Mailbox, *, desk: Reception, now: datetime, connect: Connect = connect) -> int:
    """Take in up to 50 unread messages; returns how many. Each is marked as read after it is committed; one that the server does not give stays unread."""
    client = await asyncio.to_thread(connect, mailbox)
    try:
        numbers = await asyncio.to_thread(_unread, client)
        taken = 0
        for number in numbers:
            content = await asyncio.to_thread(_message, client, number)
            if content is None:
                log.warning("message_not_given", host=mailbox.host, number=number)
                continue
            await intake.take(await _arrival(content, desk), desk=desk, now=now)
            await asyncio.to_thread(client.store, number, "+FLAGS", r"(\Seen)")
            taken += 1
        return taken
    finally:
        await asyncio.to_thread(_leave, client)


def _unread(client: imaplib.IMAP4) -> list[str]:
    _, found = client.search(None, "UNSEEN")
    return [number.decode() for number in (found[0] or b"").split()[:_AT_ONCE]]


def _message(client: imaplib.IMAP4, number: str) -> bytes | None:
    """The message up to the size that the listener takes, without marking it."""
    _, found = client.fetch(number, f"(BODY.PEEK[]<0.{LARGEST}>)")
    return next((bytes(one[1]) for one in found if isinstance(one, tuple)), None)


def _leave(client: imaplib.IMAP4) -> None:
    try:
        client.logout()
    except (OSError, imaplib.IMAP4.error):
        client.shutdown()


async def _arrival(content: bytes, desk: Reception) -> Arrival:
    """The envelope as far as the fields tell: the first address that somebody here reads, else the first, and the Return-Path."""
    named, sender = await asyncio.to_thread(_envelope, content)
    for one in named:
        if await reception.entrance(one, reception=desk) is not None:
            return Arrival(one, sender, content, "imap")
    return Arrival(named[0] if named else "", sender, content, "imap")


def _envelope(content: bytes) -> tuple[list[str], str]:
    """Whom it names, those whom the server added first; and who sent it."""
    message = mime.read(content[: mime.LARGEST])
    named = [one for name in _ADDED for value in message.every(name)[:20] for one in _ADDRESS.findall(value[:_LONGEST])]
    returned = message.field("return-path")
    return list(dict.fromkeys(named))[:_MOST], returned.strip("<> ") if returned else message.field("from")
