"""The catcher on a real socket, spoken to with the standard library's client and by hand."""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from service.mailbox import catcher, presence, store

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest_asyncio.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(catcher.serve(listening, folder=tmp_path, clock=lambda: NOW))
    yield int(listening.getsockname()[1])
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


async def test_offers_what_the_road_out_uses(port: int) -> None:
    def greet() -> dict[str, str]:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo()
            return client.esmtp_features

    offered = await asyncio.to_thread(greet)
    assert {"pipelining", "8bitmime", "smtputf8", "size"} <= set(offered)


async def test_is_present_when_it_greets_and_not_when_only_its_port_is_open(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await presence.answers(at=f"127.0.0.1:{port}")
    monkeypatch.setattr(presence, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        at = "{}:{}".format(*silent.getsockname())
        assert not await presence.answers(at=at)
    assert not await presence.answers(at=at)


async def test_keeps_message_and_envelope(port: int, tmp_path: Path) -> None:
    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("a@example.org", ["b@example.org", "c@example.org"], b"Subject: x\r\n\r\n..dots\r\n.end\r\n")

    await asyncio.to_thread(send)
    message = store.read(tmp_path, id=store.page(tmp_path).entries[0].id)
    assert message.entry.envelope.sender == "a@example.org"
    assert message.entry.envelope.recipients == ("b@example.org", "c@example.org")
    assert message.raw == b"Subject: x\r\n\r\n..dots\r\n.end\r\n"


async def test_answers_a_pipeline_in_order_with_the_next_envelope_after_the_final_dot(port: int, tmp_path: Path) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    one = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
    writer.write(b"EHLO here\r\n" + one)
    await _until(reader, b"354")
    writer.write(b"Subject: one\r\n\r\n1\r\n.\r\n" + one)
    await _until(reader, b"354")
    writer.write(b"Subject: two\r\n\r\n2\r\n.\r\nQUIT\r\n")
    rest = await reader.read()
    writer.close()
    assert rest.startswith(b"250 2.0.0 Kept")
    assert rest.rstrip().endswith(b"221 Bye")
    assert [entry.subject for entry in store.page(tmp_path).entries] == ["two", "one"]


async def test_takes_smtputf8_addresses_and_notes_the_options(port: int, tmp_path: Path) -> None:
    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail(
                "a@example.org", ["jüri@example.org"], "Subject: õ\r\n\r\nx\r\n".encode(), mail_options=["SMTPUTF8", "BODY=8BITMIME"]
            )

    await asyncio.to_thread(send)
    envelope = store.page(tmp_path).entries[0].envelope
    assert envelope.recipients == ("jüri@example.org",)
    assert set(envelope.options) >= {"SMTPUTF8", "BODY=8BITMIME"}


async def test_a_mailbox_that_cannot_be_written_is_a_temporary_refusal(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_named: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.Writer, "add", full)

    def send() -> int:
        with smtplib.SMTP("127.0.0.1", port) as client, pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("a@example.org", ["b@example.org"], b"Subject: x\r\n\r\nx\r\n")
        return refused.value.smtp_code

    assert await asyncio.to_thread(send) == 452


async def _until(reader: asyncio.StreamReader, code: bytes) -> None:
    while not (await asyncio.wait_for(reader.readline(), 5)).startswith(code):
        pass
