"""The site's address and the state folder."""

from __future__ import annotations

import shutil
import tempfile
from urllib.parse import urlsplit

from service.cli.checks.finding import Finding, bad, doubtful, good
from service.settings import Settings

_LOCAL = ("localhost", "127.0.0.1", "::1")
_LITTLE = 1_000_000_000
"""Bytes."""


def look(settings: Settings) -> list[Finding]:
    """Address, proxy, secret, folder, room on the disk."""
    return [_address(settings), *_proxy(settings), _secret(settings), _folder(settings)]


def _address(settings: Settings) -> Finding:
    url = settings.site.url
    if settings.site.secure:
        return good(f"The site is {url}")
    if urlsplit(url).hostname in _LOCAL:
        return good(f"The site is {url}, for this machine only")
    return bad(
        f"The site is {url}, without TLS: passwords and signed links travel in the open, and mail clients refuse one-click unsubscribe",
        "Put a TLS proxy in front (deploy/README.md) and set KUTSE_URL to its https address.",
    )


def _proxy(settings: Settings) -> list[Finding]:
    if not settings.site.secure or settings.site.trusted_proxies:
        return []
    return [
        doubtful(
            "No proxy is trusted, so that every reader looks as if they came from the proxy's address and limits count them as one",
            "Set KUTSE_TRUSTED_PROXIES to the proxy's address, such as 127.0.0.1.",
        )
    ]


def _secret(settings: Settings) -> Finding:
    if settings.secret:
        return good("The secret comes from KUTSE_SECRET")
    path = settings.state / "secret"
    try:
        mode = path.stat().st_mode
    except OSError:
        return doubtful(
            f"There is no secret in {settings.state} yet", "The first start makes one; several hosts need the same KUTSE_SECRET."
        )
    if mode & 0o077:
        return bad(f"Others may read {path}, and could sign in as anybody", f"chmod 600 {path}")
    return good(f"The secret lies in {path}")


def _folder(settings: Settings) -> Finding:
    state = settings.state
    try:
        with tempfile.TemporaryFile(dir=state):
            free = shutil.disk_usage(state).free
    except OSError as error:
        return bad(
            f"{state} cannot be written: {error.strerror}",
            "Make the folder, give it to the user Kutse runs as, or name another with KUTSE_STATE.",
        )
    if free < _LITTLE:
        return doubtful(f"{state} can be written, and {free // 1_000_000} MB are free there", "Make room before mail stops.")
    return good(f"{state} can be written, and {free // 1_000_000_000} GB are free there")
