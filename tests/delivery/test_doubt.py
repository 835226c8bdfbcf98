"""Copies that were claimed at the moment at which the database went away, or the lease; acceptances that a full disk has torn."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from service.clusters.tables import Cluster
from service.delivery import journal, leases, ledger
from service.delivery.allowance import Limits
from service.delivery.ledger import Ledger
from service.delivery.letterbox import Letterbox
from service.delivery.outbox import Kind
from service.delivery.verdict import Reply, Stage
from service.settings import Settings
from service.tokens import Keys
from tests.support.delivery import RelayServer, listening, post, rows, until, working


async def test_what_was_claimed_and_could_not_be_written_goes_out_once_the_database_is_back(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, lost = Letterbox.fetch, [ConnectionError("gone")]

    async def fail_once(self: Letterbox, copies: object) -> None:
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


async def test_what_is_claimed_after_others_took_over_is_not_left_to_a_lease_that_is_gone(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 0.0
    monkeypatch.setattr(ledger, "time", SimpleNamespace(monotonic=lambda: seconds))
    one = Ledger(folder=tmp_path, clock=lambda: datetime.now(UTC), changed=lambda: None, limits=Limits())
    await post(cluster=cluster, now=datetime.now(UTC), addresses=["a@example.org", "b@example.org"])
    await one.begin()
    gone = one.lease
    await leases.release(worker_id=gone, now=datetime.now(UTC))
    (early,) = (await one.claim(kind=Kind.NEWS, limit=1)).copies  # in the moment in which it was taken over
    seconds = 10.0
    assert (await one.claim(kind=Kind.NEWS, limit=1)).copies == []
    assert not await one.beat()
    await one.let_go()
    assert {copy.lease for copy in (await one.claim(kind=Kind.NEWS, limit=9)).copies} == {one.lease} != {gone}
    assert early.lease == gone
    assert {row.lease for row in await rows(early.dispatch_id)} == {one.lease}
    await one.end()


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
