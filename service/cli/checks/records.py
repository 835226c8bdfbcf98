"""The DNS records that letters of a domain need, as one writes them into a zone: SPF, DKIM, DMARC, and the MX by which bounces come back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from service.settings import Settings

_STRING = 255  # octets (RFC 1035 §3.3); a longer text is parted, and receivers join it (RFC 6376 §3.6.2.2)
_HERE = ("localhost", "127.0.0.1", "::1")
_PROVIDERS = {
    ".mailgun.org": "mailgun.org",
    ".sendgrid.net": "sendgrid.net",
    ".postmarkapp.com": "spf.mtasv.net",
    ".brevo.com": "spf.brevo.com",
    ".sendinblue.com": "spf.brevo.com",
    ".amazonaws.com": "amazonses.com",
    ".gmail.com": "_spf.google.com",
    ".google.com": "_spf.google.com",
    ".office365.com": "spf.protection.outlook.com",
    ".outlook.com": "spf.protection.outlook.com",
}
"""Relay hosts → what the provider documents as its `include:`."""


@dataclass(frozen=True, slots=True)
class Record:
    """`name` without the dot at its end; `value`: the text of a TXT, the target of an MX."""

    name: str
    kind: str
    value: str

    @property
    def line(self) -> str:
        """As a zone file has it."""
        return f"{self.name}. IN {self.kind} {self._quoted if self.kind == 'TXT' else self.value}"

    @property
    def _quoted(self) -> str:
        return " ".join(f'"{self.value[start : start + _STRING]}"' for start in range(0, len(self.value), _STRING))


def mechanisms(settings: Settings) -> list[str]:
    """What an SPF record says of our relays: what a known provider documents, or the relay's own addresses."""
    return sorted({_mechanism(relay.host, settings) for relay in settings.relays} or {f"a:{host(settings)}"})


def spf(domain: str, settings: Settings, found: str | None = None) -> Record:
    """Mail comes from our relays too; whoever else sends for the domain is named in the record that is `found` already."""
    said = (found or "v=spf1 ~all").split()
    last = next((place for place, term in enumerate(said) if re.fullmatch(r"[-+~?]?all|redirect=.*", term, re.IGNORECASE)), len(said))
    return Record(domain, "TXT", " ".join([*said[:last], *(one for one in mechanisms(settings) if one not in said), *said[last:]]))


def dmarc(domain: str) -> Record:
    """To begin with: reports, and nothing is refused. When a few weeks of them name no letters of ours, `p=quarantine` keeps others from writing in our name."""
    return Record(f"_dmarc.{domain}", "TXT", f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}")


def mx(settings: Settings) -> Record:
    """Return and reply addresses lead to the machine whose mail server hands them to `kutse intake`."""
    return Record(settings.mail_domain, "MX", f"10 {host(settings)}.")


def host(settings: Settings) -> str:
    """This machine, as the world knows it."""
    return settings.mail.hostname or urlsplit(settings.site.url).hostname or "localhost"


def _mechanism(relay: str, settings: Settings) -> str:
    if relay in _HERE:
        return f"a:{host(settings)}"
    provider = next((include for ending, include in _PROVIDERS.items() if relay.lower().endswith(ending)), None)
    if provider is not None:
        return f"include:{provider}"
    try:
        return f"ip{ip_address(relay).version}:{relay}"
    except ValueError:
        return f"a:{relay}"
