"""`kutse migrate`."""

from __future__ import annotations

import asyncio

import rich_click as click

from service.cli import context
from service.errors import UnableToStart
from service.persistence import migrations
from service.settings import Settings


@click.command()
def migrate() -> None:
    """Bring the database up to date.

    Any number of these may run at once; they take turns. `kutse up` does it by itself.
    """
    found = context.settings(role="migrate")
    done = asyncio.run(_migrate(found))
    for one in done:
        click.echo(f"Done: {one}")
    if not done:
        click.echo("The database is up to date.")


async def _migrate(found: Settings) -> list[str]:
    async with context.connected(found):
        return await to_newest(found)


async def to_newest(found: Settings) -> list[str]:
    """Run what is missing, on an open pool; raises UnableToStart when the database is newer than this Kutse."""
    if unknown := await migrations.unknown():
        raise UnableToStart(
            f"The database was migrated by a newer Kutse (this one does not know {unknown[-1]}): install that version, or restore a backup."
        )
    return await migrations.migrate(url=context.database_url(found))
