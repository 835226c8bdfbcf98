"""Leave a topic or everything, at once and for good: also a newsletter in flight no longer goes, because claims look at suppressions.

Service mail goes on. Every function may be called again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service.audit import trail
from service.delivery import suppressions
from service.people import directory
from service.people.tables import Person
from service.persistence.engine import connection
from service.persistence.transaction import required, transaction
from service.subscriptions import consents, joining, topics, wording
from service.subscriptions.consents import Shown
from service.subscriptions.tables import Act, How, Topic

_LEAVE = """
UPDATE subscription SET state = 'left', left_at = $3 WHERE person_id = $1 AND topic_id = ANY($2::bigint[]) AND state = 'active' RETURNING topic_id
"""


async def leave(*, person_id: int, list_id: str, how: How, language: str | None = None, now: datetime) -> None:
    """Leave the topic with this List-Id; `language`: that of the page, the person's own otherwise. Unknown ones are left already."""
    async with transaction():
        person, topic = await _both(person_id, list_id)
        if person is not None and topic is not None:
            await stop(person=person, topics=[topic], how=how, language=language or person.language, now=now)
            await _silence(person, topic.list_id, "left the topic", now)  # also for who was mailed without reading the topic


async def leave_everything(*, person_id: int, how: How, language: str | None = None, now: datetime, actor_id: int | None = None) -> None:
    """Leave every topic of the cluster, and be sent no news of any kind. `actor_id`: the coordinator who was asked to do it."""
    async with transaction():
        person = await directory.lock(person_id=person_id)
        if person is None:
            return
        every = await topics.of(cluster_id=person.cluster_id)
        await stop(person=person, topics=every, how=how, language=language or person.language, now=now)
        await _silence(person, suppressions.NEWS, "left everything", now)
        if actor_id is not None:
            await _note(person, actor_id, now)


async def undo(*, person_id: int, list_id: str, language: str, now: datetime) -> None:
    """Come back to a topic left by mistake; nothing happens for somebody who never read it or still does."""
    async with transaction():
        person, topic = await _both(person_id, list_id)
        if person is None or topic is None or topic.id not in (await joining.standing(person=person)).left:
            return
        words = wording.returning(topic_name=topics.name_of(topic, language), language=language)
        shown = Shown(words=words, language=language, at=now)
        await joining.join(person=person, topics=[topic], how=How.UNDO, shown=shown, now=now)


async def stop(*, person: Person, topics: Sequence[Topic], how: How, language: str, now: datetime) -> None:
    """Leave those of these topics that the person reads: state, ledger and suppressions together, inside the caller's transaction and with the person locked."""
    required()
    async with connection() as raw:
        rows = await raw.fetch(_LEAVE, person.id, [topic.id for topic in topics], now)
    ids = {row["topic_id"] for row in rows}
    left = [topic for topic in topics if topic.id in ids]
    shown = Shown(language=language, at=now)
    await consents.record(person_id=person.id, topics=left, act=Act.WITHDRAWN, how=how, shown=shown, now=now)
    for topic in left:
        await _silence(person, topic.list_id, "left the topic", now)


async def _both(person_id: int, list_id: str) -> tuple[Person | None, Topic | None]:
    person = await directory.lock(person_id=person_id)
    topic = await topics.by_list_id(list_id=list_id)
    foreign = person is not None and topic is not None and topic.cluster_id != person.cluster_id
    return (None, None) if foreign else (person, topic)


async def _silence(person: Person, scope: str, reason: str, now: datetime) -> None:
    await suppressions.add(cluster_id=person.cluster_id, address=person.address, scope=scope, reason=reason, now=now)


async def _note(person: Person, actor_id: int, now: datetime) -> None:
    await trail.record(
        action="subscriber.unsubscribed",
        subject_kind="person",
        subject_id=person.id,
        cluster_id=person.cluster_id,
        actor_id=actor_id,
        now=now,
    )
