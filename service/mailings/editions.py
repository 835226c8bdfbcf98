"""The editions of a mailing: what it says in each language. Words change only while it is a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.audit import trail
from service.errors import NotFound, Refused, Stale
from service.mailings import blocks, lifecycle, records
from service.mailings.content import Content
from service.mailings.lifecycle import State
from service.mailings.tables import Edition
from service.persistence.engine import connection
from service.persistence.transaction import transaction


@dataclass(frozen=True, slots=True)
class Written:
    """One edition as it stands. `version` 0: it was never saved."""

    language: str
    content: Content = field(default_factory=Content)
    version: int = 0


async def of(*, mailing_id: int) -> dict[str, Written]:
    """Language → edition, those with words in them. The caller has found the mailing in its cluster."""
    rows = await Edition.objects().where(Edition.mailing_id == mailing_id).order_by(Edition.id)
    written = {row.language: _written(row) for row in rows}
    return {language: one for language, one in written.items() if not one.content.is_blank}


async def languages(*, mailing_ids: Sequence[int]) -> dict[int, list[str]]:
    """Mailing → the languages it has words in, for a list of mailings the caller has found in its cluster."""
    async with connection() as raw:
        rows = await raw.fetch(_LANGUAGES, mailing_ids)
    return {mailing_id: [] for mailing_id in mailing_ids} | {row["mailing_id"]: row["languages"] for row in rows}


async def one(*, mailing_id: int, language: str) -> Written:
    """The edition in `language`, blank when nobody wrote it yet."""
    row = await Edition.objects().where(Edition.mailing_id == mailing_id, Edition.language == language).first()
    return _written(row) if row else Written(language)


async def save(
    *, cluster_id: int, mailing_id: int, language: str, content: Content, version: int, now: datetime, actor_id: int | None
) -> None:
    """Keep the words, finished or not. `version`: of the edition that was edited; raises Stale when it has changed since, Refused unless a draft."""
    content.refuse_if_too_long()
    encoded = blocks.encode(content.blocks)
    async with transaction():
        mailing = await records.lock(cluster_id=cluster_id, mailing_id=mailing_id)
        lifecycle.editable(State(mailing.state))
        async with connection() as raw:
            found = await raw.fetchval(_SAVE, mailing_id, language, content.subject, content.preheader, encoded, version)
        if found is None:
            raise Stale("Somebody else saved this edition meanwhile. Your words are below, not saved yet: save again to replace theirs.")
        await trail.record(
            action="mailing.edited",
            subject_kind="mailing",
            subject_id=mailing_id,
            cluster_id=cluster_id,
            actor_id=actor_id,
            now=now,
            details={"language": language},
        )


async def copy(*, cluster_id: int, mailing_id: int, source: str, target: str, now: datetime, actor_id: int | None) -> None:
    """Begin the edition in `target` with the words of the one in `source`; raises Refused when it has words already."""
    found = await of(mailing_id=(await records.find(cluster_id=cluster_id, mailing_id=mailing_id)).id)
    if source not in found:
        raise NotFound("There is nothing to copy from yet.")
    if target in found:
        raise Refused("This edition has words already. Remove its blocks first to begin with a copy.")
    blank = await one(mailing_id=mailing_id, language=target)
    await save(
        cluster_id=cluster_id,
        mailing_id=mailing_id,
        language=target,
        content=found[source].content,
        version=blank.version,
        now=now,
        actor_id=actor_id,
    )


def _written(row: Edition) -> Written:
    return Written(row.language, Content(row.subject, row.preheader, blocks.decode(row.blocks)), row.version)


_LANGUAGES = """
SELECT mailing_id, array_agg(language::text ORDER BY id) AS languages FROM edition
WHERE mailing_id = ANY($1::bigint[]) AND (subject <> '' OR preheader <> '' OR blocks <> '[]'::jsonb)
GROUP BY mailing_id
"""

_SAVE = """
INSERT INTO edition (mailing_id, language, subject, preheader, blocks, version)
SELECT $1::bigint, $2::text, $3, $4, $5::jsonb, 1 WHERE $6 = 0 OR EXISTS (SELECT FROM edition WHERE mailing_id = $1 AND language = $2::text)
ON CONFLICT (mailing_id, language) DO UPDATE
SET subject = excluded.subject, preheader = excluded.preheader, blocks = excluded.blocks, version = edition.version + 1
WHERE edition.version = $6
RETURNING version
"""
