"""`kutse web`."""

from __future__ import annotations

import asyncio
import os

import rich_click as click
import uvicorn

from service.cli import context
from service.errors import UnableToStart
from service.settings import Settings
from service.supervisor import ports

SECONDS_TO_FINISH = 10
"""What requests under way get after SIGTERM."""


@click.command()
def web() -> None:
    """Run one web server process.

    Any number may run against one database, each on its own `KUTSE_HOST` and `KUTSE_PORT`, behind a proxy that `KUTSE_TRUSTED_PROXIES` names.
    """
    found = context.with_secret(context.settings(role="web"))
    ports.require_free(found.site.host, found.site.port)
    asyncio.run(_require_servers(found))
    os.environ |= {
        "KUTSE_SECRET": found.secret or "",
        "DATABASE_URL": context.database_url(found),
        "REDIS_URL": found.redis.url or "",
        "KUTSE_CATCHER": found.catcher or "",
        "KUTSE_EMBEDDED": " ".join(sorted(found.embedded)),
    }
    uvicorn.run(
        "service.app:create_app",
        factory=True,
        host=found.site.host,
        port=found.site.port,
        loop="uvloop",
        http="httptools",
        proxy_headers=bool(found.site.trusted_proxies),
        forwarded_allow_ips=found.site.trusted_proxies,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
    )


async def _require_servers(found: Settings) -> None:
    """Say in a sentence what uvicorn would say in a stack trace."""
    if found.redis.url is None:
        raise UnableToStart("Name the Valkey or Redis server with REDIS_URL, or run `kutse up`, which brings one.")
    async with context.connected(found):
        pass
