"""Whether the mail catcher is there: it greets, as a mail server does."""

from __future__ import annotations

import asyncio

_SECONDS = 2


async def answers(*, at: str) -> bool:
    """Whether the catcher `at` (`host:port`) greets within two seconds. Its port alone says nothing: `kutse up` keeps it open."""
    host, _, port = at.rpartition(":")
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                greeting = await reader.readline()
                writer.write(b"QUIT\r\n")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return greeting.startswith(b"220")
