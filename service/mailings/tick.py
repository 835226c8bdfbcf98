"""The room's clockwork: what the worker calls every few seconds, and at once when something was scheduled for now."""

from __future__ import annotations

from datetime import datetime

from service.letters.links import Links
from service.mailings import closing, freeze


async def tick(*, links: Links, now: datetime) -> None:
    """Close what is done, start what is due. Any number of workers may tick at once."""
    await closing.follow(links=links, now=now)
    await freeze.start_due(links=links, now=now)
