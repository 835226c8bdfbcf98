"""Where an address leads ★: its domain, or the first domain of a provider that runs several and counts them as one."""

from __future__ import annotations

_GROUPS = {
    "gmail.com": ("googlemail.com",),
    "icloud.com": ("me.com", "mac.com"),
    "mail.ru": ("bk.ru", "inbox.ru", "internet.ru", "list.ru"),
    "outlook.com": ("hotmail.com", "live.com", "msn.com"),
    "proton.me": ("protonmail.com", "pm.me"),
    "yahoo.com": ("ymail.com", "rocketmail.com"),
    "yandex.ru": ("ya.ru", "yandex.com"),
}
_FIRST = {domain: first for first, domains in _GROUPS.items() for domain in domains}


def of(address: str) -> str:
    """The destination's name."""
    domain = address.rpartition("@")[2].lower()
    return _FIRST.get(domain, domain)


def domains(name: str) -> list[str]:
    """The domains that a destination stands for."""
    return [name, *_GROUPS.get(name, ())]
