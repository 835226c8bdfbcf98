"""Whether a domain's SPF record lets an address send ★ (RFC 7208). Macros cannot be decided without a letter: what they name is passed over."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Ask = Callable[[str, str], list[str] | None]
"""Name and type → the records as text; None where the name itself does not exist. Raises OSError when DNS cannot be asked."""

_LOOKUPS = 10
_TERM = re.compile(r"([-+~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/\s]+))?((?:/\d+)?(?://\d+)?)", re.IGNORECASE)


class Result(Enum):
    """What a receiving server makes of it; ERROR: it could not be evaluated and counts for nothing."""

    PASS = "+"  # noqa: S105
    FAIL = "-"
    SOFTFAIL = "~"
    NEUTRAL = "?"
    NONE = ""
    ERROR = "!"


def records(domain: str, ask: Ask) -> list[str]:
    """The domain's SPF records, of which there must be one."""
    return [one for one in ask(domain, "TXT") or [] if one.lower().split(" ")[0] == "v=spf1"]


def check(address: str, domain: str, ask: Ask) -> Result:
    """What the record says to a letter from this address."""
    return _Walk(ip_address(address), ask).check(domain)


def included(domain: str, ask: Ask) -> set[str]:
    """The domains whose records count as well, near and far."""
    found: set[str] = set()
    waiting = [domain]
    while waiting and len(found) <= _LOOKUPS:
        for record in records(waiting.pop(), ask):
            fresh = {name.lower().rstrip(".") for name in re.findall(r"(?:include:|redirect=)(\S+)", record, re.IGNORECASE)} - found
            found |= fresh
            waiting += sorted(fresh)
    return found


def addresses(name: str, ask: Ask) -> list[str]:
    """The addresses of a host, or the one that it is."""
    try:
        return [str(ip_address(name))]
    except ValueError:
        return [*(ask(name, "A") or []), *(ask(name, "AAAA") or [])]


class _Walk:
    def __init__(self, address: IPv4Address | IPv6Address, ask: Ask) -> None:
        self._address, self._ask, self._left = address, ask, _LOOKUPS

    def check(self, domain: str) -> Result:
        found = records(domain, self._ask)
        if len(found) != 1:
            return Result.ERROR if found else Result.NONE
        terms = found[0].split()[1:]
        for term in terms:
            if "=" in term:  # a modifier
                continue
            result = self._term(term, domain)
            if result is not None:
                return result
        redirect = next((term.partition("=")[2] for term in terms if term.lower().startswith("redirect=")), None)
        return self._other(redirect) if redirect else Result.NEUTRAL

    def _term(self, term: str, domain: str) -> Result | None:
        """None: it does not match."""
        parts = _TERM.fullmatch(term)
        if parts is None:
            return Result.ERROR
        sign, kind, value, size = parts[1] or "+", parts[2].lower(), parts[3] or domain, parts[4]
        if "%" in value:
            return None if self._may_ask() else Result.ERROR
        if kind == "include":
            inner = self._other(value)
            return Result.ERROR if inner is Result.ERROR else Result(sign) if inner is Result.PASS else None
        if kind in ("a", "mx", "ptr", "exists") and not self._may_ask():
            return Result.ERROR
        return Result(sign) if self._matches(kind, value, size) else None

    def _other(self, domain: str) -> Result:
        result = self.check(domain) if self._may_ask() else Result.ERROR
        return Result.ERROR if result is Result.NONE else result

    def _matches(self, kind: str, value: str, size: str) -> bool:
        if kind in ("ip4", "ip6"):
            return self._lies_in(value + size)
        if kind == "all":
            return True
        hosts = [value] if kind == "a" else [one.split()[-1].rstrip(".") for one in self._ask(value, "MX") or []] if kind == "mx" else []
        four, _, six = size.partition("//")
        wide = f"/{six}" if self._address.version == 6 and six else four if self._address.version == 4 else ""
        return any(
            self._lies_in(one + wide) for host in hosts for one in self._ask(host, "A" if self._address.version == 4 else "AAAA") or []
        )

    def _lies_in(self, network: str) -> bool:
        try:
            return self._address in ip_network(network, strict=False)
        except ValueError:
            return False

    def _may_ask(self) -> bool:
        self._left -= 1
        return self._left >= 0
