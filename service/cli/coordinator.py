"""`kutse coordinator`."""

from __future__ import annotations

import asyncio
from typing import Any

import rich_click as click

from service.cli import context
from service.clusters import directory
from service.identity import access, accounts, one_time
from service.identity.one_time import Purpose
from service.identity.tables import Coordinator
from service.languages.locales import LANGUAGES
from service.persistence.transaction import transaction
from service.settings import Settings


@click.group()
def coordinator() -> None:
    """The people of the office, who sign in to the console."""


@coordinator.command()
@click.argument("address")
@click.option("--name", default="", help="As colleagues see it.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the console and of letters to them.")
@click.option("--cluster", "clusters", multiple=True, metavar="SLUG", help="A cluster they work for; may be given several times.")
@click.option("--operator", is_flag=True, help="Runs the installation and sees all clusters.")
def create(address: str, name: str, language: str, clusters: tuple[str, ...], operator: bool) -> None:
    """Make an account for ADDRESS, and a one-time link by which they sign in and choose a password."""
    found = context.with_secret(context.settings(role="coordinator"))
    click.echo(asyncio.run(_create(found, clusters, address=address, name=name, language=language, is_operator=operator)))


@coordinator.command()
@click.argument("address")
def link(address: str) -> None:
    """Make a one-time sign-in link for ADDRESS, who has lost the password."""
    found = context.with_secret(context.settings(role="coordinator"))
    click.echo(asyncio.run(_link(found, address)))


async def sign_in_link(found: Settings, owner: Coordinator) -> str:
    """A fresh one-time link into the console, on an open pool."""
    row = await one_time.issue(purpose=Purpose.SIGN_IN, coordinator_id=owner.id, now=context.now())
    return context.links(found).sign_in(one_time_id=row.id, expires_at=row.expires_at)


async def _create(found: Settings, clusters: tuple[str, ...], **account: Any) -> str:
    async with context.connected(found):
        async with transaction():
            made = await accounts.create(**account, now=context.now())
            for slug in clusters:
                joined = await directory.by_slug(slug=slug)
                await access.join(coordinator_id=made.id, cluster_id=joined.id, now=context.now())
        return await sign_in_link(found, made)


async def _link(found: Settings, address: str) -> str:
    async with context.connected(found):
        owner = await accounts.by_address(address=address)
        if owner is None:
            raise click.ClickException("There is no coordinator with this address: make one with `kutse coordinator create`.")
        return await sign_in_link(found, owner)
