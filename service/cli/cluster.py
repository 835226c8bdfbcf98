"""`kutse cluster`."""

from __future__ import annotations

import asyncio
from typing import Any

import rich_click as click

from service.cli import context
from service.clusters.profile import Profile
from service.settings import Settings
from service.upkeep import founding


@click.group()
def cluster() -> None:
    """The clusters of this installation."""


@cluster.command()
@click.option("--slug", prompt="Short name for links (letters, digits, hyphens)", help="The first part of its pages' addresses, for ever.")
@click.option("--name", prompt=True, help="As it stands on pages and letters.")
@click.option("--languages", prompt="Languages, the default one first (en et ru pl cnr)", help="Parted by commas or spaces.")
@click.option("--zone", prompt="Time zone", default="Europe/Tallinn", show_default=True, help="An IANA name.")
@click.option("--sender-name", prompt="Letters are from (name)", help="The name in From.")
@click.option("--sender-address", prompt="Letters are from (address)", help="The address in From; its domain needs SPF, DKIM and DMARC.")
@click.option("--contact-address", prompt="Answers go to (address)", help="The Reply-To, and the contact on every letter.")
@click.option("--postal-address", prompt="Postal address (stands on every letter)", help="The law asks for it on newsletters.")
@click.option("--region", default="", help="Such as a county.")
@click.option("--website", default="", help="The cluster's own site.")
@click.option("--brand-color", default="#0b5c6b", show_default=True, help="As #rrggbb.")
def create(languages: str, **texts: Any) -> None:
    """Make a cluster with its usual topics.

    What is not given as an option is asked for.
    """
    found = context.settings(role="cluster")
    profile = Profile(languages=tuple(languages.replace(",", " ").split()), **texts)
    slug = asyncio.run(_create(found, profile))
    click.echo(f"The cluster stands at {found.site.url}/{slug}. Let somebody in: kutse coordinator create ADDRESS --cluster {slug}")


async def _create(found: Settings, profile: Profile) -> str:
    async with context.connected(found):
        made = await founding.found_cluster(profile=profile, mail_domain=found.mail_domain, now=context.now())
        return str(made.slug)
