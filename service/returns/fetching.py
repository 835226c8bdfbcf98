"""Fetch a small file by https: no redirects, ten seconds, 64 KB. What may be fetched was decided before (`webhooks.sns`)."""

from __future__ import annotations

import asyncio
import http.client
import ssl
from urllib.parse import urlsplit

LARGEST = 64 * 1024
"""Octets."""

_SECONDS = 10


class UnableToFetch(Exception):
    """The other side did not give it; the text says why."""


async def fetch(url: str) -> bytes:
    """The content at an https address; raises UnableToFetch."""
    try:
        async with asyncio.timeout(_SECONDS):
            return await asyncio.to_thread(_fetched, url)
    except (OSError, http.client.HTTPException, TimeoutError) as error:
        raise UnableToFetch(f"{urlsplit(url).hostname}: {error}") from error


def _fetched(url: str) -> bytes:
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(parts.hostname or "", timeout=_SECONDS / 2, context=ssl.create_default_context())
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        answer = connection.getresponse()
        content = answer.read(LARGEST + 1)
    finally:
        connection.close()
    if answer.status != 200 or len(content) > LARGEST:
        raise UnableToFetch(f"{parts.hostname} answers {answer.status} with {len(content)} octets")
    return content
