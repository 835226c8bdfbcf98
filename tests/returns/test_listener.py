"""A real conversation with the listener, in SMTP and in LMTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.delivery import suppressions
from service.returns import aside, intake, listener, once
from service.returns.reception import Reception
from service.returns.tables import Report
from service.tokens import Keys
from tests.support import returns
from tests.support.returns import DOMAIN


@pytest.fixture
def desk(keys: Keys, tmp_path: Path) -> Reception:
    return returns.reception(keys, tmp_path)


@pytest_asyncio.fixture(loop_scope="session")
async def port(desk: Reception, cluster: Cluster, now: datetime) -> AsyncIterator[int]:
    server = await listener.listen(host="127.0.0.1", port=0, desk=desk, clock=lambda: now)
    yield server.sockets[0].getsockname()[1]
    server.close()


class Peer:
    """A mail server that hands over."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def heard(self) -> str:
        """The next reply, its last line."""
        while True:
            line = (await asyncio.wait_for(self._reader.readline(), 10)).decode()
            if line[3:4] != "-":
                return line.rstrip()

    async def say(self, line: str) -> str:
        self._writer.write(f"{line}\r\n".encode())
        return await self.heard()

    async def data(self, content: bytes) -> str:
        assert (await self.say("DATA")).startswith("354")
        self._writer.write(content.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
        return await self.heard()


@asynccontextmanager
async def connected(port: int, greeting: str = "EHLO mx.example.net") -> AsyncIterator[Peer]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    peer = Peer(reader, writer)
    assert (await peer.heard()).startswith("220")
    assert (await peer.say(greeting)).startswith("250")
    yield peer
    writer.close()


async def hand_over(peer: Peer, recipient: str, content: bytes, sender: str = "") -> str:
    assert (await peer.say(f"MAIL FROM:<{sender}>")).startswith("250")
    found = await peer.say(f"RCPT TO:<{recipient}>")
    return await peer.data(content) if found.startswith("250") else found


@pytest.mark.parametrize("greeting", ["EHLO mx.example.net", "LHLO mx.example.net", "HELO mx.example.net"])
async def test_a_bounce_comes_in_by_smtp_and_by_lmtp(port: int, cluster: Cluster, keys: Keys, now: datetime, greeting: str) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    async with connected(port, greeting) as peer:
        assert await hand_over(peer, sent.bounce, returns.report()) == "250 2.0.0 OK, taken"
        assert (await peer.say("QUIT")).startswith("221")
    assert [one.scope for one in await suppressions.find(cluster_id=cluster.id, address=sent.address)] == ["all"]


async def test_one_connection_carries_many_and_a_bad_one_between_does_no_harm(
    port: int, cluster: Cluster, keys: Keys, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    async with connected(port) as peer:
        assert "aside" in await hand_over(peer, f"abuse@{DOMAIN}", b"\x00\xff--\r\n" * 1000)
        assert "taken" in await hand_over(peer, sent.bounce, returns.report())
        assert "again" in await hand_over(peer, sent.bounce, returns.report())


@pytest.mark.parametrize("recipient", ["somebody@elsewhere.example", f"nobody@{DOMAIN}", f"bounce+{'a' * 32}@{DOMAIN}"])
async def test_an_address_that_nobody_reads_is_refused_at_rcpt(port: int, recipient: str) -> None:
    async with connected(port) as peer:
        assert (await hand_over(peer, recipient, b"")).startswith("550 5.1.1")


async def test_a_second_recipient_is_asked_to_come_again(port: int) -> None:
    async with connected(port) as peer:
        await peer.say("MAIL FROM:<>")
        await peer.say(f"RCPT TO:<abuse@{DOMAIN}>")
        assert (await peer.say(f"RCPT TO:<postmaster@{DOMAIN}>")).startswith("452")
        assert (await peer.data(b"x")).startswith("250")


async def test_a_message_that_is_too_large_is_refused_and_the_next_comes_in(
    port: int, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(port) as peer:
        assert (await peer.say(f"MAIL FROM:<> SIZE={listener.LARGEST + 1}")).startswith("552")
        assert "aside" in await hand_over(peer, f"abuse@{DOMAIN}", b"x" * 900_000)


async def test_while_the_database_is_away_nothing_is_acknowledged(
    port: int, cluster: Cluster, keys: Keys, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)

    async def away(**_: object) -> bool:
        raise asyncpg.CannotConnectNowError

    async with connected(port) as peer:
        with monkeypatch.context() as broken:
            broken.setattr(once, "first", away)
            assert (await hand_over(peer, sent.bounce, returns.report())).startswith("451")
        assert await Report.count() == 0
        assert "taken" in await hand_over(peer, sent.bounce, returns.report())


async def test_when_the_disk_is_full_the_sender_keeps_it(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(aside, "keep", full)
    async with connected(port) as peer:
        assert (await hand_over(peer, f"abuse@{DOMAIN}", b"x")).startswith("452 4.3.1")


async def test_a_defect_of_ours_loses_no_mail(
    port: int, cluster: Cluster, keys: Keys, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)

    async def stumble(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    async with connected(port) as peer:
        with monkeypatch.context() as broken:
            broken.setattr(intake, "take", stumble)
            assert (await hand_over(peer, sent.bounce, returns.report())).startswith("451")
        await peer.say("RSET")
        assert "taken" in await hand_over(peer, sent.bounce, returns.report())


async def test_a_line_of_ten_megabytes_is_refused_and_the_next_message_comes_in(
    port: int, cluster: Cluster, keys: Keys, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    async with connected(port) as peer:
        assert (await hand_over(peer, sent.bounce, b"Subject: " + b"x" * 10_000_000 + b"\r\n\r\n")).startswith("500")
    async with connected(port) as peer:
        assert "taken" in await hand_over(peer, sent.bounce, returns.report())


async def test_250_is_said_only_after_the_row_is_committed(
    port: int, cluster: Cluster, keys: Keys, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    take, seen = intake.take, []

    async def watched(*arguments: object, **named: object) -> intake.Fate:
        seen.append(await Report.count())
        fate = await take(*arguments, **named)  # type: ignore[arg-type]
        seen.append(await Report.count())
        return fate

    monkeypatch.setattr(intake, "take", watched)
    async with connected(port) as peer:
        await hand_over(peer, sent.bounce, returns.report())
    assert seen == [0, 1]
