"""The tables as Piccolo knows them and the schema that the migrations make are one; every migration goes back as well."""

import asyncio
import json
import os
import sys
from pathlib import Path

import asyncpg
import pytest
from piccolo.table import Table

from service.persistence import migrations
from service.persistence.engine import connection
from service.persistence.piccolo_conf import APP_REGISTRY
from service.persistence.rooms import ROOMS_THAT_STORE

TABLES = [table for app in APP_REGISTRY.app_configs.values() for table in app.table_classes]
SERVICE = Path(migrations.__file__).parent.parent

_COLUMNS = """
SELECT column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1
"""
_UNINDEXED = """
SELECT c.conrelid::regclass || '.' || a.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND NOT EXISTS (
    SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]
)
"""


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table._meta.tablename)
async def test_piccolo_and_the_schema_know_the_same_columns(database: None, table: type[Table]) -> None:
    async with connection() as raw:
        rows = await raw.fetch(_COLUMNS, table._meta.tablename)
    in_schema = {row["column_name"]: row["nullable"] for row in rows}
    in_piccolo = {column._meta.db_column_name: column._meta.null for column in table._meta.columns}
    assert in_piccolo == in_schema


async def test_every_table_of_the_schema_belongs_to_a_room(database: None) -> None:
    async with connection() as raw:
        names = {row[0] for row in await raw.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert names == {table._meta.tablename for table in TABLES} | {"migration"}


async def test_every_foreign_key_is_indexed(database: None) -> None:
    async with connection() as raw:
        assert [row[0] for row in await raw.fetch(_UNINDEXED)] == []


async def test_nothing_is_pending_and_nothing_unknown_after_migrating(database: None) -> None:
    assert await migrations.pending() == []
    assert await migrations.unknown() == []


async def test_a_database_of_a_newer_kutse_is_recognised(database: None) -> None:
    async with connection() as raw:
        await raw.execute("INSERT INTO migration (name, app_name, ran_on) VALUES ('2099-01-01', 'people', now())")
        try:
            assert await migrations.unknown() == ["people:2099-01-01"]
        finally:
            await raw.execute("DELETE FROM migration WHERE name = '2099-01-01'")


def test_names_of_migrations_are_unique_over_all_rooms() -> None:
    names = [path.stem for path in SERVICE.glob("*/piccolo_migrations/*.py") if path.stem != "__init__"]
    assert len(names) == len(set(names))
    assert len(names) >= len(ROOMS_THAT_STORE)


async def test_two_processes_that_migrate_at_once_take_turns_and_all_can_be_taken_back(tmp_path: Path) -> None:
    url = os.environ["KUTSE_TEST_POSTGRES"]
    name = f"kutse_migrate_{os.getpid()}"
    admin = await asyncpg.connect(url.format(database="postgres"))
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        both = await asyncio.gather(_migrate(url.format(database=name)), _migrate(url.format(database=name)))
        assert sorted(both, key=len)[0] == []
        assert len(sorted(both, key=len)[1]) >= len(ROOMS_THAT_STORE)
        assert await _backwards(url.format(database=name)) == ["migration"]
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


_MIGRATE = """
import asyncio, json, sys
from service.persistence import engine, migrations
async def main():
    await engine.connect(url=sys.argv[1], pool_size=2)
    print(json.dumps(await migrations.migrate(url=sys.argv[1])))
    await engine.close()
asyncio.run(main())
"""

_BACK = """
import asyncio, sys
from piccolo.apps.migrations.commands.backwards import run_backwards
from service.persistence import engine
from service.persistence.rooms import ROOMS_THAT_STORE
async def main():
    await engine.connect(url=sys.argv[1], pool_size=2)
    for room in reversed(ROOMS_THAT_STORE):
        assert (await run_backwards(room, "all", auto_agree=True)).success
    await engine.close()
asyncio.run(main())
"""


async def _migrate(url: str) -> list[str]:

    done: list[str] = json.loads((await _python(_MIGRATE, url)).splitlines()[-1])
    return done


async def _backwards(url: str) -> list[str]:
    await _python(_BACK, url)
    raw = await asyncpg.connect(url)
    try:
        return [row[0] for row in await raw.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    finally:
        await raw.close()


async def _python(code: str, *arguments: str) -> str:

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, *arguments, cwd=SERVICE.parent, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()
