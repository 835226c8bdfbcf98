"""Copies written ahead of their turn: each goes out once, as it is and for the server that takes it."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.clusters.tables import Cluster
from service.delivery import settle
from service.delivery.ahead import Ahead
from service.delivery.claim import Claimed
from service.delivery.headers import UnableToSend
from service.delivery.letterbox import Letterbox
from service.delivery.outbox import Kind
from service.delivery.ready import Ready
from service.delivery.session import Message
from service.delivery.settle import Outcome
from service.delivery.smtp import Abilities
from service.settings import Settings
from service.tokens import Keys
from tests.support.delivery import RelayServer, claimed, listening, post, rows, until, working

_PLAIN, _UTF8 = Abilities(), Abilities(smtputf8=True)


def _copy(number: int) -> Claimed:
    return Claimed(number, 1, 1, 1, None, "a@example.org", "", {}, 0, Kind.NEWS)


class _Written:
    """Writes copies, and remembers for whom; those in `refused` cannot be written."""

    def __init__(self, *, refused: tuple[int, ...] = ()) -> None:
        self.log: list[tuple[int, Abilities]] = []
        self._refused = refused

    def write(self, copy: Claimed, abilities: Abilities) -> Message:
        self.log.append((copy.id, abilities))
        if copy.id in self._refused:
            raise UnableToSend("5.6.7", "It cannot be written.")
        return Message(copy=copy, envelope=b"%d" % len(self.log), content=())


def test_the_next_few_are_written_once_and_taken_in_any_order() -> None:
    pen = _Written()
    ahead, copies = Ahead(pen.write), [_copy(number) for number in range(4)]
    taken = [ahead.take(copies[place], _PLAIN, copies[place + 1 :]) for place in (0, 2, 1, 3)]
    assert [message.copy for message in taken] == [copies[0], copies[2], copies[1], copies[3]]
    assert sorted(number for number, _ in pen.log) == [0, 1, 2, 3]


def test_a_copy_that_was_claimed_again_is_written_again() -> None:
    pen = _Written()
    ahead, first = Ahead(pen.write), _copy(2)
    ahead.take(_copy(1), _PLAIN, [first])
    again = _copy(2)._replace(lease=7)
    assert ahead.take(again, _PLAIN, ()).copy is again


def test_a_copy_that_was_written_for_another_server_is_written_for_this_one() -> None:
    pen = _Written()
    ahead, copies = Ahead(pen.write), [_copy(number) for number in range(3)]
    ahead.take(copies[0], _PLAIN, copies[1:])
    ahead.take(copies[1], _UTF8, copies[2:])
    ahead.take(copies[2], _PLAIN, ())
    assert pen.log[-1] == (1, _UTF8), "the third was written for the first server, and is taken by it"


def test_a_copy_that_cannot_be_written_fails_in_its_turn_and_alone() -> None:
    ahead, copies = Ahead(_Written(refused=(1,)).write), [_copy(number) for number in range(3)]
    ahead.take(copies[0], _PLAIN, copies[1:])
    with pytest.raises(UnableToSend):
        ahead.take(copies[1], _PLAIN, copies[2:])
    assert ahead.take(copies[2], _PLAIN, ()).copy is copies[2]


def test_a_long_batch_is_filled_up_before_it_runs_low() -> None:
    ready = Ready()
    for _ in range(12):  # empty at every claim: as many as there may be
        ready.clear()
        ready.add([_copy(number) for number in range(ready.room)], asked=ready.room, found=ready.room, checked=0.0)
    ready.clear()
    most = ready.room
    ready.add([_copy(number) for number in range(most)], asked=most, found=most, checked=0.0)
    assert ready.room == 0
    taken = 0
    while not ready.is_low:
        ready.take(0.0)
        taken += 1
    assert ready.room == taken < most / 2, "what is left keeps the wire busy while the database writes"
    assert [copy.id for copy in ready.following(2)] == [taken, taken + 1]


async def test_each_end_in_a_batch_is_written_as_it_was(cluster: Cluster) -> None:
    now = datetime(2026, 11, 22, 10, 0, 0, 123457, UTC)
    dispatch = await post(cluster=cluster, now=now, addresses=[f"person{number}@example.org" for number in range(5)])
    await claimed(kind=Kind.NEWS, now=now, limit=4)
    ids = [row.id for row in await rows(dispatch)]
    later = now + timedelta(microseconds=1)
    ends = [
        Outcome(ids[0], 1, "sent", "", "250 first", now),
        Outcome(ids[1], 1, "failed", "refused 5.1.1 at rcpt", "550 5.1.1 unknown", later),
        Outcome(ids[2], 1, "sent", "", "250 third", later),
        Outcome(ids[3], 9, "failed", "refused 5.7.1 at rcpt", "of a lease that is not the copy's", now),
        Outcome(ids[4], 9, "sent", "", "250 accepted under a lease that was lost", now),
    ]
    await settle.settle(outcomes=ends)
    assert [(row.state, row.reason, row.reply, row.settled_at, row.lease, row.attempts) for row in await rows(dispatch)] == [
        ("sent", "", "250 first", now, None, 1),
        ("failed", "refused 5.1.1 at rcpt", "550 5.1.1 unknown", later, None, 1),
        ("sent", "", "250 third", later, None, 1),
        ("sending", "", "", None, 1, 0),
        ("sent", "", "250 accepted under a lease that was lost", now, None, 1),
    ]


def test_what_cannot_be_written_or_comes_back_costs_nobody_else_a_second_writing() -> None:
    pen = _Written(refused=tuple(range(0, 40, 2)))
    ahead, copies = Ahead(pen.write), [_copy(number) for number in range(40)]
    for place, copy in enumerate(copies):
        for _ in range(2):  # offered, and put back once
            with contextlib.suppress(UnableToSend):
                ahead.take(copy, _PLAIN, copies[place + 1 : place + 16])
    assert max(Counter(number for number, _ in pen.log if number % 2).values()) == 2, "once for each time that it was offered"


def test_a_copy_that_was_written_long_ago_is_written_in_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [100.0]
    monkeypatch.setattr("service.delivery.ahead.time.monotonic", lambda: moment[0])
    pen = _Written()
    ahead, copies = Ahead(pen.write), [_copy(number) for number in range(3)]
    ahead.take(copies[0], _PLAIN, copies[1:])
    moment[0] += 0.9
    ahead.take(copies[1], _PLAIN, copies[2:])
    moment[0] += 0.2
    ahead.take(copies[2], _PLAIN, ())
    assert [number for number, _ in pen.log] == [0, 1, 2, 2], "or its date would be old, and its signature of a key that has been replaced"


async def test_letters_that_lie_ready_are_at_hand_however_many_others_come(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    async with (
        listening(RelayServer(slow=0.05)) as server,
        working(settings=replace(settings, relays=(server.relay(connections=4),), state=tmp_path), keys=keys) as carrier,
    ):
        news = await post(cluster=cluster, now=now, addresses=[f"n{number}@example.org" for number in range(100)])
        carrier.wake()
        await until(lambda: len(server.received) > 4)
        singles = [await post(cluster=cluster, now=now, kind=Kind.SERVICE, addresses=[f"s{number}@example.org"]) for number in range(260)]
        carrier.wake()
        await until(lambda: len(server.received) == 360, 40)
    assert [row.state for one in (news, *singles) for row in await rows(one)] == ["sent"] * 360


async def test_a_copy_whose_letter_is_not_at_hand_any_more_goes_out_all_the_same(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, missed = Letterbox.write, [True]

    def forget_once(self: Letterbox, copy: Claimed, abilities: Abilities) -> Message:
        if missed and missed.pop():
            self._kept.clear()
        return write(self, copy, abilities)

    monkeypatch.setattr(Letterbox, "write", forget_once)
    now = datetime.now(UTC)
    async with (
        listening(RelayServer()) as server,
        working(settings=replace(settings, relays=(server.relay(),), state=tmp_path), keys=keys) as carrier,
    ):
        dispatch = await post(cluster=cluster, now=now, addresses=[f"p{number}@example.org" for number in range(20)])
        carrier.wake()
        await until(lambda: len(server.received) == 20)
    assert sorted(server.addresses) == sorted(f"p{number}@example.org" for number in range(20))
    assert {row.state for row in await rows(dispatch)} == {"sent"}
