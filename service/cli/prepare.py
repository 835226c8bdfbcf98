"""`kutse prepare`: what `kutse up` does between its servers and its programs, in a child of its own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import rich_click as click

from service.cli import context, coordinator, migrate, sample
from service.clusters import directory
from service.identity import accounts, one_time
from service.identity.one_time import Purpose
from service.identity.tables import Coordinator
from service.settings import Settings
from service.supervisor import state

FIRST_COORDINATOR = "office@example.org"
"""Of an installation with sample data, where no letter leaves the machine."""


@click.command(hidden=True)
@click.option("--into", type=click.Path(path_type=Path), required=True, help="The file that is told what was done.")
def prepare(into: Path) -> None:
    """Migrate, load samples where that is allowed, and open the way in for the first coordinator."""
    found = context.with_secret(context.settings(role="prepare"))
    state.write(into, json.dumps(asyncio.run(_prepare(found))))


async def _prepare(found: Settings) -> dict[str, Any]:
    async with context.connected(found):
        await migrate.to_newest(found)
        if found.sample_allowed and not await _somebody_was_here():
            await sample.load_all(found)
        return await _way_in(found)


async def _somebody_was_here() -> bool:
    """Whether there is a cluster, or a coordinator, who may have removed the samples: what was removed does not come back by itself."""
    return bool(await directory.all()) or await accounts.any()


async def _way_in(found: Settings) -> dict[str, Any]:
    """A one-time link for whoever has no password yet: into the console on a sample installation, to the set-up page elsewhere."""
    if found.sample_allowed:
        first = await _first_coordinator()
        if first is not None:
            return {"sign_in": await coordinator.sign_in_link(found, first), "coordinator": first.address}
    elif not await accounts.any():
        row = await one_time.issue(purpose=Purpose.WELCOME, now=context.now())
        return {"welcome": context.links(found).welcome(one_time_id=row.id, expires_at=row.expires_at)}
    return {}


async def _first_coordinator() -> Coordinator | None:
    """The one we made, made now when there is nobody; None once they have a password or somebody else came first."""
    if not await accounts.any():
        return await accounts.create(address=FIRST_COORDINATOR, name="Cluster office", language="en", is_operator=True, now=context.now())
    first = await accounts.by_address(address=FIRST_COORDINATOR)
    return first if first and first.password_hash is None and first.disabled_at is None else None
