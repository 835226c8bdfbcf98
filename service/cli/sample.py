"""`kutse sample`."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from typing import Any

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from service.cli import context
from service.errors import Refused
from service.settings import Settings


@click.group()
def sample() -> None:
    """Sample clusters to look around with.

    They are only ever loaded where `kutse up` runs the database and the mail catcher itself: no letter to a sample person leaves the machine.
    """


@sample.command()
def load() -> None:
    """Load the five sample clusters with their people, events, calls and newsletters."""
    found = context.settings(role="sample")
    asyncio.run(_connected(found, load_all))


@sample.command()
@click.confirmation_option(prompt="Remove all sample clusters and everything in them?")
def remove() -> None:
    """Remove the sample clusters, and nothing else."""
    found = context.settings(role="sample")
    asyncio.run(_connected(found, _remove_all))


async def load_all(found: Settings) -> None:
    """Load the samples on an open pool, with a progress bar; raises Refused on servers that are not the embedded ones."""
    if not found.sample_allowed:
        raise Refused("Sample clusters are only loaded where `kutse up` runs PostgreSQL and the mail catcher itself.")
    with _bar() as progress:
        task = progress.add_task("Loading sample clusters", total=None)

        def told(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        await _room("loading").load(mail_domain=found.mail_domain, now=context.now(), progress=told)


async def _remove_all(_found: Settings) -> None:
    await _room("removal").remove(now=context.now())
    click.echo("The sample clusters are gone.")


async def _connected(found: Settings, work: Any) -> None:
    async with context.connected(found):
        await work(found)


def there_are_some() -> bool:
    """Whether this Kutse brings samples."""
    return importlib.util.find_spec("service.sample") is not None


def _room(module: str) -> Any:
    return importlib.import_module(f"service.sample.{module}")


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=Console(stderr=True))
