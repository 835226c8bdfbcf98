"""What the world finds in DNS about the domains that letters come from: MX, SPF, DKIM, DMARC (RFC 7208, 6376, 9989)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import dns.exception
import dns.resolver

from service.cli.checks.finding import Finding, bad, doubtful, good

Ask = Callable[[str, str], list[str] | None]
"""Name and type → the records as text; None where the name itself does not exist. Raises OSError when DNS cannot be asked."""

_NOT_IN_DNS = ("localhost", ".example", ".test", ".invalid", ".local", ".internal", "example.org", "example.net", "example.com")


def ask(name: str, kind: str) -> list[str] | None:
    """Ask the machine's resolver."""
    try:
        answer = dns.resolver.resolve(name, kind, lifetime=5)
    except dns.resolver.NXDOMAIN:
        return None
    except dns.resolver.NoAnswer:
        return []
    except dns.exception.DNSException as error:
        raise OSError(str(error)) from error
    return [_text(record, kind) for record in answer]


def look(domains: Iterable[str], *, ask: Ask = ask) -> list[Finding]:
    """Findings for each domain; a single one where DNS cannot be asked."""
    try:
        return [finding for domain in sorted(set(domains)) for finding in _domain(domain, ask)]
    except OSError as error:
        return [doubtful(f"DNS cannot be asked from here: {error}", "Check SPF, DKIM and DMARC from another machine.")]


def _domain(domain: str, ask: Ask) -> list[Finding]:
    if domain.endswith(_NOT_IN_DNS):
        return [doubtful(f"{domain} is not a domain that mail can come from", "Give clusters a sender address of your own domain.")]
    return [_mx(domain, ask), _spf(domain, ask), _dkim(domain, ask), _dmarc(domain, ask)]


def _mx(domain: str, ask: Ask) -> Finding:
    found = ask(domain, "MX")
    if not found:
        return bad(
            f"{domain} has no MX: answers and bounces cannot come back", f"Let an MX record of {domain} name a server that takes its mail."
        )
    return good(f"{domain} takes mail at {found[0].split()[-1].rstrip('.')}")


def _spf(domain: str, ask: Ask) -> Finding:
    found = [one for one in ask(domain, "TXT") or [] if one.lower().split(" ")[0] == "v=spf1"]
    if not found:
        return bad(
            f"{domain} has no SPF record",
            f'Add a TXT record for {domain} that names your relay, such as "v=spf1 include:relay.example.net -all".',
        )
    if len(found) > 1:
        return bad(f"{domain} has {len(found)} SPF records, which counts as none", "Join them into one.")
    return good(f"{domain} says who sends for it: {found[0]}")


def _dkim(domain: str, ask: Ask) -> Finding:
    """Which selector the relay signs with is not known here; a name below which nothing is answers NXDOMAIN (RFC 8020)."""
    if ask(f"_domainkey.{domain}", "TXT") is None:
        return bad(f"{domain} publishes no DKIM key", "Let your relay sign, and publish the key it shows you.")
    return good(f"{domain} publishes DKIM keys")


def _dmarc(domain: str, ask: Ask) -> Finding:
    for name in _from_organisation(domain):
        found = [one for one in ask(f"_dmarc.{name}", "TXT") or [] if one.replace(" ", "").lower().startswith("v=dmarc1;")]
        if found:
            return good(f"{name} has a DMARC policy: {found[0]}")
    advice = f'Add a TXT record for _dmarc.{domain}, to begin with "v=DMARC1; p=none; rua=mailto:postmaster@{domain}".'
    return bad(f"{domain} has no DMARC record, which large providers ask of newsletters", advice)


def _from_organisation(domain: str) -> list[str]:
    """The domain and those above it but the top one: a policy may stand higher up (the tree walk of RFC 9989)."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def _text(record: object, kind: str) -> str:
    if kind == "TXT":
        return b"".join(getattr(record, "strings", ())).decode(errors="replace")
    return str(record)
