"""Copies that were claimed at the moment at which the database went away, or the lease; acceptances that a full disk has torn."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from service.clusters.tables import Cluster
from service.delivery import claim, heartbeats, journal, leases, ledger, settle
from service.delivery.allowance import Limits
from service.delivery.carry import Carrier
from service.delivery.ledger import Ledger
from service.delivery.letterbox import Letterbox
from service.delivery.outbox import Kind
from service.delivery.session import Message, Session
from service.delivery.tables import Worker
from service.delivery.verdict import Reply, Stage
from service.persistence.transaction import transaction
from service.settings import Settings
from service.tokens import Keys
from tests.support.delivery import RelayServer, claimed, listening, post, rows, until, working


async def test_what_was_claimed_and_could_not_be_written_goes_out_once_the_database_is_back(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, lost = Letterbox.fetch, [ConnectionError("gone")]

    async def fail_once(self: Letterbox, copies: object, *, beside: object) -> None:
        if copies and lost:
            raise lost.pop()
        await fetch(self, copies)  # type: ignore[arg-type]

    monkeypatch.setattr(Letterbox, "fetch", fail_once)
    monkeypatch.setattr(ledger, "_DOUBT", timedelta(seconds=1))
    dispatch = await post(cluster=cluster, now=datetime.now(UTC))
    async with (
        listening(RelayServer()) as server,
        working(settings=replace(settings, state=tmp_path, relays=(server.relay(),)), keys=keys),
    ):
        await until(lambda: server.addresses == ["mari@example.org"])
    (row,) = await rows(dispatch)
    assert (row.state, row.attempts, lost) == ("sent", 1, [])


async def test_under_a_lease_that_others_took_over_nothing_is_claimed(cluster: Cluster, tmp_path: Path) -> None:
    one = Ledger(folder=tmp_path, clock=lambda: datetime.now(UTC), changed=lambda: None, limits=Limits())
    dispatch = await post(cluster=cluster, now=datetime.now(UTC), addresses=["a@example.org", "b@example.org"])
    await one.begin()
    gone = one.lease
    await leases.release(worker_id=gone, now=datetime.now(UTC))
    assert (await one.claim(kind=Kind.NEWS, limit=1)).copies == []
    assert not await one.beat()
    await one.let_go()
    assert len((await one.claim(kind=Kind.NEWS, limit=9)).copies) == 2
    assert {row.lease for row in await rows(dispatch)} == {one.lease} != {gone}
    await one.end()


async def test_a_copy_that_lies_before_its_body_under_a_lost_lease_is_not_begun_though_its_worker_holds_it_anew(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    carrier = Carrier(settings=replace(settings, state=tmp_path), keys=keys)
    one, now = carrier._ledger, datetime.now(UTC)
    told: list[bool] = []
    dispatch = await post(cluster=cluster, now=now)
    await one.begin()
    (copy,) = (await one.claim(kind=Kind.NEWS, limit=9)).copies
    await leases.take_over(worker_id=one.lease, accepted=[], now=now)
    assert not await one.beat()
    assert len((await one.claim(kind=Kind.NEWS, limit=9)).copies) == 1
    session = cast("Session", SimpleNamespace(proceed=lambda *, allowed: told.append(allowed)))
    message = Message(copy=copy, envelope=b"", content=(), checked=asyncio.get_running_loop().time())
    assert not carrier.may_start(session, message)
    await carrier._ask_again()
    carrier.returned(message)
    assert told == [False]
    assert not carrier._ready[Kind.NEWS]
    assert [(row.state, row.lease) for row in await rows(dispatch)] == [("sending", one.lease)]
    await one.end()


async def test_a_lease_is_not_taken_over_in_the_middle_of_a_claim(cluster: Cluster, now: datetime) -> None:
    dispatch, lease = await post(cluster=cluster, now=now), await heartbeats.begin(role="worker", now=now)
    claims = asyncio.Event()

    async def take_over() -> int:
        await claims.wait()
        return await leases.release(worker_id=lease, now=now)

    taking_over = asyncio.create_task(take_over())
    async with transaction():
        assert len((await claim.claim(lease=lease, kind=Kind.NEWS, limit=9, now=now)).copies) == 1
        claims.set()
        await asyncio.sleep(0.1)
        assert not taking_over.done()
    assert await taking_over == 1
    assert [row.state for row in await rows(dispatch)] == ["queued"]


async def test_what_is_held_under_a_lease_that_nobody_has_goes_out_again(cluster: Cluster, now: datetime, tmp_path: Path) -> None:
    dispatch = await post(cluster=cluster, now=now, addresses=["a@example.org", "b@example.org"])
    await claimed(kind=Kind.NEWS, now=now, limit=1, lease=99)
    await Worker.delete(force=True)
    live = await heartbeats.begin(role="worker", now=now)
    await claim.claim(lease=live, kind=Kind.NEWS, limit=1, now=now)
    await leases.Watch(folder=tmp_path).look(own_id=live, now=now)
    assert [(row.state, row.lease) for row in await rows(dispatch)] == [("queued", None), ("sending", live)]


async def test_what_a_new_worker_claims_while_nobodys_copies_are_swept_stays_its_own(
    cluster: Cluster, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch, release = await post(cluster=cluster, now=now), leases.release
    await claimed(kind=Kind.NEWS, now=now, lease=1)
    await Worker.delete(force=True)

    async def late(*, worker_id: int, now: datetime) -> int:
        await release(worker_id=worker_id, now=now)
        await claimed(kind=Kind.NEWS, now=now, lease=2)
        return await release(worker_id=worker_id, now=now)

    monkeypatch.setattr(leases, "release", late)
    assert await leases.sweep(now=now) == 0
    assert [(row.state, row.lease) for row in await rows(dispatch)] == [("sending", 2)]


def test_an_acceptance_that_a_full_disk_has_torn_spoils_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moment, write, room = datetime.now(UTC), os.write, [2]
    monkeypatch.setattr(os, "write", lambda file, line: write(file, line[: room.pop()] if room else line))
    book = journal.Journal(folder=tmp_path, name="1-1")
    book.accepted(4711, moment, "250 ok")
    assert book.broken
    book.accepted(4712, moment, "250 ok")
    assert book.broken, "the first is on no disk yet"
    assert [one.delivery_id for one in journal.replay(folder=tmp_path, name="1-1")] == [4712]


async def test_what_is_given_up_after_four_days_says_first_what_the_server_said(cluster: Cluster, tmp_path: Path) -> None:
    dispatch = await post(cluster=cluster, now=datetime.now(UTC))
    one = Ledger(folder=tmp_path, clock=lambda: datetime.now(UTC), changed=lambda: None, limits=Limits())
    await one.begin()
    (copy,) = (await one.claim(kind=Kind.NEWS, limit=1)).copies
    one.put_off(copy._replace(attempts=40), Stage.RCPT, Reply(452, "4.2.2 Mailbox full"))
    await one.end()
    (row,) = await rows(dispatch)
    assert (row.state, row.reason) == ("failed", "refused 4.2.2 at rcpt, gave up")


async def test_words_that_cannot_be_written_cost_the_words_and_not_the_ledger(cluster: Cluster, now: datetime) -> None:
    dispatch = await post(cluster=cluster, now=now, addresses=["a@example.org", "b@example.org"])
    await claimed(kind=Kind.NEWS, now=now)
    one, other = await rows(dispatch)
    said = [settle.Outcome(one.id, 1, "sent", "", "250 \0 ok", now), settle.Outcome(other.id, 1, "sent", "", "250 ok", now)]
    await settle.settle(outcomes=said)
    assert [(row.state, row.reply) for row in await rows(dispatch)] == [("sent", ""), ("sent", "250 ok")]


def test_a_journal_is_read_in_words_that_can_be_stored(tmp_path: Path) -> None:
    (tmp_path / "1-2.0.log").write_bytes(b"7 1700000000.000 250 ok \x00 f\xfcr\n")
    assert [one.reply for one in journal.replay(folder=tmp_path, name="1-2")] == ["250 ok f\ufffdr"]
