"""`kutse intake` as a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import smtplib
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from service.cli import intake as command
from service.clusters.tables import Cluster
from service.returns import calendar_answers
from service.returns.tables import Report
from service.tokens import Keys
from tests.conftest import SECRET
from tests.support import returns, running


@asynccontextmanager
async def intake(database_url: str, state: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    told = {"DATABASE_URL": database_url, "KUTSE_STATE": str(state), "KUTSE_SECRET": SECRET, "KUTSE_MAIL_DOMAIN": returns.DOMAIN}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "service.cli", "intake"),
        env={**os.environ, **told, "KUTSE_INTAKE_PORT": str(port), "KUTSE_LOG_FORMAT": "json"},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_it_takes_mail_in_until_it_is_told_to_stop(
    database_url: str, cluster: Cluster, keys: Keys, now: datetime, tmp_path: Path
) -> None:
    sent, port = await returns.sent(cluster=cluster, keys=keys, now=now), running.free_port()
    async with intake(database_url, tmp_path, port) as process:
        assert process.stderr is not None
        assert b"intake_listens" in await asyncio.wait_for(process.stderr.readline(), 60)
        await asyncio.to_thread(_hand_over, port, sent.bounce)
        assert await Report.count() == 1
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0


async def test_a_busy_port_is_a_sentence(database_url: str, cluster: Cluster, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        async with intake(database_url, tmp_path, busy.getsockname()[1]) as process:
            _, told = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 78
    assert b"KUTSE_INTAKE_PORT" in told
    assert b"Traceback" not in told


@pytest.mark.parametrize("trouble", [ZeroDivisionError("a defect"), PermissionError("not ours"), asyncpg.CannotConnectNowError("later")])
async def test_whatever_the_sweep_meets_mail_goes_on_coming_in(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    swept, again = 0, asyncio.Event()

    async def stumble(**_: object) -> int:
        nonlocal swept
        swept += 1
        if swept > 1:
            again.set()
            await asyncio.Event().wait()
        raise trouble

    monkeypatch.setattr(calendar_answers, "take_waiting", stumble)
    monkeypatch.setattr(command, "SECONDS_BETWEEN_SWEEPS", 0)
    sweeping = asyncio.create_task(command._sweep(returns.reception(keys, tmp_path)))
    await asyncio.wait_for(again.wait(), 5)
    sweeping.cancel()


def _hand_over(port: int, recipient: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.sendmail("", [recipient], returns.report())
