"""Words of one's own: what a coordinator says in a letter of one event instead of the standard, language by language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from service.audit import trail
from service.clusters.tables import Cluster
from service.errors import NotFound, Problem, Refused, Stale
from service.events import letters, programme
from service.events.letters import Kind
from service.letters import merge
from service.letters.words import Written
from service.persistence.engine import connection
from service.persistence.transaction import transaction

LONGEST_SUBJECT = 200
LONGEST_WORDS = 10_000


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """What stands instead of the standard in one language; fields in braces, as they were typed."""

    language: str
    subject: str
    words: str
    version: int


def kind_of(name: str) -> Kind:
    """The kind of that name; raises NotFound."""
    if name not in letters.KINDS:
        raise NotFound("There is no such letter.")
    return letters.KINDS[name]


async def edited(*, event_id: int, kind: str) -> dict[str, Edited]:
    """The words of one's own by language; what is standard is left out."""
    rows = await _many("event_id = $1 AND kind = $2", event_id, kind)
    return {one.language: one for one in rows}


async def written(*, event_id: int, kind: str) -> dict[str, Written]:
    """The same as a letter takes it: fields as slots. Nothing for letters that cannot be edited."""
    if kind not in letters.KINDS:
        return {}
    return {language: as_written(one, letters.KINDS[kind]) for language, one in (await edited(event_id=event_id, kind=kind)).items()}


async def which(*, event_id: int) -> dict[str, set[str]]:
    """The languages that have words of their own, by kind."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT kind, array_agg(language) AS languages FROM event_words WHERE event_id = $1 GROUP BY kind", event_id)
    return {row["kind"]: set(row["languages"]) for row in rows}


async def save(
    *,
    cluster: Cluster,
    event_id: int,
    kind: str,
    language: str,
    subject: str,
    words: str,
    version: int,
    now: datetime,
    actor_id: int | None = None,
) -> None:
    """Say it this way from now on. `version`: what was edited, 0 for the standard. Raises Refused at the fields `subject` and `words`, Stale."""
    subject, words = " ".join(subject.split()), words.strip()
    if wrong := list(problems(subject, words, kind_of(kind))):
        raise Refused.all(wrong)
    async with transaction(), connection() as raw:
        await _check(cluster, event_id, language)
        if await raw.fetchval(_SAVE, event_id, kind, language, subject, words, version, now) is None:
            raise Stale("Somebody else has changed this letter meanwhile. Load it again, then make your changes.")
        await trail.record(action="event.words_edited", **_noted(cluster, event_id, kind, language), now=now, actor_id=actor_id)


async def forget(*, cluster: Cluster, event_id: int, kind: str, language: str, now: datetime, actor_id: int | None = None) -> None:
    """Back to the standard words; nothing happens when it is the standard already."""
    kind_of(kind)
    async with transaction(), connection() as raw:
        await _check(cluster, event_id, language)
        sql = "DELETE FROM event_words WHERE event_id = $1 AND kind = $2 AND language = $3 RETURNING id"
        if await raw.fetchval(sql, event_id, kind, language) is not None:
            await trail.record(action="event.words_forgotten", **_noted(cluster, event_id, kind, language), now=now, actor_id=actor_id)


async def copy(*, from_event_id: int, to_event_id: int, now: datetime) -> None:
    """The words of one event for another: part of copying it."""
    async with connection() as raw:
        await raw.execute(_COPY, from_event_id, to_event_id, now)


def as_written(one: Edited, kind: Kind) -> Written:
    """What was typed, fields as slots ★."""
    return Written(merge.to_slots(one.subject, known=kind.fields), merge.to_slots(one.words, known=kind.fields))


def problems(subject: str, words: str, kind: Kind) -> Iterator[Problem]:
    """What is wrong with words of one's own, at the fields `subject` and `words` ★."""
    for field, text, longest in (("subject", subject, LONGEST_SUBJECT), ("words", words, LONGEST_WORDS)):
        if len(text) > longest:
            yield Problem("Write at most {longest} characters.", field, {"longest": longest})
        yield from merge.problems(text, field=field, known=kind.fields)
    if not subject:
        yield Problem("Write a subject: it is what people see in their inbox.", "subject")
    if not words:
        yield Problem("Write what the letter says, or go back to the standard words.", "words")


async def _check(cluster: Cluster, event_id: int, language: str) -> None:
    await programme.by_id(cluster_id=cluster.id, event_id=event_id)
    if language not in cluster.languages:
        raise NotFound("There is no such letter.")


def _noted(cluster: Cluster, event_id: int, kind: str, language: str) -> dict[str, Any]:
    details = {"letter": kind, "language": language}
    return {"subject_kind": "event", "subject_id": event_id, "cluster_id": cluster.id, "details": details}


async def _many(where: str, *values: Any) -> list[Edited]:
    async with connection() as raw:
        rows = await raw.fetch(f"SELECT language, subject, words, version FROM event_words WHERE {where}", *values)  # noqa: S608  # ours
    return [Edited(**row) for row in rows]


_SAVE = """
INSERT INTO event_words AS old (event_id, kind, language, subject, words, changed_at)
SELECT $1::bigint, $2::varchar, $3::varchar, $4::varchar, $5::text, $7::timestamptz
WHERE $6::integer = 0 OR EXISTS (SELECT FROM event_words WHERE event_id = $1 AND kind = $2 AND language = $3)
ON CONFLICT (event_id, kind, language) DO UPDATE SET subject = $4, words = $5, version = old.version + 1, changed_at = $7
WHERE old.version = $6
RETURNING version
"""

_COPY = """
INSERT INTO event_words (event_id, kind, language, subject, words, changed_at)
SELECT $2, kind, language, subject, words, $3 FROM event_words WHERE event_id = $1
"""
