"""Two transactions that meet: one holds what the other waits for, and then asks for more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from service.persistence.engine import connection
from service.persistence.transaction import transaction
from tests.support.delivery import until

Act = Callable[[], Awaitable[object]]


async def meet(*, first: Act, then: Act, other: Act) -> None:
    """Do `first` and, once `other` waits for its locks, `then` in the same transaction. Raises what PostgreSQL says of a deadlock."""
    held, waited_for = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction():
            await first()
            held.set()
            await waited_for.wait()
            await then()

    async def wait() -> None:
        await held.wait()
        await other()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hold())
        tasks.create_task(wait())
        await until(_somebody_waits)
        waited_for.set()


async def _somebody_waits() -> bool:
    async with connection() as raw:
        return bool(await raw.fetchval("SELECT true FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))
