"""Forgetting a person: what went to them stays counted and says nothing about them; letters that only they got are emptied."""

from __future__ import annotations

from datetime import datetime

from service.persistence.engine import connection
from service.persistence.transaction import transaction


async def adopt(*, cluster_id: int, address: str, person_id: int) -> None:
    """Make the copies theirs that went to a person's address before anybody knew whose it was, so that they are forgotten with the others."""
    async with connection() as raw:
        await raw.execute(_ADOPT, cluster_id, address, person_id)


async def erased(*, since: datetime) -> None:
    """Empty what has gone out to people erased `since` then. What is still on its way (the letter that takes an event out of their calendar) is left for later."""
    async with transaction(), connection() as raw:
        await raw.execute(_LETTERS, since)
        await raw.execute(_COPIES, since)


_ADOPT = """
UPDATE delivery d SET person_id = $3 FROM dispatch s
WHERE s.id = d.dispatch_id AND s.cluster_id = $1 AND d.person_id IS NULL AND lower(d.address) = lower($2)
  AND NOT EXISTS (SELECT FROM delivery o WHERE o.person_id = $3 AND o.dispatch_id = s.id)
"""

_THEIRS = "p.id = d.person_id AND p.erased_at >= $1 AND d.settled_at IS NOT NULL AND NOT starts_with(d.address, 'erased-')"

_LETTERS = f"""
UPDATE letter l SET subject = '', preheader = '', text = '', html = '', calendar = NULL, method = NULL, attachments = '[]'
FROM dispatch s, delivery d, person p
WHERE {_THEIRS} AND l.id = d.letter_id AND s.id = l.dispatch_id AND s.kind = 'service'
  AND NOT EXISTS (SELECT FROM delivery o WHERE o.dispatch_id = s.id AND o.id <> d.id)
"""  # noqa: S608  # our own words

# The domain stays: what is counted is counted for each provider.
_COPIES = f"""
UPDATE delivery d SET address = 'erased-' || d.id || coalesce(substring(d.address FROM '@[^@]*$'), ''), name = '', slots = NULL, reply = ''
FROM person p WHERE {_THEIRS}
"""  # noqa: S608  # our own words
