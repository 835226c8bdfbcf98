"""Begin a mailing, change what it is about, copy it, remove it: everything but its words. Only drafts are changed or removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.audit import trail
from service.clusters import fundings
from service.errors import Refused
from service.mailings import lifecycle, records
from service.mailings.lifecycle import State
from service.mailings.tables import Edition, Mailing
from service.persistence.transaction import transaction
from service.subscriptions import topics

LONGEST_TITLE = 160


@dataclass(frozen=True, slots=True)
class Outline:
    """What a mailing is about. `title` is for the office; `is_public`: shown in the archive, with "read online" in the letter."""

    title: str
    topic_id: int
    funding_id: int | None = None
    is_public: bool = True


async def create(*, cluster_id: int, outline: Outline, now: datetime, actor_id: int | None) -> int:
    """Begin a mailing; returns its id. Raises Refused for a missing title or a topic or project of another cluster."""
    await _check(cluster_id, outline)
    async with transaction():
        mailing = Mailing(
            cluster_id=cluster_id,
            topic_id=outline.topic_id,
            funding_id=outline.funding_id,
            title=outline.title,
            is_public=outline.is_public,
            created_by=actor_id,
            created_at=now,
            changed_at=now,
        )
        await mailing.save()
        await _record("mailing.created", mailing, actor_id, now)
    return mailing.id


async def change(*, cluster_id: int, mailing_id: int, outline: Outline, version: int, now: datetime, actor_id: int | None) -> None:
    """Change what a draft is about; raises Refused and Stale."""
    await _check(cluster_id, outline)
    async with transaction():
        mailing = await records.lock(cluster_id=cluster_id, mailing_id=mailing_id, version=version)
        lifecycle.editable(State(mailing.state))
        await records.change(
            mailing,
            now=now,
            title=outline.title,
            topic_id=outline.topic_id,
            funding_id=outline.funding_id,
            is_public=outline.is_public,
        )
        await _record("mailing.changed", mailing, actor_id, now)


async def duplicate(*, cluster_id: int, mailing_id: int, title: str, now: datetime, actor_id: int | None) -> int:
    """A draft with the same editions under a new title; returns its id. Any mailing can be copied, whatever its state."""
    original = await records.find(cluster_id=cluster_id, mailing_id=mailing_id)
    outline = Outline(title[:LONGEST_TITLE], original.topic_id, original.funding_id, original.is_public)
    async with transaction():
        copy_id = await create(cluster_id=cluster_id, outline=outline, now=now, actor_id=actor_id)
        for edition in await Edition.objects().where(Edition.mailing_id == mailing_id):
            await Edition(
                mailing_id=copy_id,
                language=edition.language,
                subject=edition.subject,
                preheader=edition.preheader,
                blocks=edition.blocks,
            ).save()
    return copy_id


async def remove(*, cluster_id: int, mailing_id: int, now: datetime, actor_id: int | None) -> None:
    """Throw a draft away."""
    async with transaction():
        mailing = await records.lock(cluster_id=cluster_id, mailing_id=mailing_id)
        lifecycle.editable(State(mailing.state))
        await Mailing.delete().where(Mailing.id == mailing_id)
        await _record("mailing.removed", mailing, actor_id, now)


async def _check(cluster_id: int, outline: Outline) -> None:
    if not outline.title:
        raise Refused("Give it a name, such as “December newsletter”. Only the office sees it.", field="title")
    if len(outline.title) > LONGEST_TITLE:
        raise Refused("At most {limit} characters fit here.", field="title", limit=LONGEST_TITLE)
    if not any(topic.id == outline.topic_id for topic in await topics.of(cluster_id=cluster_id)):
        raise Refused("Choose whom it is for.", field="topic")
    if outline.funding_id is not None:
        await fundings.by_id(cluster_id=cluster_id, funding_id=outline.funding_id)


async def _record(action: str, mailing: Mailing, actor_id: int | None, now: datetime) -> None:
    await trail.record(
        action=action, subject_kind="mailing", subject_id=mailing.id, cluster_id=mailing.cluster_id, actor_id=actor_id, now=now
    )
