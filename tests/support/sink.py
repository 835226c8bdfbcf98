"""A sink for crash proofs: a thread of its own takes mail slowly and remembers who got what, and which transactions were open."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

_MESSAGE_ID = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE)


@dataclass(eq=False)
class _Talk:
    """One connection. `open`: from MAIL until the client shows, by its next command, that it has read the answer to its dot."""

    open: bool = False
    answered: bool = False


@dataclass
class Sink:
    """`pause`: seconds before each answer to a dot. `drops`: after each so many messages one is taken without an answer and its connection dropped.

    `received`: Message-ID → times; `dropped`: how often that was; `longest_silence`: seconds between two messages. `port` is set once it listens.
    """

    pause: float = 0.01
    drops: int = 0
    port: int = 0
    dropped: int = 0
    longest_silence: float = 0.0
    received: Counter[str] = field(default_factory=Counter)
    recipients: dict[str, str] = field(default_factory=dict)
    _talks: set[_Talk] = field(default_factory=set)
    _last: float = field(default_factory=lambda: float("inf"))

    @property
    def messages(self) -> int:
        """How many were taken, repeats included."""
        return self.received.total()

    @property
    def duplicates(self) -> int:
        """How many came again."""
        return self.messages - len(self.received)

    def times_received(self, addresses: Collection[str]) -> int:
        """How many came for these, repeats included."""
        return sum(times for key, times in self.received.items() if self.recipients[key].partition("<")[2].rstrip(">") in addresses)

    @property
    def open_transactions(self) -> int:
        """Transactions that are under way right now, as this side sees it."""
        return sum(talk.open for talk in self._talks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = _Talk()
        self._talks.add(talk)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._converse(reader, writer, talk)
        finally:
            self._talks.discard(talk)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, talk: _Talk) -> None:
        writer.write(b"220 sink ESMTP\r\n")
        recipient = ""
        while line := await reader.readline():
            if talk.answered:
                talk.open = talk.answered = False
            verb = line[:4].upper()
            talk.open = talk.open or verb == b"MAIL"
            if verb == b"EHLO":
                writer.write(b"250-sink\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go ahead\r\n")
                await self._take(await reader.readuntil(b"\r\n.\r\n"), recipient, writer)
                talk.answered = True
            else:
                recipient = line.decode().strip() if verb == b"RCPT" else recipient
                writer.write(b"250 2.0.0 ok\r\n")
            if verb == b"QUIT":
                return

    async def _take(self, content: bytes, recipient: str, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.pause)
        found = _MESSAGE_ID.search(content)
        assert found is not None
        self.longest_silence, self._last = max(self.longest_silence, time.monotonic() - self._last), time.monotonic()
        self.recipients[found[1].decode()] = recipient
        self.received[found[1].decode()] += 1
        if self.drops and self.messages % self.drops == 0:
            self.dropped += 1
            raise ConnectionAbortedError
        writer.write(b"250 2.0.0 taken\r\n")

    async def run(self, ready: threading.Event, stop: asyncio.Event) -> None:
        """Listen until `stop`."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**22)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()


@contextlib.contextmanager
def listening(sink: Sink) -> Iterator[Sink]:
    """The sink on a port of its own, in a thread of its own."""
    ready, stop = threading.Event(), asyncio.Event()
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        thread = threading.Thread(target=runner.run, args=(sink.run(ready, stop),), daemon=True)
        thread.start()
        ready.wait(10)
        try:
            yield sink
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(10)
