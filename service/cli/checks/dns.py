"""What the world finds in DNS about the domains that letters come from: MX, SPF, DKIM, DMARC (RFC 7208, 6376, 9989)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import dns.exception
import dns.resolver

from service.cli.checks import records, sending
from service.cli.checks.finding import Finding, bad, doubtful, good
from service.cli.checks.spf import Ask as Ask
from service.settings import Settings


class Selector(NamedTuple):
    """A key of ours: where its record stands, what it says, the state of the key (made, active or replaced), and whether our secrets open it."""

    name: str
    record: str
    state: str
    opens: bool = True


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


def look(
    domains: Iterable[str], *, settings: Settings, selectors: Mapping[str, Sequence[Selector]] | None = None, ask: Ask = ask
) -> list[Finding]:
    """Findings for each domain, and for the addresses that letters leave from; one where DNS cannot be asked. `selectors`: our own keys by domain."""
    ours = {domain: [one for one in known if one.state != "replaced"] for domain, known in (selectors or {}).items()}
    closed = [key(one, ask) for known in ours.values() for one in known if not one.opens]  # whatever DNS says, or can be asked
    try:
        found = [finding for domain in sorted(set(domains)) for finding in _domain(domain, settings, ours.get(domain, ()), ask)]
        return [*closed, *found, *(sending.names(settings, ask) if settings.relays else ())]
    except OSError as error:
        return [*closed, unasked(error)]


def unasked(error: OSError) -> Finding:
    """DNS cannot be asked."""
    return doubtful(f"DNS cannot be asked from here: {error}", "Check SPF, DKIM and DMARC from another machine.")


def is_real(domain: str) -> bool:
    """Whether mail can come from it."""
    return not domain.endswith(_NOT_IN_DNS)


def _domain(domain: str, settings: Settings, selectors: Sequence[Selector], ask: Ask) -> list[Finding]:
    if not is_real(domain):
        return [doubtful(f"{domain} is not a domain that mail can come from", "Give clusters a sender address of your own domain.")]
    ours = [key(one, ask) for one in selectors if one.opens] if selectors else [_dkim(domain, ask)]
    found = [sending.mx(domain, settings, ask), sending.spf(domain, settings, ask), *ours, dmarc(domain, ask)]
    apart = sending.alignment(domain, {domain, *policies(domain, ask)}, settings)
    return [*found, apart] if apart else found


def key(selector: Selector, ask: Ask) -> Finding:
    """A key of ours: one that signs and cannot be found breaks every letter's signature."""
    if not selector.opens:
        return bad(
            f"The key of {selector.name} does not open with KUTSE_SECRET: letters wait where no other key signs them",
            "Name the former secret in KUTSE_RETIRED_SECRETS, or begin anew with `kutse dkim CLUSTER --rotate`; `--stop` sends without a signature.",
        )
    found = ask(selector.name, "TXT")
    if not found:
        report = bad if selector.state == "active" else doubtful
        return report(f"{selector.name} is not in DNS", "Publish the record that `kutse dkim CLUSTER` prints.")
    if _tags(selector.record) not in [_tags(one) for one in found]:
        return bad(f"{selector.name} holds another key than ours", "Replace it with the record that `kutse dkim CLUSTER` prints.")
    if selector.state == "made":
        return doubtful(f"{selector.name} is published, and nothing is signed with it yet", "Begin with `kutse dkim CLUSTER --activate`.")
    return good(f"{selector.name} holds our key")


def _dkim(domain: str, ask: Ask) -> Finding:
    """Which selector the relay signs with is not known here; a name below which nothing is answers NXDOMAIN (RFC 8020)."""
    if ask(f"_domainkey.{domain}", "TXT") is None:
        return bad(f"{domain} publishes no DKIM key", "Let Kutse sign (`kutse dkim CLUSTER`), or your relay, and publish the key.")
    return good(f"{domain} publishes DKIM keys")


def dmarc(domain: str, ask: Ask) -> Finding:
    """Whether it, or its organisation, has a policy."""
    name, policy = next(iter(policies(domain, ask).items()), ("", ""))
    if not name:
        return bad(
            f"{domain} has no DMARC record, which large providers ask of newsletters",
            f"Add it, to begin with: {records.dmarc(domain).line}",
        )
    if "p=none" in policy.replace(" ", "").lower().split(";"):
        return good(f"{name} has a DMARC policy to begin with ({policy}); when its reports name no letters of yours, make it p=quarantine")
    return good(f"{name} has a DMARC policy: {policy}")


def policies(domain: str, ask: Ask) -> dict[str, str]:
    """The domain and those above it that have a DMARC policy, the nearest first."""
    found = {}
    for name in _from_organisation(domain):
        said = [one for one in ask(f"_dmarc.{name}", "TXT") or [] if one.replace(" ", "").lower().startswith("v=dmarc1;")]
        if said:
            found[name] = said[0]
    return found


def _from_organisation(domain: str) -> list[str]:
    """The domain and those above it but the top one: a policy may stand higher up (the tree walk of RFC 9989)."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def _tags(record: str) -> dict[str, str]:
    """A key's record without what says nothing: order, white space, tags that are not the key."""
    tags = dict(tag.partition("=")[::2] for tag in "".join(record.split()).split(";"))
    return {"k": tags.get("k", "rsa"), "p": tags.get("p", "")}


def _text(record: object, kind: str) -> str:
    if kind == "TXT":
        return b"".join(getattr(record, "strings", ())).decode(errors="replace")
    return str(record)
