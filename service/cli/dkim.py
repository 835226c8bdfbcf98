"""`kutse dkim`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import rich_click as click
from rich.console import Console
from rich.markup import escape

from service.cli import context
from service.cli.checks import dns, records, sending
from service.cli.checks.dns import Ask, Selector
from service.cli.checks.finding import MARKS, Finding, Standing, doubtful
from service.cli.checks.records import Record
from service.clusters import directory
from service.delivery import signing_keys
from service.delivery.tables import SigningKey
from service.settings import Settings
from service.tokens import Keys

KEPT = timedelta(days=7)
"""How long the record of a replaced key stays: letters on the way are verified until then."""

_REWRITING = (".amazonaws.com", ".postmarkapp.com", ".brevo.com", ".sendinblue.com")
_REWRITES = (
    "Nothing was changed: {hosts} writes its own Message-ID into letters, which breaks our signatures. Let it sign with keys of its own."
)
_PUBLISH = "Publish the records; when they are all found, begin to sign with: kutse dkim {slug} --activate"
_WAITING = {
    (False, False): "Nothing is signed.",
    (False, True): f"Nothing is signed yet. {_PUBLISH}",
    (True, True): f"The former keys sign until the new ones are found. {_PUBLISH}",
    (True, False): "Letters are signed with both keys.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What was found about a record, and the record itself where it is for the operator to publish."""

    finding: Finding
    record: Record | None = None


@click.command()
@click.argument("slug", metavar="CLUSTER")
@click.option("--activate", "step", flag_value="activate", help="Sign with the new keys, once DNS has both.")
@click.option("--rotate", "step", flag_value="rotate", help="Make new keys; the former ones sign until the new ones are activated.")
@click.option("--retire", "step", flag_value="retire", help="Forget keys that were replaced more than a week ago.")
@click.option("--stop", "step", flag_value="stop", help="Sign no more.")
@click.option("--force", is_flag=True, help="Activate what DNS does not show or a relay will break, retire what was replaced just now.")
def dkim(slug: str, step: str | None, force: bool) -> None:
    """Sign a cluster's letters, and show the DNS records that they need.

    The first call makes the keys (RSA-2048 and Ed25519) of the domain of the cluster's sender address. Publish what it prints, and begin with `--activate`.
    Clusters with senders of one domain share its keys.
    """
    found = context.settings(role="dkim")
    said, shown = asyncio.run(_connected(found, slug, step, force))
    console = Console(highlight=False, soft_wrap=True)
    for one in shown:
        for line in _lines(one):
            console.print(line)
    console.print(f"\n{escape(said)}")


def selectors(known: Iterable[SigningKey], keys: Keys) -> list[Selector]:
    """A domain's keys as DNS is asked for them."""
    return [
        Selector(f"{key.selector}._domainkey.{key.domain}", signing_keys.record(key), key.state, signing_keys.opens(key, keys=keys))
        for key in known
    ]


async def carry_out(
    *, settings: Settings, slug: str, step: str | None, force: bool, now: datetime, ask: Ask = dns.ask
) -> tuple[str, list[Shown]]:
    """Do the step; then the sentence that says how it stands, and the records. Raises ClickException where nothing was done."""
    keys = Keys(settings.secrets)
    cluster = await directory.by_slug(slug=slug)
    domain = signing_keys.domain_of(cluster.sender_address)
    made = [f"Keys for {domain} were made."] if await signing_keys.ensure(domain=domain, keys=keys, now=now) else []
    await signing_keys.reseal(domain=domain, keys=keys)
    if step == "activate" and not force and (rewriting := [one.host for one in settings.relays if one.host.endswith(_REWRITING)]):
        raise click.ClickException(_REWRITES.format(hosts=", ".join(rewriting)))
    done = await _step(step, domain, force=force, keys=keys, now=now, ask=ask)
    known = await signing_keys.of(domain=domain)
    shown = await asyncio.to_thread(_look, domain, selectors(known, keys), settings, ask)
    states = {key.state for key in known}
    says = _WAITING["active" in states, "made" in states].format(slug=slug)
    return " ".join([*made, *done, says, *_replaced(known, slug)]), shown


async def _connected(found: Settings, slug: str, step: str | None, force: bool) -> tuple[str, list[Shown]]:
    async with context.connected(found):
        return await carry_out(settings=found, slug=slug, step=step, force=force, now=context.now())


async def _step(step: str | None, domain: str, *, force: bool, keys: Keys, now: datetime, ask: Ask) -> list[str]:
    if step == "activate":
        await _activate(domain, force=force, keys=keys, now=now, ask=ask)
    elif step == "rotate" and not await signing_keys.rotate(domain=domain, keys=keys, now=now):
        raise click.ClickException("New keys wait already: publish them, then --activate.")
    elif step == "stop" and not await signing_keys.stop(domain=domain, now=now):
        raise click.ClickException("Nothing was signed.")
    elif step == "retire":
        gone = await signing_keys.retire(domain=domain, before=now if force else now - KEPT)
        if not gone:
            raise click.ClickException("No keys were replaced more than a week ago.")
        return [f"Take these records out of DNS: {', '.join(f'{one}._domainkey.{domain}' for one in gone)}."]
    return []


async def _activate(domain: str, *, force: bool, keys: Keys, now: datetime, ask: Ask) -> None:
    """A key that nobody finds makes every letter's signature a broken one."""
    waiting = [one for one in selectors(await signing_keys.of(domain=domain), keys) if one.state == "made"]
    if not force and (missing := await asyncio.to_thread(_not_found, waiting, ask)):
        raise click.ClickException(f"Nothing was changed, because {'; '.join(missing)}. Publish first; DNS may need an hour.")
    if not await signing_keys.activate(domain=domain, now=now):
        raise click.ClickException("No keys wait: letters are signed already, or --rotate makes new keys.")


def _not_found(waiting: Sequence[Selector], ask: Ask) -> list[str]:
    try:
        return [found.seen for one in waiting if (found := dns.key(one._replace(state="active"), ask)).standing is not Standing.GOOD]
    except OSError as error:
        return [f"DNS cannot be asked from here ({error}), and --force was not said"]


def _look(domain: str, ours: Sequence[Selector], settings: Settings, ask: Ask) -> list[Shown]:
    """Our keys with their records always; of the others the records that are missing."""
    published = [Record(one.name, "TXT", one.record) for one in ours]
    names = sorted({domain, settings.mail_domain})
    others = [*(records.spf(name, settings) for name in names), records.dmarc(domain), records.mx(settings)]
    if not dns.is_real(domain):
        unreal = doubtful(f"{domain} is not a domain that mail can come from", "Give the cluster a sender address of your own domain.")
        return [Shown(unreal), *(Shown(doubtful(one.name, "Publish:"), one) for one in [*published, *others])]
    try:
        keys = [Shown(dns.key(one, ask), record) for one, record in zip(ours, published, strict=True)]
        rest = [(sending.spf(name, settings, ask), sending.proposed(name, settings, ask)) for name in names]
        rest += [(dns.dmarc(domain, ask), records.dmarc(domain)), (sending.mx(settings.mail_domain, settings, ask), records.mx(settings))]
    except OSError as error:
        return [Shown(dns.unasked(error)), *(Shown(doubtful(one.name, "Publish:"), one) for one in published)]
    return [*keys, *(Shown(finding, None if finding.standing is Standing.GOOD else record) for finding, record in rest)]


def _replaced(known: Iterable[SigningKey], slug: str) -> Iterator[str]:
    old = [key for key in known if key.state == "replaced"]
    if old:
        until = max(key.replaced_at for key in old) + KEPT
        yield f"Records of replaced keys stay in DNS until {until:%d %B %Y}; then: kutse dkim {slug} --retire"


def _lines(one: Shown) -> Iterator[str]:
    yield f"\n{MARKS[one.finding.standing]} {escape(one.finding.seen)}"
    if one.finding.advice:
        yield f"  [dim]→[/dim] {escape(one.finding.advice)}"
    if one.record is not None:
        yield f"  {escape(one.record.line)}"
