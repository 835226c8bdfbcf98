"""Copies that the relay refused for good: they never left, so that no bounce will come, and are weighed like one."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.delivery import copies
from service.letters.links import Links
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from service.returns import reports
from service.returns.listing import RELAY
from service.returns.notices import LONGEST, STATUS, Notice

_SINCE = timedelta(days=1)
"""How far a tick looks back; workers may have been away that long."""

_UNREAD = """
SELECT d.id, d.reply FROM delivery d
WHERE d.settled_at > $1 AND d.reason LIKE 'refused%' AND d.state = 'failed'
  AND NOT EXISTS (SELECT FROM returned_report r WHERE r.delivery_id = d.id)
ORDER BY d.settled_at LIMIT 500
"""


async def tick(*, links: Links, now: datetime) -> None:  # noqa: ARG001  # all ticks are asked alike
    """Weigh what was refused since the last tick. Any number of workers may tick at once."""
    async with connection() as raw:
        rows = await raw.fetch(_UNREAD, now - _SINCE)
    for row in rows:
        async with transaction():
            copy = await copies.find(delivery_id=row["id"])
            if copy is not None:
                await reports.bounced(copy=copy, notices=[_notice(row["reply"])], channel=RELAY, now=now)


def _notice(reply: str) -> Notice:
    found = STATUS.search(reply)
    return Notice("failed", found[1] if found else "", reply[:LONGEST])
