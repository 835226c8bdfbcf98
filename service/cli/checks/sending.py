"""Whether the world lets our relays send for a domain: SPF, the names of the sending addresses, and whether bounces' domain speaks for the sender's."""

from __future__ import annotations

from collections.abc import Iterator

import dns.reversename

from service.cli.checks import spf as policy
from service.cli.checks.finding import Finding, bad, doubtful, good
from service.cli.checks.records import Record, host, mechanisms
from service.cli.checks.records import spf as wanted
from service.cli.checks.spf import Ask, Result
from service.settings import Settings

_NOBODYS = "192.0.2.1"  # an address that nobody sends from (RFC 5737)


def spf(domain: str, settings: Settings, ask: Ask) -> Finding:
    """Whether it lets our relays send."""
    found = policy.records(domain, ask)
    if not found:
        return bad(f"{domain} has no SPF record", f"Add it: {wanted(domain, settings).line}")
    if len(found) > 1:
        return bad(f"{domain} has {len(found)} SPF records, which counts as none", "Join them into one.")
    anybody = policy.check(_NOBODYS, domain, ask)
    if anybody is Result.ERROR:
        return bad(
            f"{domain} has an SPF record that nobody can evaluate: {found[0]}",
            "It may ask DNS ten times, and what it includes must have a record of its own.",
        )
    if anybody is Result.PASS:
        return doubtful(f"{domain} lets everybody send: {found[0]}", "End it with ~all.")
    advice = f"Make it: {proposed(domain, settings, ask).line}"
    unnamed = next(_unnamed(domain, settings, ask, advice), None)
    return unnamed or good(f"{domain} lets our relay send: {found[0]}")


def proposed(domain: str, settings: Settings, ask: Ask) -> Record:
    """The record with our relays in it, whatever else it says already."""
    found = policy.records(domain, ask)
    return wanted(domain, settings, found[0] if len(found) == 1 else None)


def _unnamed(domain: str, settings: Settings, ask: Ask, advice: str) -> Iterator[Finding]:
    """The relays that may not send for the domain."""
    included = policy.included(domain, ask)
    for mechanism in mechanisms(settings):
        kind, _, name = mechanism.partition(":")
        if kind == "include":
            if name not in included:
                yield bad(f"{domain} has an SPF record without {mechanism}, which our relay needs", advice)
        elif not any(_organisation(one) == _organisation(name) for one in included):
            yield from _refused(domain, name, ask, advice)


def _refused(domain: str, relay: str, ask: Ask, advice: str) -> Iterator[Finding]:
    results = {one: policy.check(one, domain, ask) for one in policy.addresses(relay, ask)}
    wrong = [one for one, result in results.items() if result is not Result.PASS]
    if not results:
        yield doubtful(f"{relay} has no address in DNS", f"Let {domain}'s SPF record name the addresses that our letters leave from.")
    elif wrong:
        report = bad if len(wrong) == len(results) and Result.FAIL in results.values() else doubtful
        yield report(
            f"{domain} has an SPF record that does not let {relay} ({', '.join(wrong)}) send",
            f"{advice} Where {relay} sends from other addresses, ask who runs it what to name.",
        )


def names(settings: Settings, ask: Ask) -> list[Finding]:
    """Whether the addresses that letters leave from have names that lead back to them; providers see to theirs."""
    hosts = sorted({name for one in mechanisms(settings) for kind, _, name in [one.partition(":")] if kind != "include"})
    return [_name(address, ask) for one in hosts for address in policy.addresses(one, ask)]


def _name(address: str, ask: Ask) -> Finding:
    found = ask(dns.reversename.from_address(address).to_text().rstrip("."), "PTR") or []
    back = [name.rstrip(".") for name in found if address in policy.addresses(name.rstrip("."), ask)]
    if back:
        return good(f"{address} is called {back[0]}, which leads back to it")
    told = f"is called {found[0].rstrip('.')}, which does not lead back to it" if found else "has no name in DNS (PTR)"
    return doubtful(
        f"{address} {told}: large providers refuse mail from it", "Ask who gives you the address to set it, if letters leave from it."
    )


def alignment(domain: str, organisations: set[str], settings: Settings) -> Finding | None:
    """Whether SPF of the bounces' domain counts for the sender's (DMARC, relaxed). `organisations`: the names above it that have a policy, and itself."""
    returns = settings.mail_domain
    if any(f".{returns}".endswith(f".{one}") for one in organisations) or domain.endswith(f".{returns}"):
        return None
    return doubtful(
        f"Bounces of letters from {domain} go to {returns}, so that SPF does not count for DMARC",
        f"Let KUTSE_MAIL_DOMAIN lie under {domain}, or see that every letter is signed (`kutse dkim`).",
    )


def mx(domain: str, settings: Settings, ask: Ask) -> Finding:
    """Whether mail to it comes in; to the domain of return addresses, whether it comes to us."""
    found = [one.split()[-1].rstrip(".") for one in ask(domain, "MX") or []]
    if not found:
        return bad(
            f"{domain} has no MX: answers and bounces cannot come back", f"Let an MX record of {domain} name a server that takes its mail."
        )
    ours = host(settings)
    mailbox = settings.returns.mailbox
    if domain != settings.mail_domain or ours in found:
        return good(f"{domain} takes mail at {found[0]}")
    if mailbox is not None:
        return good(f"{domain} takes mail at {found[0]}, and {mailbox.username} at {mailbox.host} is read for what comes back")
    if set(policy.addresses(ours, ask)) & {address for one in found for address in policy.addresses(one, ask)}:
        return good(f"{domain} takes mail at {found[0]}, which is this machine")
    return doubtful(
        f"{domain} takes mail at {found[0]}, which is not {ours}: bounces and answers may never reach `kutse intake`",
        f"Let the MX be {ours}, let {found[0]} pass bounce+…, reply+… and leave+… on to it, or have a mailbox read (KUTSE_IMAP_HOST).",
    )


def _organisation(name: str) -> str:
    return ".".join(name.split(".")[-2:])
