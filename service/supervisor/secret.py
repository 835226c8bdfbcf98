"""The secret that signs every link, made once in the state folder where the settings have none."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from service.errors import UnableToStart
from service.settings import Settings, kept_secret


def ensure(settings: Settings) -> str:
    """`KUTSE_SECRET`, or the one in `<state>/secret` (mode 600), made when there is none; raises UnableToStart."""
    path = settings.state / "secret"
    try:
        found = settings.secret or kept_secret(settings.state) or _make(path)
    except OSError as error:
        raise UnableToStart(f"{path} keeps the secret that signs all links, and cannot be written: {error.strerror}.") from error
    if not found or len(found) < 32:
        raise UnableToStart(f"{path} must hold at least 32 readable characters: without it, links that were sent stop working. Restore it.")
    return found


def _make(path: Path) -> str | None:
    """Linked into place, so that of two processes that make one at the same moment both use the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".secret.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(unfinished, path)
    unfinished.unlink()
    return kept_secret(path.parent)
