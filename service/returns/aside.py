"""Keep aside what could not be taken in: the message as a file in the state folder, and a row that says why. Nothing is thrown away unread."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import structlog

from service.returns.tables import Aside

log = structlog.get_logger()

KEPT = timedelta(days=90)
_MOST = 1000
"""Files; whoever sends more of them than this fills no disk: later ones leave only their row."""


async def keep(*, content: bytes, reason: str, channel: str, state: Path, now: datetime) -> None:
    """Write the file, then the row. Raises OSError when the disk is full, so that the sender tries again."""
    name = await asyncio.to_thread(_write, state / "intake-aside", content, now) if content else None
    await Aside(reason=reason, file=name, octets=len(content), channel=channel, received_at=now).save()
    log.warning("kept_aside", reason=reason, octets=len(content), channel=channel)


async def listed(*, limit: int = 100) -> list[Aside]:
    """The newest."""
    return await Aside.objects().order_by(Aside.id, ascending=False).limit(limit)


async def forget(*, state: Path, now: datetime) -> None:
    """Remove what is older than 90 days, the file first."""
    for one in await Aside.objects().where(Aside.received_at < now - KEPT):
        if one.file is not None:
            (state / "intake-aside" / one.file).unlink(missing_ok=True)
        await one.remove()


def _write(folder: Path, content: bytes, now: datetime) -> str | None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{now:%Y%m%dT%H%M%S}-{sha256(content).hexdigest()[:16]}.eml"
    if (folder / name).exists():
        return name
    if sum(1 for _ in folder.iterdir()) >= _MOST:
        return None
    with (folder / f"{name}.part").open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    (folder / f"{name}.part").rename(folder / name)
    return name
