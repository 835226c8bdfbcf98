"""The migration runner: Piccolo's, under an advisory lock, so that any number of processes may call it at once.

A migration is a module of a room's `piccolo_migrations/` that states SQL forwards and back (`from_sql`). File names are
unique over all rooms, because Piccolo imports them by name alone.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import AppConfig
from piccolo.table import Table

from service.persistence.engine import connection
from service.persistence.rooms import ROOMS_THAT_STORE

_LOCK = 0x6B757473  # "kuts"
_SERVICE = Path(__file__).parent.parent


def app(room: str, *, tables: Sequence[type[Table]], after: Sequence[str] = ()) -> AppConfig:
    """The Piccolo app of a room; `after` names the rooms whose tables it refers to."""
    return AppConfig(
        app_name=room,
        migrations_folder_path=str(_SERVICE / room / "piccolo_migrations"),
        table_classes=list(tables),
        migration_dependencies=[f"service.{one}.piccolo_app" for one in after],
    )


def from_sql(*, room: str, id: str, description: str, forwards: str, backwards: str) -> MigrationManager:
    """A migration of plain SQL; several statements are parted by semicolons, as psql takes them."""
    manager = MigrationManager(migration_id=id, app_name=room, description=description)

    async def up() -> None:
        async with connection() as raw:
            await raw.execute(forwards)

    async def down() -> None:
        async with connection() as raw:
            await raw.execute(backwards)

    manager.add_raw(up)
    manager.add_raw_backwards(down)
    return manager


async def migrate(*, url: str) -> list[str]:
    """Bring the database up to date; returns the ids that were run, oldest first. Needs `engine.connect` before."""
    lock = await asyncpg.connect(url)
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", _LOCK)
        before = await _done()
        with contextlib.redirect_stdout(io.StringIO()) as told:
            result = await run_forwards("all")
        if not result.success:
            raise RuntimeError(told.getvalue())
        return sorted(await _done() - before)
    finally:
        await lock.close()


async def pending() -> list[str]:
    """Ids of migrations this code knows and the database has not had; empty when it is up to date."""
    return sorted(_known() - await _done())


async def unknown() -> list[str]:
    """Ids the database has had and this code does not know: the database is from a newer Kutse."""
    return sorted(await _done() - _known())


async def _done() -> set[str]:
    async with connection() as raw:
        if not await raw.fetchval("SELECT to_regclass('migration') IS NOT NULL"):
            return set()
    rows = await Migration.select(Migration.app_name, Migration.name)
    return {f"{row['app_name']}:{row['name']}" for row in rows}


def _known() -> set[str]:
    known = set()
    for room in ROOMS_THAT_STORE:
        for path in (_SERVICE / room / "piccolo_migrations").glob("*.py"):
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.startswith("ID = "):
                    known.add(f"{room}:{line.split('=', 1)[1].strip().strip(chr(34))}")
    return known
