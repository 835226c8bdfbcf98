"""The console's list of subscribers. It reads `person` beside this room's own tables, in one query per page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.errors import NotFound
from service.people import directory
from service.people.tables import Person
from service.persistence.engine import connection

_PAGE = """
SELECT p.id, p.address, p.name, p.language, min(s.since) AS since, coalesce(array_agg(s.topic_id) FILTER (WHERE s.state = 'active'), '{{}}') AS topic_ids
FROM person p JOIN subscription s ON s.person_id = p.id
WHERE p.cluster_id = $1 AND p.erased_at IS NULL AND ($2 = '' OR strpos(lower(p.address), lower($2)) > 0 OR strpos(lower(p.name), lower($2)) > 0)
  AND ($3::bigint IS NULL OR EXISTS (SELECT FROM subscription o WHERE o.person_id = p.id AND o.topic_id = $3 AND o.state = 'active'))
  AND ($4::bigint IS NULL OR p.id {side} $4)
GROUP BY p.id ORDER BY p.id {order} LIMIT $5
"""
_OLDER = _PAGE.format(side="<", order="DESC")
_NEWER = _PAGE.format(side=">", order="ASC")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which subscribers: a part of name or address, the present readers of one topic; those after one id or before another."""

    search: str = ""
    topic_id: int | None = None
    older_than: int | None = None
    newer_than: int | None = None


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
    """Some subscribers, newest first, and where to go on: None at either end of the list."""

    subscribers: Sequence[Subscriber]
    newer_than: int | None
    older_than: int | None


async def page(*, cluster_id: int, wanted: Wanted, limit: int = 50) -> Page:
    """One page of the cluster's subscribers, past ones too, who joined last first."""
    upwards = wanted.newer_than is not None
    edge = wanted.newer_than if upwards else wanted.older_than
    async with connection() as raw:
        rows = await raw.fetch(_NEWER if upwards else _OLDER, cluster_id, wanted.search.strip(), wanted.topic_id, edge, limit + 1)
    goes_on = len(rows) > limit
    found = [_subscriber(row) for row in rows[:limit]]
    if upwards:
        found.reverse()
    has_newer, has_older = (goes_on, True) if upwards else (edge is not None, goes_on)
    return Page(found, found[0].person_id if found and has_newer else None, found[-1].person_id if found and has_older else None)


async def find(*, cluster_id: int, person_id: int) -> Person:
    """One person of the cluster; raises NotFound for strangers, erased ones and people of other clusters."""
    person = await directory.by_id(person_id=person_id)
    if person is None or person.cluster_id != cluster_id:
        raise NotFound("There is no such person here.")
    return person


def _subscriber(row: Mapping[str, Any]) -> Subscriber:
    values = dict(row)
    return Subscriber(person_id=values.pop("id"), **values)
