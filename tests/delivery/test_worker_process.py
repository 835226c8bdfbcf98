"""Worker processes of their own: frozen, stopped, and two at once."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.clusters.tables import Cluster
from service.delivery import claim, heartbeats, journal, leases
from service.delivery.outbox import Kind
from tests.conftest import SECRET
from tests.support.delivery import post, rows, until
from tests.support.forking import Child
from tests.support.sink import Sink, listening


@pytest.fixture
def sink() -> Iterator[Sink]:
    with listening(Sink(pause=0.05)) as server:
        yield server


@pytest.fixture
def environment(sink: Sink, database_url: str, tmp_path: Path) -> dict[str, str]:
    told = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(sink.port), "SMTP_SECURITY": "none", "SECRET": SECRET, "STATE": str(tmp_path)}
    return {"PATH": os.environ["PATH"], "DATABASE_URL": database_url, **{f"KUTSE_{name}": value for name, value in told.items()}}


def _start(environment: dict[str, str]) -> Child:
    with Path(os.devnull).open("wb") as nowhere:
        return Child("worker", environment=environment, files=(nowhere.fileno(), nowhere.fileno()))


async def _all_sent(dispatch: int) -> bool:
    return {row.state for row in await rows(dispatch)} == {"sent"}


async def test_sigterm_repeats_nothing_and_gives_the_rest_back(cluster: Cluster, sink: Sink, environment: dict[str, str]) -> None:
    dispatch = await post(cluster=cluster, now=datetime.now(UTC), addresses=[f"p{number}@example.org" for number in range(100)])
    first = _start(environment)
    await until(lambda: sink.messages > 10, 30)
    assert os.sched_getscheduler(first.pid) == os.SCHED_BATCH, "others on this host come first"
    first.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(first.wait, 30) == 0
    states = [row.state for row in await rows(dispatch)]
    assert states.count("sent") == sink.messages
    assert set(states) == {"sent", "queued"}
    assert await heartbeats.everyone() == []
    second = _start(environment)
    await until(lambda: _all_sent(dispatch), 30)
    second.terminate()
    await asyncio.to_thread(second.wait, 30)
    assert (len(sink.received), sink.duplicates) == (100, 0)


async def test_a_frozen_worker_that_comes_back_starts_no_body_that_others_hold_and_carries_what_is_left(
    cluster: Cluster, sink: Sink, environment: dict[str, str], tmp_path: Path
) -> None:
    dispatch = await post(cluster=cluster, now=datetime.now(UTC), addresses=[f"p{number}@example.org" for number in range(250)])
    frozen = _start(environment)
    try:
        await until(lambda: sink.messages > 10)
        frozen.send_signal(signal.SIGSTOP)
        in_flight = sink.open_transactions
        (worker,) = await heartbeats.everyone()
        taken = await _taken_over(worker.worker_id, tmp_path / "journal", copies=60)
        await _is_quiet(sink)  # what lies in its sockets arrives all the same
        assert {copy.state for copy in await rows(dispatch)} == {"sent", "sending", "queued"}, "nothing is left that it could claim"
        begun = sink.times_received(taken)
        frozen.send_signal(signal.SIGCONT)
        await until(lambda: _all_but(taken, dispatch, gone=worker.worker_id))
        assert sink.times_received(taken) == begun
        await leases.release(worker_id=(await heartbeats.everyone())[0].worker_id, now=datetime.now(UTC))
        await until(lambda: _all_sent(dispatch))
        assert len(sink.received) == 250
        assert sink.duplicates <= in_flight
    finally:
        frozen.kill()
        frozen.wait()


async def _is_quiet(sink: Sink) -> None:
    """Wait until nothing has come for a second."""
    before = -1
    while before < sink.messages:
        before = sink.messages
        await asyncio.sleep(1)


async def _taken_over(lease: int, folder: Path, *, copies: int) -> set[str]:
    """What another worker does once it has seen that one stand still: to whom it holds copies then."""
    now = datetime.now(UTC)
    other = await heartbeats.begin(role="worker", now=now)
    (name,) = journal.names(folder)
    await leases.take_over(worker_id=lease, accepted=list(journal.replay(folder=folder, name=name)), now=now)
    return {copy.address for copy in (await claim.claim(lease=other, kind=Kind.NEWS, limit=copies, now=now)).copies}


async def _all_but(taken: set[str], dispatch: int, *, gone: int) -> bool:
    """Whether everybody else has got theirs; nothing is ever held under the lease that is `gone`."""
    copies = await rows(dispatch)
    assert gone not in {copy.lease for copy in copies}
    return {copy.state for copy in copies if copy.address not in taken} == {"sent"}
