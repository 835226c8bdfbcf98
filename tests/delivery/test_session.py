"""One connection with a server that misbehaves, reply by reply: what is told to the road, what is written, how long it waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from service.delivery.claim import Claimed
from service.delivery.outbox import Kind
from service.delivery.session import Message, Session
from service.delivery.smtp import Abilities
from service.delivery.verdict import Reply, Stage

ENVELOPE = b"250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go ahead\r\n"
ACCEPTED = b"250 2.0.0 queued\r\n"


@dataclass
class Road:
    """Gives so many copies and remembers what it is told."""

    left: int
    good: bool = True
    given: int = 0
    told: list[tuple[int, str, int]] = field(default_factory=list)

    def take(self, _abilities: Abilities) -> Message | None:
        if self.given >= self.left:
            return None
        self.given += 1
        copy = Claimed(self.given, 1, 1, 1, None, f"p{self.given}@example.org", "", {}, 0, Kind.NEWS)
        envelope = b"MAIL FROM:<b@k.example.org>\r\nRCPT TO:<p%d@example.org>\r\nDATA\r\n" % self.given
        return Message(copy=copy, envelope=envelope, content=(b"Subject: x\r\n\r\nbody %d\r\n" % self.given,))

    def may_start(self, _message: Message) -> bool:
        return self.good

    def answered(self, message: Message, stage: Stage, reply: Reply) -> None:
        self.told.append((message.copy.id, stage.value, reply.code))

    def returned(self, message: Message) -> None:
        self.told.append((message.copy.id, "returned", 0))


class Wire:
    """What the server would see."""

    def __init__(self) -> None:
        self.sent = b""
        self.ended = ""
        self.protocol: Session | None = None

    def is_open(self) -> bool:
        return not self.ended

    def set_protocol(self, protocol: Session) -> None:
        self.protocol = protocol

    def set_write_buffer_limits(self, *, high: int) -> None:
        assert high == 0  # nothing waits for a full buffer

    def write(self, data: bytes) -> None:
        self.sent += data

    def close(self) -> None:
        self._end("closed")

    def abort(self) -> None:
        self._end("aborted")

    def _end(self, how: str) -> None:
        if not self.ended:
            self.ended = how
            assert self.protocol is not None
            self.protocol.connection_lost(None)


Begin = Callable[..., tuple[Session, Wire]]


@pytest.fixture
async def begin() -> Begin:
    def connected(road: Road, *, pipelining: bool = True, limit: int = 100) -> tuple[Session, Wire]:
        session, wire = Session(road=road, abilities=Abilities(pipelining=pipelining), limit=limit, timeout=60), Wire()
        session.begin(cast("asyncio.Transport", cast("Any", wire)))
        return session, wire

    return connected


async def test_the_next_envelope_follows_the_dot_in_the_same_write(begin: Begin) -> None:
    session, wire = begin(Road(2))
    wire.sent = b""
    session.data_received(ENVELOPE)
    assert wire.sent.startswith(b"Subject: x\r\n\r\nbody 1\r\n.\r\nMAIL FROM:")


async def test_replies_may_come_an_octet_at_a_time(begin: Begin) -> None:
    road = Road(2)
    session, _ = begin(road)
    for octet in ENVELOPE + ACCEPTED + ENVELOPE + ACCEPTED:
        session.data_received(bytes([octet]))
    assert road.told == [(1, "dot", 250), (2, "dot", 250)]


async def test_without_pipelining_each_command_waits_for_its_reply(begin: Begin) -> None:
    road = Road(1)
    session, wire = begin(road, pipelining=False)
    for reply in ENVELOPE.splitlines(keepends=True):
        assert wire.sent.count(b"\r\n") == 1
        wire.sent = b""
        session.data_received(reply)
    assert wire.sent.endswith(b"\r\n.\r\n")


@pytest.mark.parametrize(
    ("replies", "told"),
    [
        (b"", [(1, "returned", 0)]),
        (b"250 ok\r\n", [(1, "rcpt", 0)]),
        (b"250 ok\r\n250 ok\r\n", [(1, "data", 0)]),
        (ENVELOPE, [(1, "dot", 0), (2, "returned", 0)]),
        (ENVELOPE + ACCEPTED, [(1, "dot", 250), (2, "returned", 0)]),
        (ENVELOPE + ACCEPTED + b"250 ok\r\n550 5.1.1 unknown\r\n", [(1, "dot", 250), (2, "rcpt", 550)]),
    ],
    ids=["before MAIL", "before RCPT", "before DATA", "between dot and reply", "after the reply", "after a refusal"],
)
async def test_a_server_that_hangs_up_leaves_each_copy_with_one_end(begin: Begin, replies: bytes, told: list[tuple[int, str, int]]) -> None:
    road = Road(2)
    session, _ = begin(road)
    session.data_received(replies)
    session.connection_lost(None)
    assert road.told == told
    assert (session.lost is not None) is (told[-1][1] != "rcpt" or told[-1][2] == 0)


@pytest.mark.parametrize(
    ("replies", "told"),
    [
        (b"421 4.3.2 closing\r\n", [(1, "mail", 421)]),
        (b"250 ok\r\n421 4.7.0 later\r\n", [(1, "rcpt", 421)]),
        (b"250 ok\r\n250 ok\r\n421 4.3.2 closing\r\n", [(1, "data", 421)]),
        (ENVELOPE + b"421 4.3.2 closing\r\n", [(1, "dot", 421), (2, "returned", 0)]),
        (ENVELOPE + ACCEPTED + b"421 4.3.2 closing\r\n", [(1, "dot", 250), (2, "mail", 421)]),
    ],
    ids=["MAIL", "RCPT", "DATA", "dot", "the next MAIL"],
)
async def test_421_ends_the_connection_and_only_what_it_is_about(begin: Begin, replies: bytes, told: list[tuple[int, str, int]]) -> None:
    road = Road(3)
    session, wire = begin(road)
    session.data_received(replies)
    sent = wire.sent
    session.advance()
    assert wire.sent == sent
    session.connection_lost(None)
    assert road.told == told


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    "answers",
    [b"503 5.5.1 no recipients\r\n", b"354 go ahead\r\n554 5.5.1 no valid recipients\r\n", b"354 go ahead\r\n250 2.0.0 of nothing\r\n"],
)
async def test_a_refused_recipient_is_told_once_whatever_the_server_says_to_data(begin: Begin, pipelining: bool, answers: bytes) -> None:
    road = Road(2)
    session, wire = begin(road, pipelining=pipelining)
    session.data_received(b"250 ok\r\n")
    session.data_received(b"550 5.1.1 unknown\r\n")
    if pipelining:
        for line in answers.splitlines(keepends=True):
            session.data_received(line)
    assert b"RSET\r\nMAIL FROM:<b@k.example.org>\r\nRCPT TO:<p2@example.org>" in wire.sent or not pipelining
    assert b"body 1" not in wire.sent
    session.data_received(b"250 2.0.0 reset\r\n")
    for line in ENVELOPE.splitlines(keepends=True):
        session.data_received(line)
    session.data_received(ACCEPTED)
    assert road.told == [(1, "rcpt", 550), (2, "dot", 250)]


async def test_a_body_that_is_refused_ends_its_copy_alone(begin: Begin) -> None:
    road = Road(2)
    session, _ = begin(road)
    session.data_received(ENVELOPE + b"554 5.7.1 spam\r\n" + ENVELOPE + ACCEPTED)
    assert road.told == [(1, "dot", 554), (2, "dot", 250)]


@pytest.mark.parametrize("junk", [b"hello\r\n", b"250 twice\r\n250 as much\r\n" * 9, b"\0" * 70_000, b"250-" + b"x" * 70_000])
async def test_what_is_no_reply_ends_the_connection_and_nothing_is_taken_for_accepted(begin: Begin, junk: bytes) -> None:
    road = Road(1)
    session, wire = begin(road)
    session.data_received(b"250 ok\r\n450 4.2.0 busy\r\n503 no\r\n")
    session.data_received(junk)
    assert wire.ended == "aborted"
    assert road.told == [(1, "rcpt", 450)]


async def test_an_acceptance_counts_even_where_nonsense_follows_at_once(begin: Begin) -> None:
    road = Road(1)
    session, wire = begin(road)
    session.data_received(ENVELOPE)
    session.data_received(ACCEPTED + b"nonsense\r\n")
    assert (wire.ended, road.told) == ("aborted", [(1, "dot", 250)])


async def test_ten_minutes_are_allowed_after_the_dot_and_one_before(begin: Begin) -> None:
    loop, road = asyncio.get_running_loop(), Road(1)
    session, wire = begin(road)
    session.data_received(b"250 ok\r\n")
    session.tick(loop.time() + 59)
    assert wire.is_open()
    session.data_received(b"250 ok\r\n354 go ahead\r\n")
    session.tick(loop.time() + 599)
    assert wire.is_open()
    session.tick(loop.time() + 601)
    assert wire.ended == "aborted"
    assert road.told == [(1, "dot", 0)]


async def test_a_tarpit_that_drips_octets_is_not_waited_for_for_ever(begin: Begin) -> None:
    road, elapsed = Road(1), [0.0]
    session, wire = begin(road)
    session._loop = cast("Any", SimpleNamespace(time=lambda: elapsed[0]))
    session.data_received(b"250 2.1.0 sender\r\n")
    for octet in b"250-one\r\n250-two\r\n":
        elapsed[0] += 10
        session.data_received(bytes([octet]))
        session.tick(elapsed[0])
    assert wire.ended == "aborted"
    assert elapsed[0] >= 60
    assert road.told == [(1, "rcpt", 0)]


async def test_the_connection_is_left_in_peace_after_as_many_messages_as_are_allowed(begin: Begin) -> None:
    road = Road(9)
    session, wire = begin(road, limit=2)
    session.data_received(ENVELOPE + ACCEPTED + ENVELOPE + ACCEPTED)
    assert wire.sent.endswith(b".\r\nQUIT\r\n")
    session.data_received(b"221 2.0.0 bye\r\n")
    assert (wire.ended, road.given, session.lost) == ("closed", 2, None)


async def test_a_copy_that_may_no_longer_go_is_not_begun(begin: Begin) -> None:
    road = Road(1, good=False)
    session, wire = begin(road)
    session.data_received(ENVELOPE)
    assert b"body" not in wire.sent
    session.proceed(allowed=False)
    assert wire.ended == "aborted"
    assert road.told == []
