"""Browsing the programme: what comes up or has been, narrowed by kind, topic, language and town, as a list or within a span of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.events import programme
from service.events.occasion import Kind, Occasion
from service.persistence.engine import connection

_MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show; None: all. `language`: one that the event is held in."""

    kind: Kind | None = None
    topic_id: int | None = None
    language: str | None = None
    town: str | None = None

    @property
    def values(self) -> tuple[object, ...]:
        """For `_WANTED`, from its second place on."""
        return self.kind and self.kind.value, self.topic_id, self.language, self.town


@dataclass(frozen=True, slots=True)
class Offered:
    """What there is to narrow a list by, with how many events each has: kind, topic id, language, town."""

    kinds: dict[str, int]
    topics: dict[int, int]
    languages: dict[str, int]
    towns: dict[str, int]


async def count(*, cluster_id: int, wanted: Wanted, now: datetime, is_past: bool) -> int:
    """How many events `listed` has on all its pages."""
    async with connection() as raw:
        found: int = await raw.fetchval(f"SELECT count(*) FROM event e WHERE {_when(is_past=is_past)}", cluster_id, *wanted.values, now)  # noqa: S608  # ours
    return found


async def listed(*, cluster_id: int, wanted: Wanted, now: datetime, is_past: bool, limit: int, offset: int) -> list[Occasion]:
    """Announced events: those that are not over, soonest first; or those that are, latest first, without what was called off."""
    order = "e.starts_at DESC, e.id DESC" if is_past else "e.starts_at, e.id"
    where = f"WHERE {_when(is_past=is_past)} ORDER BY {order} LIMIT $7 OFFSET $8"
    return await programme.select(where, cluster_id, *wanted.values, now, limit, offset)


async def between(*, cluster_id: int, wanted: Wanted, starts_at: datetime, ends_at: datetime) -> list[Occasion]:
    """Public events that have something of themselves in that time, soonest first."""
    where = f"WHERE {_WANTED} AND e.starts_at < $7 AND e.ends_at > $6 ORDER BY e.starts_at, e.id LIMIT $8"
    return await programme.select(where, cluster_id, *wanted.values, starts_at, ends_at, _MOST_AT_ONCE)


async def offered(*, cluster_id: int, now: datetime, is_past: bool | None = None) -> Offered:
    """The filters worth showing for what comes up, for what has been, or for both."""
    async with connection() as raw:
        rows = await raw.fetch(_OFFERED, cluster_id, now, is_past)
    found: dict[str, dict[str, int]] = {"kind": {}, "topic": {}, "language": {}, "town": {}}
    for row in rows:
        found[row["what"]][row["value"]] = row["n"]
    return Offered(
        kinds=found["kind"],
        topics={int(value): n for value, n in found["topic"].items()},
        languages=found["language"],
        towns=found["town"],
    )


async def span(*, cluster_id: int) -> tuple[datetime, datetime] | None:
    """From the first public event to the last; None without any."""
    async with connection() as raw:
        row = await raw.fetchrow(_SPAN, cluster_id)
    return (row[0], row[1]) if row and row[0] else None


def _when(*, is_past: bool) -> str:
    return f"{_WANTED} AND " + ("e.ends_at <= $6 AND e.state <> 'called_off'" if is_past else "e.ends_at > $6")


_WANTED = f"""e.cluster_id = $1 AND {programme.ANNOUNCED} AND ($2::text IS NULL OR e.kind = $2)
AND ($3::bigint IS NULL OR EXISTS (SELECT FROM event_topic t WHERE t.event_id = e.id AND t.topic_id = $3))
AND ($4::text IS NULL OR $4 = ANY (e.languages)) AND ($5::text IS NULL OR e.place_town = $5)"""

_SPAN = f"SELECT min(starts_at), max(ends_at) FROM event WHERE cluster_id = $1 AND {programme.ANNOUNCED}"  # noqa: S608  # ours

_OFFERED = f"""
WITH e AS (
    SELECT * FROM event WHERE cluster_id = $1 AND {programme.ANNOUNCED}
    AND ($3::boolean IS NULL OR (CASE WHEN $3 THEN ends_at <= $2 AND state <> 'called_off' ELSE ends_at > $2 END))
)
SELECT 'kind' AS what, kind::text AS value, count(*) AS n FROM e GROUP BY kind
UNION ALL SELECT 'topic', t.topic_id::text, count(*) FROM e JOIN event_topic t ON t.event_id = e.id GROUP BY t.topic_id
UNION ALL SELECT 'language', l::text, count(*) FROM e, unnest(e.languages) l GROUP BY l
UNION ALL SELECT 'town', place_town::text, count(*) FROM e WHERE place_town <> '' GROUP BY place_town
ORDER BY 1, 2
"""  # noqa: S608  # ours
