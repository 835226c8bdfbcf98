"""Workers that cannot see each other's journals: on two hosts, and where a state folder is lost."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.clusters.tables import Cluster
from service.delivery import heartbeats, journal
from service.delivery.allowance import Limits
from service.delivery.claim import Claimed
from service.delivery.leases import OTHER_HOST_SECONDS, SAME_HOST_SECONDS, Watch
from service.delivery.ledger import Ledger
from service.delivery.outbox import Kind
from service.delivery.verdict import Reply
from tests.support.delivery import post, rows

ACCEPTED = Reply(250, "2.0.0 taken")


class Clock:
    """Seconds of the process that watches."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def works(folder: Path, now: datetime) -> tuple[Ledger, list[Claimed]]:
    """A worker with its state in this folder that has claimed two copies; the first was accepted and is in its journal alone."""
    one = Ledger(folder=folder, clock=lambda: now, changed=lambda: None, limits=Limits())
    await one.begin()
    copies = (await one.claim(kind=Kind.NEWS, limit=9)).copies
    one.accepted(copies[0], ACCEPTED)
    return one, copies


async def states(dispatch: int) -> list[str]:
    return [row.state for row in await rows(dispatch)]


@pytest.fixture
async def dispatch(cluster: Cluster, now: datetime) -> int:
    return await post(cluster=cluster, now=now, addresses=["a@example.org", "b@example.org"])


async def test_a_worker_on_another_host_keeps_its_copies_while_it_beats(dispatch: int, now: datetime, tmp_path: Path) -> None:
    clock = Clock()
    far, watch = (await works(tmp_path / "there", now))[0], Watch(folder=tmp_path / "here", clock=clock)
    for beat in range(30):
        clock.seconds += OTHER_HOST_SECONDS - 1
        assert await watch.look(own_id=None, now=now) == 0
        await heartbeats.beat(worker_id=far.lease, now=now + timedelta(seconds=beat))
    assert await states(dispatch) == ["sending", "sending"]


async def test_a_host_that_never_comes_back_is_given_up_after_a_minute_and_what_only_its_journal_knew_goes_out_again(
    dispatch: int, now: datetime, tmp_path: Path
) -> None:
    clock = Clock()
    far, watch = (await works(tmp_path / "there", now))[0], Watch(folder=tmp_path / "here", clock=clock)
    assert await watch.look(own_id=None, now=now) == 0
    clock.seconds = OTHER_HOST_SECONDS
    assert await watch.look(own_id=None, now=now) == 0
    clock.seconds += 1
    assert await watch.look(own_id=None, now=now) == 1
    assert await states(dispatch) == ["queued", "queued"]
    assert len(journal.names(tmp_path / "there")) == 1, "it is not ours to remove"
    await far.flush()
    assert await states(dispatch) == ["sent", "queued"], "it was only cut off, and the copy had not gone out again yet"


async def test_a_frozen_worker_on_the_same_host_is_given_up_after_nine_seconds_and_its_journal_is_read(
    dispatch: int, now: datetime, tmp_path: Path
) -> None:
    clock = Clock()
    await works(tmp_path, now)
    watch = Watch(folder=tmp_path, clock=clock)
    await watch.look(own_id=None, now=now)
    clock.seconds = SAME_HOST_SECONDS
    assert await watch.look(own_id=None, now=now) == 0
    clock.seconds += 1
    assert await watch.look(own_id=None, now=now) == 1
    assert await states(dispatch) == ["sent", "queued"]
    assert len(journal.names(tmp_path)) == 1, "it may wake up"


async def test_a_worker_whose_state_folder_is_lost_goes_on(
    dispatch: int, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_ROTATE_AT", 1)
    one, copies = await works(tmp_path / "state", now)
    shutil.rmtree(tmp_path / "state")
    await one.flush()
    one.accepted(copies[1], ACCEPTED)
    assert not one.is_broken
    await one.end()
    assert await states(dispatch) == ["sent", "sent"]
    assert await heartbeats.everyone() == []


async def test_a_worker_that_dies_with_its_state_folder_is_given_up_like_one_on_another_host(
    dispatch: int, now: datetime, tmp_path: Path
) -> None:
    clock = Clock()
    one, _ = await works(tmp_path, now)
    watch = Watch(folder=tmp_path, clock=clock)
    os.close(one._journal._lock)
    shutil.rmtree(tmp_path)
    assert await watch.tidy() == await watch.look(own_id=None, now=now) == 0
    clock.seconds = OTHER_HOST_SECONDS + 1
    assert await watch.look(own_id=None, now=now) == 1
    assert await states(dispatch) == ["queued", "queued"]
