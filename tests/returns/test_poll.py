"""A mailbox is read by IMAP: a message is marked as read when it was taken in."""

from __future__ import annotations

import asyncio
import imaplib
import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.returns import once, poll
from service.returns.tables import Answer, Report
from service.settings import Mailbox
from service.tokens import Keys
from tests.support import returns


class Imap:
    """An IMAP server with one mailbox, as much of one as a visit needs. `seen`: numbers that are marked as read.

    `dies_at`: it hangs up in the middle of this message; `refuses`: it does not give this one.
    """

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.seen: set[int] = set()
        self.port = 0
        self.dies_at = self.refuses = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := (await reader.readline()).decode().rstrip():
            tag, command = line.split(" ", 1)
            if self.dies_at and command.startswith(f"FETCH {self.dies_at} "):
                writer.write(b"* %d FETCH (BODY[]<0> {5000}\r\nhalf" % self.dies_at)
                break
            if self.refuses and command.startswith(f"FETCH {self.refuses} "):
                writer.write(f"{tag} NO it is gone\r\n".encode())
                continue
            writer.write(self._answer(command) + f"{tag} OK done\r\n".encode())
        writer.close()

    def _answer(self, command: str) -> bytes:
        verb = command.split(" ", maxsplit=1)[0]
        if verb == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if verb == "SELECT":
            return b"* %d EXISTS\r\n" % len(self.messages)
        if verb == "SEARCH":
            unseen = [str(number) for number in range(1, len(self.messages) + 1) if number not in self.seen]
            return f"* SEARCH {' '.join(unseen)}\r\n".encode()
        if found := re.match(r"FETCH (\d+) ", command):
            content = self.messages[int(found[1]) - 1]
            return b"* %d FETCH (BODY[] {%d}\r\n%b)\r\n" % (int(found[1]), len(content), content)
        if found := re.match(r"STORE (\d+) \+FLAGS \(\\Seen\)", command):
            self.seen.add(int(found[1]))
        return b"* BYE\r\n" if verb == "LOGOUT" else b""


@pytest_asyncio.fixture(loop_scope="session")
async def imap() -> AsyncIterator[Imap]:
    server = Imap()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    yield server
    listening.close()


def plainly(mailbox: Mailbox) -> imaplib.IMAP4:
    """As `poll.connect`, without TLS."""
    client = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=5)
    client.login(mailbox.username, mailbox.password)
    client.select(mailbox.folder)
    return client


async def test_unread_messages_are_taken_in_and_marked(imap: Imap, cluster: Cluster, keys: Keys, now: datetime, tmp_path: Path) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    imap.messages = [b"Delivered-To: " + sent.bounce.encode() + b"\r\n" + returns.report(), b"\x00 nothing of ours"]
    mailbox = Mailbox("127.0.0.1", "kutse", "secret", port=imap.port)
    assert await poll.visit(mailbox, desk=returns.reception(keys, tmp_path), now=now, connect=plainly) == 2
    assert imap.seen == {1, 2}
    assert await Report.count() == 1
    assert await poll.visit(mailbox, desk=returns.reception(keys, tmp_path), now=now, connect=plainly) == 0


async def test_an_answer_to_a_cluster_s_own_address_is_taken_in_whatever_the_mailbox_is_called(
    imap: Imap, cluster: Cluster, keys: Keys, now: datetime, tmp_path: Path
) -> None:
    told = returns.answer(more=f"To: Klaster <{cluster.sender_address}>\n")
    imap.messages = [b"Delivered-To: kutse-mailbox@hoster.example.net\r\n" + told]
    mailbox = Mailbox("127.0.0.1", "kutse", "secret", port=imap.port)
    await poll.visit(mailbox, desk=returns.reception(keys, tmp_path), now=now, connect=plainly)
    assert [one.sent_to for one in await Answer.objects()] == [cluster.sender_address]


async def test_what_could_not_be_committed_stays_unread(
    imap: Imap, cluster: Cluster, keys: Keys, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    imap.messages = [b"Delivered-To: " + sent.bounce.encode() + b"\r\n" + returns.report()]

    async def away(**_: object) -> bool:
        raise asyncpg.CannotConnectNowError

    monkeypatch.setattr(once, "first", away)
    mailbox = Mailbox("127.0.0.1", "kutse", "secret", port=imap.port)
    with pytest.raises(asyncpg.CannotConnectNowError):
        await poll.visit(mailbox, desk=returns.reception(keys, tmp_path), now=now, connect=plainly)
    assert imap.seen == set()


@pytest.fixture
def mailbox(imap: Imap) -> Mailbox:
    return Mailbox("127.0.0.1", "kutse", "secret", port=imap.port)


async def test_a_server_that_dies_in_the_middle_of_a_message_is_asked_again(
    imap: Imap, mailbox: Mailbox, cluster: Cluster, keys: Keys, now: datetime, tmp_path: Path
) -> None:
    sent, desk = await returns.sent(cluster=cluster, keys=keys, now=now), returns.reception(keys, tmp_path)
    bounce = b"Delivered-To: " + sent.bounce.encode() + b"\r\n" + returns.report()
    imap.messages, imap.dies_at = [b"Subject: nothing of ours", bounce], 2
    with pytest.raises(imaplib.IMAP4.abort):
        await poll.visit(mailbox, desk=desk, now=now, connect=plainly)
    assert (imap.seen, await Report.count()) == ({1}, 0)
    imap.dies_at = 0
    assert await poll.visit(mailbox, desk=desk, now=now, connect=plainly) == 1
    assert (imap.seen, await Report.count()) == ({1, 2}, 1)


async def test_a_message_that_the_server_does_not_give_stays_unread_and_stops_none_behind_it(
    imap: Imap, mailbox: Mailbox, cluster: Cluster, keys: Keys, now: datetime, tmp_path: Path
) -> None:
    imap.messages, imap.refuses = [b"one", b"two"], 1
    assert await poll.visit(mailbox, desk=returns.reception(keys, tmp_path), now=now, connect=plainly) == 1
    assert imap.seen == {2}


@pytest.mark.parametrize("trouble", [imaplib.IMAP4.abort("gone"), OSError("reset"), UnicodeDecodeError("ascii", b"\xff", 0, 1, "x")])
async def test_whatever_goes_wrong_with_the_mailbox_is_tried_again(
    mailbox: Mailbox, keys: Keys, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    visits, again = 0, asyncio.Event()

    async def stumble(*_: object, **__: object) -> int:
        nonlocal visits
        visits += 1
        if visits > 1:
            again.set()
            await asyncio.Event().wait()
        raise trouble

    monkeypatch.setattr(poll, "visit", stumble)
    monkeypatch.setattr(poll, "SECONDS", 0)
    watching = asyncio.create_task(poll.watch(mailbox, desk=returns.reception(keys, tmp_path), clock=lambda: now))
    await asyncio.wait_for(again.wait(), 5)
    watching.cancel()
