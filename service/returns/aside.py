"""Keep aside what could not be taken in: the message as a file in the state folder, and a row that says why.

Nothing is thrown away unread, and nobody fills a disk or a table with it: it is bounded in age, number and size.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import structlog

from service.returns.tables import Aside

log = structlog.get_logger()

KEPT = timedelta(days=90)
_MOST_FILES, _MOST_OCTETS = 1000, 1_000_000_000
"""What the folder holds at most; what comes later leaves only its row."""
_MOST_ROWS = 10_000
"""The newest."""


async def keep(*, content: bytes, reason: str, channel: str, state: Path, now: datetime) -> None:
    """Write the file, then the row. Raises OSError when the disk is full, so that the sender tries again."""
    name = await asyncio.to_thread(_write, state / "intake-aside", content, now) if content else None
    row = Aside(reason=reason, file=name, octets=len(content), channel=channel, received_at=now)
    await row.save()
    await Aside.delete().where(Aside.id <= row.id - _MOST_ROWS)
    log.warning("kept_aside", reason=reason, octets=len(content), channel=channel)


async def listed(*, limit: int = 100) -> list[Aside]:
    """The newest."""
    return await Aside.objects().order_by(Aside.id, ascending=False).limit(limit)


async def forget(*, state: Path, now: datetime) -> None:
    """Remove what is older than 90 days; of the files those on this machine, whatever became of their rows."""
    await asyncio.to_thread(_remove, state / "intake-aside", now - KEPT)
    await Aside.delete().where(Aside.received_at < now - KEPT)


def _remove(folder: Path, before: datetime) -> None:
    for path in folder.glob("*.eml*"):
        if path.name < _moment(before):
            path.unlink(missing_ok=True)


def _write(folder: Path, content: bytes, now: datetime) -> str | None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{_moment(now)}-{sha256(content).hexdigest()[:16]}.eml"
    if (folder / name).exists():
        return name
    sizes = [path.stat().st_size for path in folder.iterdir()]
    if len(sizes) >= _MOST_FILES or sum(sizes) + len(content) > _MOST_OCTETS:
        return None
    with (folder / f"{name}.part").open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    (folder / f"{name}.part").rename(folder / name)
    return name


def _moment(at: datetime) -> str:
    """What a file's name begins with, so that names are in the order of time."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S}"
