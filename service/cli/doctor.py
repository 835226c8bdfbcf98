"""`kutse doctor`."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterable

import rich_click as click
from asyncpg import PostgresError
from rich.console import Console
from rich.markup import escape

from service.cli import context, dkim
from service.cli.checks import dns, relay, servers, site
from service.cli.checks.dns import Selector
from service.cli.checks.finding import MARKS, Finding, Standing
from service.clusters import directory
from service.delivery import signing_keys
from service.errors import UnableToStart
from service.settings import Settings
from service.tokens import Keys


@click.command()
def doctor() -> None:
    """Look for what keeps Kutse from working, and say what to do about it.

    Settings, folders, PostgreSQL and its clock, Valkey or Redis, the mail relays, and the DNS records of the domains that letters come from.
    Nothing is changed and no mail is sent. The exit status is 1 when something does not work.
    """
    found = context.settings(role="doctor")
    console = Console(highlight=False, soft_wrap=True)
    standings = set()
    for title, findings in _look(found):
        console.print(f"\n[bold]{title}[/bold]")
        for one in findings:
            standings.add(one.standing)
            console.print(f"  {MARKS[one.standing]} {escape(one.seen)}")
            if one.advice:
                console.print(f"    [dim]→[/dim] {escape(one.advice)}")
    console.print()
    sys.exit(1 if Standing.BAD in standings else 0)


def _look(found: Settings) -> Iterable[tuple[str, list[Finding]]]:
    """One after the other, so that each is shown when it is known."""
    yield "Site", site.look(found)
    yield "Database", asyncio.run(servers.database(found))
    yield "Queue", [servers.queue(found)]
    yield "Mail", relay.look(found)
    if found.relays:
        domains = asyncio.run(_domains(found))
        yield "DNS", dns.look(domains, settings=found, selectors=domains)


async def _domains(found: Settings) -> dict[str, list[Selector]]:
    """Where letters come from, with the keys of each: the clusters' senders, and our own domain for bounces."""
    senders: dict[str, list[Selector]] = {}
    with contextlib.suppress(UnableToStart, PostgresError):
        async with context.connected(found):
            for cluster in await directory.all():
                domain = signing_keys.domain_of(cluster.sender_address)
                senders[domain] = dkim.selectors(await signing_keys.of(domain=domain), _keys(found))
    return {found.mail_domain: [], **senders}


def _keys(found: Settings) -> Keys:
    try:
        return Keys(found.secrets)
    except UnableToStart:  # told under "Site"; no key opens without one
        return Keys(())
