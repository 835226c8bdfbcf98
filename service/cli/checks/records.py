"""The DNS records that letters of a domain need, as one writes them into a zone: SPF, DKIM, DMARC, and the MX by which bounces come back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from service.settings import Settings

_STRING = 255  # octets (RFC 1035 §3.3); a longer text is parted, and receivers join it (RFC 6376 §3.6.2.2)
_HERE = ("localhost", "127.0.0.1", "::1")


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


def spf(domain: str, settings: Settings) -> Record:
    """Mail comes from our relays; a provider names an `include:` of its own instead."""
    hosts = {relay.host if relay.host not in _HERE else _host(settings) for relay in settings.relays} or {_host(settings)}
    return Record(domain, "TXT", " ".join(["v=spf1", *(f"a:{host}" for host in sorted(hosts)), "-all"]))


def dmarc(domain: str) -> Record:
    """To begin with: reports, and nothing is refused."""
    return Record(f"_dmarc.{domain}", "TXT", f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}")


def mx(settings: Settings) -> Record:
    """Return and reply addresses lead to the machine whose mail server hands them to `kutse intake`."""
    return Record(settings.mail_domain, "MX", f"10 {_host(settings)}.")


def _host(settings: Settings) -> str:
    return settings.mail.hostname or urlsplit(settings.site.url).hostname or "localhost"
