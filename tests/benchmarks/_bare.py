"""A bare Litestar application whose one handler asks PostgreSQL for one value: the floor of `feed`."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import uvicorn
from litestar import Litestar, get
from litestar.datastructures import State

POOL = 10
"""As many connections as a web process has, given back as cheaply."""


@get("/version")
async def version(state: State) -> str:
    """The version of the first cluster's feeds."""
    return str(await state.pool.fetchval("SELECT version FROM feed_version WHERE cluster_id = $1", 1))


async def _as_it_is(_: object) -> None:
    pass


@asynccontextmanager
async def _connected(app: Litestar) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size=POOL, reset=_as_it_is) as pool:
        app.state.pool = pool
        yield


def create_app() -> Any:
    """The application."""
    return Litestar([version], lifespan=[_connected], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    uvicorn.run(
        "tests.benchmarks._bare:create_app", factory=True, port=int(os.environ["KUTSE_PORT"]), loop="uvloop", http="httptools",
        log_config=None, log_level="warning", access_log=False, server_header=False,
    )  # fmt: skip
