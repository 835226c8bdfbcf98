"""PostgreSQL and Valkey or Redis."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import redis

from service.cli import context
from service.cli.checks.finding import Finding, bad, doubtful, good
from service.errors import UnableToStart
from service.persistence import engine, migrations
from service.settings import Settings

OLDEST_POSTGRESQL = 14
SECONDS_APART = 2.0
"""Between our clock and PostgreSQL's: more, and schedules and expiring links disagree."""


async def database(settings: Settings) -> list[Finding]:
    """Reachable, new enough, migrated, of one time with us."""
    try:
        async with context.connected(settings):
            return [await _version(), await _encoding(), await _migrations(), await _clock()]
    except UnableToStart as error:
        return [bad(str(error).rstrip("."), "Start PostgreSQL, or correct DATABASE_URL; `kutse up` brings a server along.")]


def queue(settings: Settings) -> Finding:
    """Reachable, and not throwing jobs away when its memory is full."""
    if settings.redis.url is None:
        return bad("No Valkey or Redis is named", "Set REDIS_URL, or let `kutse up` bring a server along.")
    client = redis.Redis.from_url(settings.redis.url, socket_timeout=3, socket_connect_timeout=3)
    try:
        memory: Any = client.info("memory")
        policy = memory.get("maxmemory_policy", "noeviction")
    except redis.RedisError as error:
        return bad(
            f"Valkey or Redis does not answer as REDIS_URL says: {error}",
            "Start it, or correct REDIS_URL. Meanwhile pages work, and mail leaves a little later.",
        )
    finally:
        client.close()
    if policy != "noeviction":
        return doubtful(f"Valkey or Redis answers, and may forget jobs (maxmemory-policy {policy})", "Set maxmemory-policy to noeviction.")
    return good("Valkey or Redis answers")


async def _version() -> Finding:
    async with engine.connection() as raw:
        found = raw.get_server_version()
    if found.major < OLDEST_POSTGRESQL:
        return bad(f"PostgreSQL is {found.major}.{found.minor}", f"Kutse needs {OLDEST_POSTGRESQL} or newer.")
    return good(f"PostgreSQL {found.major}.{found.minor} answers")


async def _encoding() -> Finding:
    async with engine.connection() as raw:
        found = await raw.fetchval("SHOW server_encoding")
    if found != "UTF8":
        return bad(f"The database stores {found}, which has no place for all letters", "Create it anew with ENCODING 'UTF8'.")
    return good("The database stores UTF-8")


async def _migrations() -> Finding:
    if unknown := await migrations.unknown():
        return bad(f"The database was migrated by a newer Kutse ({unknown[-1]})", "Install that version, or restore a backup.")
    if pending := await migrations.pending():
        return bad(f"{len(pending)} migrations have not been run", "Run `kutse migrate`.")
    return good("The database is up to date")


async def _clock() -> Finding:
    async with engine.connection() as raw:
        before = datetime.now(UTC)
        theirs = await raw.fetchval("SELECT clock_timestamp()")
        ours = before + (datetime.now(UTC) - before) / 2
    apart = abs((theirs - ours).total_seconds())
    if apart > SECONDS_APART:
        return bad(
            f"Our clock and PostgreSQL's are {apart:.1f} s apart", "Run a time service (chrony, systemd-timesyncd) on both machines."
        )
    return good("Our clock agrees with PostgreSQL's")
