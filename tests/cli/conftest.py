"""Commands run as an operator runs them: in a process of their own, against this worker's database."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from tests.support import forking
from tests.support.running import clean_environment

Run = Callable[..., Awaitable[subprocess.CompletedProcess[str]]]


@pytest.fixture
def kutse(tmp_path: Path) -> Run:
    """Runs `kutse <arguments>` with an environment of its own; no terminal, nothing to read."""

    async def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        own = {**clean_environment(), "KUTSE_STATE": str(tmp_path / "state"), "COLUMNS": "200", **environment}
        return await asyncio.to_thread(forking.run, *arguments, environment=own)

    return run


@pytest_asyncio.fixture(loop_scope="session")
async def empty_database_url(worker_id: str) -> AsyncIterator[str]:
    """A database in which nothing was migrated."""
    server, name = os.environ["KUTSE_TEST_POSTGRES"], f"kutse_empty_{worker_id}"
    raw = await asyncpg.connect(server.format(database="postgres"))
    await raw.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield server.format(database=name)
    await raw.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await raw.close()
