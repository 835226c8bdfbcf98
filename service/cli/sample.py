"""`kutse sample`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from service.cli import context
from service.clusters import samples
from service.sample import loading
from service.settings import Settings


@click.group()
def sample() -> None:
    """Sample clusters to look around with.

    They are only ever loaded where `kutse up` runs the database and the mail catcher itself: no letter to a sample person leaves the machine.
    """


@sample.command()
def load() -> None:
    """Load the five sample clusters with their people, events, calls and newsletters."""
    found = context.with_secret(context.settings(role="sample"))
    if not found.sample_allowed:
        raise click.ClickException("Sample clusters are only loaded where `kutse up` runs PostgreSQL and the mail catcher itself.")
    asyncio.run(_connected(found, load_all))


@sample.command()
@click.confirmation_option(prompt="Remove all sample clusters and everything in them?")
def remove() -> None:
    """Remove the sample clusters, and nothing else."""
    found = context.with_secret(context.settings(role="sample"))
    asyncio.run(_connected(found, _remove_all))


async def load_all(found: Settings) -> None:
    """Load the samples on an open pool, with a progress bar; whoever calls has looked at `sample_allowed`."""
    console = Console(stderr=True)
    with _bar(console) as progress:
        task = progress.add_task("Loading sample clusters", total=None)

        def told(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)
            if not console.is_terminal:
                console.print(f"Loading sample clusters: {done} of {total}")

        await loading.load(links=context.links(found), mail_domain=found.mail_domain, now=context.now(), progress=told)


async def _remove_all(_found: Settings) -> None:
    gone = await samples.remove(now=context.now())
    click.echo(f"{gone} sample clusters are gone." if gone else "There were no sample clusters.")


async def _connected(found: Settings, work: Callable[[Settings], Awaitable[None]]) -> None:
    async with context.connected(found):
        await work(found)


def _bar(console: Console) -> Progress:
    """Nothing where nobody watches: there a line for each cluster stands in a log."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)
