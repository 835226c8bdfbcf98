"""Server replies out of a byte stream ★ (RFC 5321 §4.2), however the network cuts it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from service.delivery.verdict import Reply, heard

_LONGEST = 64 * 1024


class Garbage(Exception):
    """What came is no SMTP reply; the connection is of no further use."""


class Reader:
    """Feed it what arrives; it gives whole replies and keeps the rest."""

    __slots__ = ("_lines", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[str] = []

    def feed(self, data: bytes) -> Iterator[Reply]:
        """The replies that are complete now, in order; raises Garbage after those that came before it."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            reply, is_last = _parsed(line)
            if self._lines or not is_last:
                self._lines.append(reply.text)
                reply = Reply(reply.code, " ".join(self._lines))
            if is_last:
                self._lines.clear()
                yield reply
        if len(self._rest) > _LONGEST or len(self._lines) > 1000:
            raise Garbage("an endless reply")


@lru_cache(maxsize=64)  # a server says the same thing again and again
def _parsed(line: bytes) -> tuple[Reply, bool]:
    """A line as if it were a whole reply, and whether it is the last of one."""
    line = line.rstrip(b"\r")
    code, mark = line[:3], line[3:4]
    if len(code) < 3 or not code.isdigit() or mark not in (b" ", b"-", b""):
        raise Garbage(f"not a reply: {line[:80]!r}")
    return Reply(int(code), heard(line[4:].decode("utf-8", "replace"))), mark != b"-"
