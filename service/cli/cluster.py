"""`kutse cluster`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import rich_click as click

from service.cli import context
from service.clusters import directory, images
from service.clusters.profile import Profile
from service.clusters.tables import Cluster
from service.errors import Refused
from service.languages.locales import LANGUAGES
from service.persistence.transaction import transaction
from service.settings import Settings
from service.upkeep import founding

_LOGO = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def cluster() -> None:
    """The clusters of this installation."""


@cluster.command("list")
def everyone() -> None:
    """Show every cluster: short name, name, languages, zone."""
    for one in asyncio.run(_everyone(context.settings(role="cluster"))):
        click.echo(f"{one.slug}\t{one.name}\t{' '.join(one.languages)}\t{one.zone}")


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
@click.option("--quiet-from", default="", help="No newsletters from this time on, such as 22:00.")
@click.option("--quiet-to", default="", help="And until this one, such as 08:00.")
@click.option("--logo", type=_LOGO, help="A PNG, JPEG or WebP file of at most 5 MB.")
def create(languages: str, logo: Path | None, **texts: Any) -> None:
    """Make a cluster with its usual topics.

    What is not given as an option is asked for.
    """
    found = context.settings(role="cluster")
    slug = asyncio.run(_create(found, Profile(languages=_parted(languages), **texts), logo.read_bytes() if logo else None))
    click.echo(f"The cluster stands at {found.site.url}/{slug}. Let somebody in: kutse coordinator create ADDRESS --cluster {slug}")


@cluster.command()
@click.argument("slug")
@click.option("--name", help="As it stands on pages and letters.")
@click.option("--languages", help="Parted by commas or spaces, the default one first.")
@click.option("--zone", help="An IANA name.")
@click.option("--sender-name", help="The name in From.")
@click.option("--sender-address", help="The address in From.")
@click.option("--contact-address", help="The Reply-To, and the contact on every letter.")
@click.option("--postal-address", help="Stands on every letter.")
@click.option("--region", help="Such as a county.")
@click.option("--website", help="The cluster's own site.")
@click.option("--brand-color", help="As #rrggbb.")
@click.option("--quiet-from", help="No newsletters from this time on, such as 22:00; empty with the next one for none.")
@click.option("--quiet-to", help="And until this one, such as 08:00.")
@click.option("--logo", type=_LOGO, help="A PNG, JPEG or WebP file of at most 5 MB.")
def edit(slug: str, languages: str | None, logo: Path | None, **texts: Any) -> None:
    """Change a cluster: only what is given; the rest stays as it is."""
    given = {name: text for name, text in texts.items() if text is not None}
    if languages is not None:
        given["languages"] = _parted(languages)
    if not given and logo is None:
        raise click.UsageError("Say what to change; `kutse cluster edit --help` tells what there is.")
    asyncio.run(_edit(context.settings(role="cluster"), slug, given, logo.read_bytes() if logo else None))
    click.echo(f"Changed: {', '.join([*given, *(['logo'] if logo else [])])}.")


def _parted(languages: str) -> tuple[str, ...]:
    parted = tuple(languages.replace(",", " ").split())
    if unknown := [one for one in parted if one not in LANGUAGES]:
        raise click.BadParameter(f"{', '.join(unknown)}: choose from {' '.join(LANGUAGES)}.", param_hint="--languages")
    return parted


async def _everyone(found: Settings) -> list[Cluster]:
    async with context.connected(found):
        return await directory.all()


async def _create(found: Settings, profile: Profile, logo: bytes | None) -> str:
    async with context.connected(found), transaction():
        made = await founding.found_cluster(profile=profile, mail_domain=found.mail_domain, now=context.now())
        if logo is not None:
            await _change(made, {}, logo)
        return str(made.slug)


async def _edit(found: Settings, slug: str, given: dict[str, Any], logo: bytes | None) -> None:
    async with context.connected(found):
        await _change(await directory.by_slug(slug=slug), given, logo)


async def _change(changed: Cluster, given: dict[str, Any], logo: bytes | None) -> None:
    if logo is not None:
        given = {**given, "logo_digest": await _kept(logo, changed.id)}
    profile = replace(directory.profile(changed), **given)
    await directory.edit(cluster_id=changed.id, profile=profile, version=changed.version, now=context.now(), actor_id=None)


async def _kept(logo: bytes, cluster_id: int) -> str:
    try:
        return str((await images.store(cluster_id=cluster_id, content=logo, now=context.now())).digest)
    except Refused as error:
        raise click.BadParameter(error.problems[0].text, param_hint="--logo") from error
