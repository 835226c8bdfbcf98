"""Freeze an audience into deliveries: set-based, in the caller's REPEATABLE READ transaction.

Nobody of the audience is left without a row: who is not mailed gets one that says `skipped` and why. Candidates are counted by a query of their
own in the same snapshot, and `candidates = queued + skipped` is checked before the caller may commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.clusters.tables import Cluster
from service.delivery import outbox
from service.letters.letter import Letter
from service.persistence.engine import connection
from service.persistence.transaction import nudge_after_commit, required

_NO_TIME_LIMIT = 3600.0
"""Seconds: a million rows take a while, and the usual command time-out would end them."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was frozen. `skipped`: reason → persons."""

    dispatch_id: int
    candidates: int
    queued: int
    skipped: dict[str, int]


async def freeze(
    *,
    cluster: Cluster,
    letters: Sequence[Letter],
    audience_sql: str,
    audience_args: Sequence[Any],
    list_id: str | None,
    about: str,
    fallback: Mapping[str, str],
    expires_at: datetime | None,
    now: datetime,
) -> Frozen:
    """Write a news dispatch for everybody whom `audience_sql` yields: (person_id bigint, address text, name text, language text).

    `audience_sql` numbers its own arguments from $1. `fallback`: a language without a letter → the language whose letter is used; a person
    with neither is skipped, "no edition". Needs an open REPEATABLE READ transaction; raises RuntimeError when the counts disagree.
    """
    required()
    async with connection() as raw:
        candidates = await raw.fetchval(_COUNT.format(audience=audience_sql), *audience_args, timeout=_NO_TIME_LIMIT)
        dispatch_id = await outbox.open_dispatch(
            cluster=cluster, kind=outbox.Kind.NEWS, about=about, list_id=list_id, priority=None, candidates=candidates, now=now
        )
        editions = _editions(await outbox.add_letters(dispatch_id=dispatch_id, letters=letters), fallback)
        arguments = (dispatch_id, list(editions), list(editions.values()), cluster.id, list_id, now, expires_at)
        rows = await raw.fetch(_insert(audience_sql, len(audience_args)), *audience_args, *arguments, timeout=_NO_TIME_LIMIT)
        frozen = _counted(dispatch_id, candidates, {row["reason"]: row["copies"] for row in rows})
        if frozen.queued == 0:
            await raw.execute("UPDATE dispatch SET state = 'done', done_at = $2 WHERE id = $1", dispatch_id, now)
    nudge_after_commit("carry")
    return frozen


def _editions(letter_ids: Mapping[str, int], fallback: Mapping[str, str]) -> dict[str, int]:
    borrowed = {language: letter_ids[other] for language, other in fallback.items() if other in letter_ids}
    return {**borrowed, **letter_ids}


def _counted(dispatch_id: int, candidates: int, by_reason: dict[str, int]) -> Frozen:
    queued = by_reason.pop("", 0)
    if queued + sum(by_reason.values()) != candidates:
        raise RuntimeError(f"froze {queued} + {sum(by_reason.values())} of {candidates} candidates")
    return Frozen(dispatch_id, candidates, queued, by_reason)


def _insert(audience_sql: str, taken: int) -> str:
    """The INSERT … SELECT with its own arguments numbered after the audience's."""
    names = ("dispatch", "languages", "letters", "cluster", "list", "now", "expires")
    return _INSERT.format(audience=audience_sql, **{name: f"${taken + place}" for place, name in enumerate(names, start=1)})


_COUNT = "SELECT count(*) FROM ({audience}) AS audience"

# An address that two persons share goes to the first of them.
_INSERT = """
WITH written AS (
    INSERT INTO delivery (dispatch_id, letter_id, person_id, address, name, due_at, expires_at, state, reason, settled_at)
    SELECT {dispatch}::bigint, CASE WHEN reason = '' THEN letter_id END, person_id, address, name, {now}::timestamptz, {expires}::timestamptz,
           CASE WHEN reason = '' THEN 'queued' ELSE 'skipped' END, reason, CASE WHEN reason <> '' THEN {now}::timestamptz END
    FROM (
        SELECT person_id, audience.address, name, letter_id,
               CASE WHEN letter_id IS NULL THEN 'no edition'
                    WHEN suppressed.address IS NOT NULL THEN 'suppressed'
                    WHEN row_number() OVER (PARTITION BY lower(audience.address), letter_id IS NULL ORDER BY person_id) > 1 THEN 'duplicate address'
                    ELSE '' END AS reason
        FROM ({audience}) AS audience (person_id, address, name, language)
        LEFT JOIN unnest({languages}::text[], {letters}::bigint[]) AS edition (language, letter_id) USING (language)
        LEFT JOIN (
            SELECT DISTINCT address FROM suppression WHERE cluster_id = {cluster}::bigint AND scope IN ('all', 'news', {list}::text)
        ) AS suppressed ON suppressed.address = lower(audience.address)
    ) AS judged
    RETURNING reason
)
SELECT reason, count(*) AS copies FROM written GROUP BY reason
"""
