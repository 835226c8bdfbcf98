"""What every command needs: the settings, a clock, and a connection to the database."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from service import logs
from service.errors import UnableToStart
from service.letters.links import Links
from service.persistence import engine, nudge
from service.settings import Settings, load
from service.supervisor import secret
from service.supervisor.state import Folder
from service.tokens import Keys


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def settings(*, role: str) -> Settings:
    """The settings, completed by what a `kutse up` on the same state folder tells while it runs. Sets up the logs."""
    found = load(_environment())
    logs.configure(found.logs, role=role)
    return found


def with_secret(found: Settings) -> Settings:
    """The settings with a secret in them: the state folder's, made when there is none."""
    return replace(found, secret=secret.ensure(found))


def database_url(found: Settings) -> str:
    """Where the database is; raises UnableToStart when nobody says so."""
    if found.database.url is None:
        raise UnableToStart(f"Kutse does not run on {found.state}: start it with `kutse up`, or name a database with DATABASE_URL.")
    return found.database.url


@asynccontextmanager
async def connected(found: Settings) -> AsyncIterator[None]:
    """An open database pool and queue; raises UnableToStart."""
    await engine.connect(url=database_url(found), pool_size=4)
    if found.redis.url:
        nudge.connect(url=found.redis.url)
    try:
        yield
    finally:
        await nudge.close()
        await engine.close()


def links(found: Settings) -> Links:
    """Builds the addresses of the site, signed."""
    return Links(found.site.url, Keys(secrets=found.secrets))


def _environment() -> dict[str, Any]:
    folder = Folder(load().state)
    try:
        running = json.loads(folder.environment.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        running = {}
    return {**running, **os.environ}
