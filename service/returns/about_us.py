"""Letters that came back for our sake: our sender, its reputation or the letter itself. The console shows them, and operators get one letter a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.clusters import directory
from service.clusters.tables import Cluster
from service.delivery import outbox
from service.identity import access, accounts
from service.identity.tables import Coordinator
from service.letters import brand, render, slots
from service.letters.links import Links
from service.persistence.engine import connection
from service.persistence.transaction import transaction

_SHOWN = timedelta(days=7)
_BETWEEN = timedelta(days=1)
_ABOUT = "sending-refused"


@dataclass(frozen=True, slots=True)
class Refusals:
    """How many letters of the last seven days, the first of them at `since`, and the newest different things that servers said."""

    letters: int
    since: datetime
    words: tuple[str, ...]


async def lately(*, now: datetime, cluster_id: int | None = None) -> Refusals | None:
    """Of one cluster, or of all; None when there are none."""
    async with connection() as raw:
        row = await raw.fetchrow(_LATELY, now - _SHOWN, cluster_id, timeout=5)
    return Refusals(row["letters"], row["since"], tuple(row["words"])) if row and row["letters"] else None


async def tick(*, links: Links, now: datetime) -> None:
    """Write to whoever can do something about it, when something is new and the last letter is a day old. Any number of workers may tick at once."""
    async with connection() as raw:
        cluster_id = await raw.fetchval(_DUE, now - _SHOWN, now - _BETWEEN, _ABOUT)
    if cluster_id is None:
        return
    async with transaction():
        async with connection() as raw:
            told = await raw.fetch(_TELL, now - _SHOWN, now)
        found = await lately(now=now) if told else None  # another worker was quicker
        if found is not None:
            cluster = await directory.by_id(cluster_id=cluster_id)
            for coordinator in await accounts.operators() or await access.members_of(cluster_id=cluster_id):
                await _write(coordinator, cluster, found, links, now)


async def _write(coordinator: Coordinator, cluster: Cluster, found: Refusals, links: Links, now: datetime) -> None:
    letter = await render.letter(
        template="sending_refused",
        language=coordinator.language,
        brand=brand.of(cluster=cluster, links=links, language=coordinator.language),
        values={
            "letters": found.letters,
            "since": found.since,
            "words": [slots.silent(one) for one in found.words],
            "url": links.reports(cluster=cluster.slug),
        },
    )
    copy = outbox.Copy(coordinator.address, coordinator.language, name=coordinator.name)
    await outbox.post(cluster=cluster, kind=outbox.Kind.SERVICE, letters=[letter], copies=[copy], about=_ABOUT, now=now)


_LATELY = """
WITH ours AS (
    SELECT COALESCE(delivery_id, -id) AS letter, received_at, left(COALESCE(NULLIF(words, ''), status), 300) AS words
    FROM returned_report WHERE outcome = 'told' AND received_at > $1 AND ($2::bigint IS NULL OR cluster_id = $2)
)
SELECT count(DISTINCT letter)::integer AS letters, min(received_at) AS since,
    ARRAY(SELECT words FROM ours GROUP BY words ORDER BY max(received_at) DESC, words LIMIT 3) AS words
FROM ours
"""

# Our own letter that is refused as well must not lead to the next one.
_DUE = """
SELECT cluster_id FROM returned_report
WHERE outcome = 'told' AND received_at > $1 AND told_at IS NULL AND about <> $3
  AND NOT EXISTS (SELECT FROM returned_report WHERE outcome = 'told' AND received_at > $1 AND told_at > $2)
ORDER BY received_at DESC LIMIT 1
"""

_TELL = "UPDATE returned_report SET told_at = $2 WHERE outcome = 'told' AND received_at > $1 AND told_at IS NULL RETURNING id"
