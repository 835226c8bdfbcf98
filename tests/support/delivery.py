"""A relay that does as it is told, letters to send through it, and a worker for as long as there is something to do."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from service.clusters.tables import Cluster
from service.delivery import claim, outbox
from service.delivery.carry import Carrier
from service.delivery.tables import Delivery
from service.letters.letter import Letter
from service.letters.slots import slot
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from service.settings import Relay, Settings
from service.tokens import Keys

HANG_UP = "hang up"
"""A reply that is none: the connection ends."""

Answer = Callable[[str], str]


@dataclass
class Received:
    """A message as it came in."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """Parsed by the standard library."""
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class RelayServer:
    """A small SMTP server in this loop. Each `on_…` gets the command's argument (the body's recipient for `on_dot`) and returns the reply.

    `chop`: octets per packet of its replies. `slow`: seconds before the answer to a dot. `log`: the commands in order.
    """

    pipelining: bool = True
    extensions: tuple[str, ...] = ("SMTPUTF8",)
    greeting: str = "220 relay.example.net ESMTP"
    on_auth: Answer = lambda _: "235 2.7.0 welcome"
    on_mail: Answer = lambda _: "250 2.1.0 sender ok"
    on_rcpt: Answer = lambda _: "250 2.1.5 recipient ok"
    on_data: Answer = lambda _: "354 go ahead"
    on_dot: Answer = lambda _: "250 2.0.0 queued as 4F2A"
    chop: int = 0
    encoding: str = "utf-8"
    slow: float = 0
    received: list[Received] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @property
    def addresses(self) -> list[str]:
        """Who got something, in order."""
        return [one.recipient for one in self.received]

    def relay(self, **values: object) -> Relay:
        """The settings that lead here."""
        return replace(Relay(host="127.0.0.1", port=self.port, security="none", timeout=5, connections=4), **values)  # type: ignore[arg-type]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, _HangUp):
            await self._say(writer, self.greeting)
            await self._converse(reader, writer)
        writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, recipient = "", ""
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            self.log.append(line)
            verb = line.split(" ")[0].upper()
            if verb == "EHLO":
                offers = ["relay.example.net", *self.extensions, "AUTH PLAIN LOGIN", *(["PIPELINING"] if self.pipelining else [])]
                await self._say(writer, *(f"250-{one}" for one in offers), "250 HELP")
            elif verb == "AUTH":
                await self._say(writer, self.on_auth(line))
            elif verb == "MAIL":
                answer = self.on_mail(_address(line))
                sender, recipient = _address(line) if answer.startswith("2") else "", ""
                await self._say(writer, answer)
            elif verb == "RCPT":
                answer = self.on_rcpt(_address(line)) if sender else "503 5.5.1 MAIL first"
                recipient = _address(line) if answer.startswith("2") else ""
                await self._say(writer, answer)
            elif verb == "DATA":
                answer = self.on_data(recipient) if recipient else "503 5.5.1 no valid recipients"
                await self._say(writer, answer)
                if answer.startswith("354"):
                    await self._body(reader, writer, sender, recipient)
            elif verb == "QUIT":
                await self._say(writer, "221 2.0.0 bye")
                return
            else:
                await self._say(writer, "250 2.0.0 ok")

    async def _body(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sender: str, recipient: str) -> None:
        content = b""
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                raise _HangUp
            content += line
        answer = self.on_dot(recipient)
        if answer.startswith("2") or answer == HANG_UP:
            self.received.append(Received(sender, recipient, content))
        await asyncio.sleep(self.slow)
        await self._say(writer, answer)

    async def _say(self, writer: asyncio.StreamWriter, *lines: str) -> None:
        if HANG_UP in lines:
            raise _HangUp
        octets = "".join(f"{line}\r\n" for line in lines).encode(self.encoding)
        for start in range(0, len(octets), self.chop or len(octets)):
            writer.write(octets[start : start + (self.chop or len(octets))])
            await writer.drain()
            if self.chop:
                await asyncio.sleep(0)
        if lines[0].startswith("421"):
            raise _HangUp


class _HangUp(Exception):
    pass


@contextlib.asynccontextmanager
async def listening(server: RelayServer) -> AsyncIterator[RelayServer]:
    """The server on a port of its own."""
    listener = await asyncio.start_server(server.serve, "127.0.0.1", server.port, limit=2**24)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


@contextlib.asynccontextmanager
async def working(*, settings: Settings, keys: Keys, clock: Callable[[], datetime] | None = None) -> AsyncIterator[Carrier]:
    """A worker for the time of the block."""
    carrier = Carrier(settings=settings, keys=keys, **({"clock": clock} if clock else {}))
    stop = asyncio.Event()
    running = asyncio.create_task(carrier.run(stop))
    try:
        yield carrier
    finally:
        stop.set()
        await asyncio.wait_for(running, 40)


async def carry_all(
    *, relays: Iterable[Relay], state: Path, settings: Settings, keys: Keys, clock: Callable[[], datetime] | None = None
) -> None:
    """Work until no copy is open that is due."""
    with_relays = replace(settings, relays=tuple(relays), state=state)
    async with working(settings=with_relays, keys=keys, clock=clock) as carrier:
        await until(lambda: _nothing_due(carrier.now()))


async def _nothing_due(now: datetime) -> bool:
    due = Delivery.count().where(Delivery.state.is_in(["queued", "sending"]), Delivery.due_at <= now)
    return bool(await due == 0)


async def until(holds: Callable[[], object], seconds: float = 30) -> None:
    """Wait until `holds()` (which may be a coroutine function) is true."""
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.02)


def letter(language: str = "et", **values: object) -> Letter:
    """A newsletter's letter with the usual slots."""
    usual = Letter(
        language=language,
        subject="Uudiskiri nr 7",
        preheader="Novembris",
        text=f"Tere, {slot('name')}!\n\nLahku: {slot('unsubscribe_url')}\n",
        html=f'<!DOCTYPE html><html><body><p>Tere, {slot("name")}!</p><a href="{slot("unsubscribe_url")}">Lahku</a></body></html>',
    )
    return replace(usual, **values)  # type: ignore[arg-type]


async def post(
    *,
    cluster: Cluster,
    now: datetime,
    addresses: Iterable[str] = ("mari@example.org",),
    kind: outbox.Kind = outbox.Kind.NEWS,
    letters: tuple[Letter, ...] = (),
    **values: object,
) -> int:
    """A committed dispatch to these addresses."""
    copies = [outbox.Copy(address=address, language="et") for address in addresses]
    async with transaction():
        return await outbox.post(
            **{  # type: ignore[arg-type]
                "cluster": cluster,
                "kind": kind,
                "letters": letters or (letter(),),
                "copies": copies,
                "about": "test:1",
                "now": now,
                **values,
            }
        )


async def claimed(*, kind: outbox.Kind, now: datetime, limit: int = 500, lease: int = 1) -> claim.Batch:
    """What a claim brings to the worker of that number, who is made where there is none."""
    async with connection() as raw:
        await raw.execute(_WORKER, lease, now)
    return await claim.claim(lease=lease, kind=kind, limit=limit, now=now)


_WORKER = (
    "INSERT INTO worker (id, host, pid, role, started_at, beat_at) VALUES ($1, 'elsewhere', 1, 'worker', $2, $2) ON CONFLICT DO NOTHING"
)


async def rows(dispatch_id: int) -> list[Delivery]:
    """The copies of a dispatch."""
    return await Delivery.objects().where(Delivery.dispatch_id == dispatch_id).order_by(Delivery.id)


def _address(line: str) -> str:
    found = re.search(r"<([^>]*)>", line)
    return found[1] if found else ""
