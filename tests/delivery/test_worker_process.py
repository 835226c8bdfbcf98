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
from service.delivery import heartbeats
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


@pytest.mark.timeout(200)
async def test_a_frozen_worker_that_comes_back_starts_no_further_body(cluster: Cluster, sink: Sink, environment: dict[str, str]) -> None:
    dispatch = await post(cluster=cluster, now=datetime.now(UTC), addresses=[f"p{number}@example.org" for number in range(250)])
    frozen = _start(environment)
    other = None
    try:
        await until(lambda: sink.messages > 10, 30)
        frozen.send_signal(signal.SIGSTOP)
        in_flight = sink.open_transactions
        other = _start(environment)
        await until(lambda: _all_sent(dispatch), 120)
        frozen.send_signal(signal.SIGCONT)
        await asyncio.sleep(3)
        assert len(sink.received) == 250
        assert sink.duplicates <= in_flight
        assert await _all_sent(dispatch)
    finally:
        for process in (frozen, other):
            if process is not None:
                process.kill()
                process.wait()
