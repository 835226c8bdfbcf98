"""Questions: what an event asks each person, written by a coordinator and read for the form. What was answered stays, whatever becomes of its question."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from service.audit import trail
from service.clusters.tables import Cluster
from service.errors import Stale
from service.events import programme, questionnaire
from service.events.asking import Question
from service.events.questionnaire import Draft
from service.persistence.engine import connection
from service.persistence.transaction import required, transaction


async def of(*, event_id: int) -> list[Question]:
    """What the event asks now, in order."""
    return await _many("WHERE event_id = $1 AND removed_at IS NULL ORDER BY position, id", event_id)


async def ever(*, event_id: int) -> list[Question]:
    """What it asks and what it once asked and was answered: the columns of a list, those that are asked no more at the end."""
    return await _many("WHERE event_id = $1 ORDER BY removed_at IS NOT NULL, position, id", event_id)


def fingerprint(questions: Sequence[Question], *, asks_diet: bool, asks_access: bool) -> str:
    """A mark of what is asked now: a form that was opened before somebody else's change has another."""
    told = msgspec.json.encode((list(questions), asks_diet, asks_access))
    return hashlib.sha256(told).hexdigest()[:16]


async def save(
    *,
    cluster: Cluster,
    event_id: int,
    drafts: Sequence[Draft],
    asks_diet: bool,
    asks_access: bool,
    mark: str,
    now: datetime,
    actor_id: int | None = None,
) -> None:
    """Ask `drafts` from now on, in this order. A question that is left out goes, or is kept for its answers' sake if it has some.

    Raises Refused with every problem, Stale when what is asked is no longer what `mark` (`fingerprint`) stands for.
    """
    drafts = questionnaire.checked(drafts, languages=cluster.languages)
    async with transaction(), connection() as raw:
        event = await programme.locked(cluster_id=cluster.id, event_id=event_id)
        before = await of(event_id=event_id)
        if mark != fingerprint(before, asks_diet=event.asks_diet, asks_access=event.asks_access):
            raise Stale("Somebody else has changed these questions meanwhile. Load them again, then make your changes.")
        await raw.execute("UPDATE event SET asks_diet = $2, asks_access = $3 WHERE id = $1", event_id, asks_diet, asks_access)
        known = {question.id for question in before}
        kept = await _write(raw, event_id, drafts, known, cluster.languages)
        await _remove(raw, sorted(known - set(kept)), now)
        await trail.record(
            action="event.questions", subject_kind="event", subject_id=event_id, cluster_id=cluster.id, actor_id=actor_id, now=now
        )


async def copy(*, cluster: Cluster, from_id: int, to_id: int) -> None:
    """The questions of one event for another one, which has none yet. Inside the transaction that makes the other."""
    required()
    async with connection() as raw:
        drafts = questionnaire.of(await of(event_id=from_id), cluster.languages)
        await _write(raw, to_id, drafts, set(), cluster.languages)
        await raw.execute(
            "UPDATE event SET (asks_diet, asks_access) = (SELECT asks_diet, asks_access FROM event WHERE id = $1) WHERE id = $2",
            from_id,
            to_id,
        )


async def _write(
    raw: asyncpg.Connection[Any], event_id: int, drafts: Sequence[Draft], known: set[int], languages: Sequence[str]
) -> list[int]:
    """Conditions point backwards, so that each question finds the one it depends on written already."""
    ids: list[int] = []
    for place, draft in enumerate(drafts):
        values = (
            event_id,
            place,
            draft.kind.value,
            _json(draft.label),
            _json(draft.help),
            _json(questionnaire.options(draft, languages)),
            draft.required,
            draft.lowest,
            draft.highest,
            None if draft.asked_when is None else ids[draft.asked_when],
            draft.asked_if,
        )
        if draft.id in known and draft.id not in ids:
            await raw.execute(_UPDATE, *values, draft.id)
            ids.append(draft.id)
        else:
            ids.append(await raw.fetchval(_INSERT, *values))
    return ids


async def _remove(raw: asyncpg.Connection[Any], ids: list[int], now: datetime) -> None:
    await raw.execute("UPDATE question SET removed_at = $2, asked_when = NULL, asked_if = '' WHERE id = ANY ($1)", ids, now)
    await raw.execute(
        "DELETE FROM question q WHERE id = ANY ($1) AND NOT EXISTS (SELECT FROM question_answer a WHERE a.question_id = q.id)", ids
    )


async def _many(where: str, *values: Any) -> list[Question]:
    async with connection() as raw:
        rows = await raw.fetch(f"SELECT to_jsonb(q)::text FROM question q {where}", *values)  # noqa: S608  # ours
    return [msgspec.json.decode(row[0], type=Question) for row in rows]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_NAMES = "event_id, position, kind, label, help, options, required, lowest, highest, asked_when, asked_if"

_INSERT = f"INSERT INTO question ({_NAMES}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id"  # noqa: S608  # our own names

_UPDATE = f"UPDATE question SET ({_NAMES}) = ROW ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) WHERE id = $12"  # noqa: S608  # our own names
