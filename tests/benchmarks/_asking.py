"""A client that asks over kept connections and does little else, so that it is the server that is measured."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """A status and what came with it."""

    status: int
    head: bytes
    body: bytes

    def field(self, name: str) -> str:
        """A header's value."""
        found = re.search(rb"\r\n" + name.encode() + rb": ([^\r]*)", self.head, re.IGNORECASE)
        return found[1].decode() if found else ""


class Connection:
    """One kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, request: bytes) -> Answer:
        """Send a request and read the whole answer."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = _LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1])) if length and status != 304 else b""
        return Answer(status, head, body)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def request(path: str, **fields: str) -> bytes:
    """A GET."""
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"GET {path} HTTP/1.1\r\nHost: kutse.example.org\r\n{named}\r\n".encode()


async def connect(port: int) -> Connection:
    """A connection to a server on loopback; waits until one listens."""
    for _ in range(300):
        try:
            return Connection(*await asyncio.open_connection("127.0.0.1", port, limit=2**24))
        except OSError:
            await asyncio.sleep(0.1)
    raise TimeoutError(f"nobody listens on {port}")


async def rate(port: int, wanted: bytes, *, status: int, connections: int = 16, seconds: float = 4) -> float:
    """Answers per second; every one must have `status`."""
    lines = [await connect(port) for _ in range(connections)]
    until = time.perf_counter() + seconds

    async def keep_asking(line: Connection) -> int:
        count = 0
        while time.perf_counter() < until:
            answer = await line.ask(wanted)
            if answer.status != status:
                raise AssertionError(f"answered {answer.status}")
            count += 1
        return count

    begun = time.perf_counter()
    counts = await asyncio.gather(*map(keep_asking, lines))
    for line in lines:
        line.close()
    return sum(counts) / (time.perf_counter() - begun)
