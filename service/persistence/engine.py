"""The one Piccolo engine of a process and its asyncpg pool."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, cast

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from service.errors import UnableToStart

os.environ.setdefault("PICCOLO_CONF", "service.persistence.piccolo_conf")


class _Transaction(PostgresTransaction):
    """Piccolo's keeps its connection and stays current when BEGIN, COMMIT or ROLLBACK fails or is cancelled; this one always lets go."""

    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            return self._parent
        self.connection = await self.get_connection()  # type: ignore[no-untyped-call]
        try:
            self.transaction = self.connection.transaction()
            await self.begin()  # type: ignore[no-untyped-call]
        except BaseException:
            await self._release()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        if self._parent is not None:
            return error is None
        try:
            if error is None:
                await self.commit()  # type: ignore[no-untyped-call]
            else:
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # the first error tells more
                    await self.rollback()  # type: ignore[no-untyped-call]
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._release()
        return error is None

    async def _release(self) -> None:
        assert self.engine.pool is not None
        await self.engine.pool.release(self.connection)


class _LateEngine(PostgresEngine):
    """Piccolo's engine asks a server for its version when it is made; ours is made before it knows any server."""

    def transaction(self, allow_nested: bool = True) -> PostgresTransaction:
        """A transaction that lets go of its connection whatever happens."""
        return _Transaction(engine=self, allow_nested=allow_nested)

    async def check_version(self) -> None:
        """Nothing yet: `connect` finds out."""


DB = _LateEngine(config={})

LOST_CONNECTION = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
    TimeoutError,
)
"""What asyncpg raises while PostgreSQL is away, going or coming."""


async def connect(*, url: str, pool_size: int) -> None:
    """Open the pool; raises UnableToStart when PostgreSQL does not answer or refuses us."""
    DB.config = {"dsn": url, "timeout": 10, "command_timeout": 120, "server_settings": {"timezone": "UTC", "application_name": "kutse"}}
    try:
        await DB.start_connection_pool(min_size=1, max_size=pool_size, connect=_reach, reset=_nothing_to_reset)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise UnableToStart(f"PostgreSQL does not answer as DATABASE_URL says: {error}.") from error


async def _reach(*arguments: Any, **options: Any) -> asyncpg.Connection[Any]:
    """A new connection. While PostgreSQL is down its Unix socket is a file that is not there, and its name may not resolve: also lost connections."""
    try:
        found: asyncpg.Connection[Any] = await asyncpg.connect(*arguments, **options)
    except OSError as error:
        raise ConnectionError(str(error)) from error
    return found


async def _nothing_to_reset(_connection: asyncpg.Connection[Any]) -> None:
    """Nobody here changes a session's settings, listens or holds a session's lock: undoing that would cost a round trip each time."""


async def close() -> None:
    """Close the pool, if it is open."""
    if DB.pool is not None:
        await DB.close_connection_pool()


@asynccontextmanager
async def connection() -> AsyncIterator[asyncpg.Connection[Any]]:
    """The open transaction's asyncpg connection, or one from the pool: for COPY, unnest and set-based SQL."""
    current = DB.current_transaction.get()
    if current is not None:
        yield current.connection
        return
    assert DB.pool is not None, "connect() first"
    async with DB.pool.acquire() as acquired:
        yield cast("asyncpg.Connection[Any]", acquired)  # the pool's proxy passes everything on


async def answers() -> bool:
    """Whether PostgreSQL answers right now."""
    try:
        async with connection() as raw:
            return bool(await raw.fetchval("SELECT true", timeout=3))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        return False
