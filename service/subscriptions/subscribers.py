"""The console's list of subscribers. It reads `person` beside this room's own tables, in one query per page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.persistence.engine import connection

# The newest first, so that who has just joined is seen; `after_id` is the last id of the page before.
_PAGE = """
SELECT p.id, p.address, p.name, p.language, min(s.since) AS since, coalesce(array_agg(s.topic_id) FILTER (WHERE s.state = 'active'), '{}') AS topic_ids
FROM person p JOIN subscription s ON s.person_id = p.id
WHERE p.cluster_id = $1 AND p.erased_at IS NULL AND ($2 = '' OR strpos(lower(p.address), lower($2)) > 0 OR strpos(lower(p.name), lower($2)) > 0)
  AND ($3::bigint IS NULL OR EXISTS (SELECT FROM subscription o WHERE o.person_id = p.id AND o.topic_id = $3 AND o.state = 'active'))
  AND ($4::bigint IS NULL OR p.id < $4)
GROUP BY p.id ORDER BY p.id DESC LIMIT $5
"""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person of the list; `topic_ids` are those they read now, empty when they left everything. `since`: the first subscription."""

    person_id: int
    address: str
    name: str
    language: str
    since: datetime
    topic_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Page:
    """Some subscribers, newest first; `next_id` is the `after_id` of the page that follows, None on the last."""

    subscribers: Sequence[Subscriber]
    next_id: int | None


async def page(*, cluster_id: int, search: str = "", topic_id: int | None = None, after_id: int | None = None, limit: int = 50) -> Page:
    """One page of the cluster's subscribers, past ones too; `search` looks for a part of name or address, `topic_id` for its present readers."""
    async with connection() as raw:
        rows = await raw.fetch(_PAGE, cluster_id, search.strip(), topic_id, after_id, limit + 1)
    found = [_subscriber(row) for row in rows[:limit]]
    return Page(found, found[-1].person_id if len(rows) > limit else None)


def _subscriber(row: Mapping[str, Any]) -> Subscriber:
    return Subscriber(
        person_id=row["id"],
        address=row["address"],
        name=row["name"],
        language=row["language"],
        since=row["since"],
        topic_ids=row["topic_ids"],
    )
