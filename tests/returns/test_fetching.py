"""A small file by https, and nothing that is more than that."""

from __future__ import annotations

import asyncio
import http.client

import pytest

from service.returns import fetching
from service.returns.fetching import UnableToFetch


async def _fetch(answer: bytes, monkeypatch: pytest.MonkeyPatch, *, tls: bool = False) -> bytes:
    """What comes of a server that answers so; without TLS, so that no certificate is needed."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n" if not tls else b"\x16")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr(http.client.HTTPSConnection, "default_port", port)
    if not tls:
        monkeypatch.setattr(http.client, "HTTPSConnection", lambda host, timeout, context: http.client.HTTPConnection(host, port, timeout))
    try:
        return await fetching.fetch("https://127.0.0.1/certificate.pem?a=b")
    finally:
        server.close()


async def test_a_small_file_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await _fetch(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\npem", monkeypatch) == b"pem"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: https://example.net/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\npem",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (fetching.LARGEST + 1),
        b"220 mail.example.org ESMTP\r\n",
        b"",
    ],
)
async def test_a_redirect_an_error_and_a_large_file_are_not(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    with pytest.raises(UnableToFetch):
        await _fetch(answer, monkeypatch)


async def test_a_host_without_tls_is_not_asked_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnableToFetch):
        await _fetch(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\npem", monkeypatch, tls=True)
