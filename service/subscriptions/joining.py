"""Make subscriptions active: with a consent in the ledger, and with what held back this topic's letters lifted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service.delivery import suppressions
from service.people.tables import Person
from service.persistence.engine import connection
from service.persistence.transaction import required
from service.subscriptions import consents
from service.subscriptions.consents import Shown
from service.subscriptions.tables import Act, How, Subscription, Topic

_ACTIVATE = """
INSERT INTO subscription (topic_id, person_id, state, since) SELECT unnest($2::bigint[]), $1, 'active', $3
ON CONFLICT (topic_id, person_id) DO UPDATE SET state = 'active', since = EXCLUDED.since, left_at = NULL WHERE subscription.state = 'left'
"""
_OTHER_LISTS = """
SELECT t.list_id FROM subscription s JOIN topic t ON t.id = s.topic_id
WHERE s.person_id = $1 AND s.state = 'active' AND s.topic_id <> ALL($2::bigint[])
"""


async def join(*, person: Person, topics: Sequence[Topic], how: How, shown: Shown, now: datetime) -> None:
    """Subscribe a person who has just said so; `shown` are the words they said yes to. Inside the caller's transaction."""
    required()
    async with connection() as raw:
        await raw.execute(_ACTIVATE, person.id, [topic.id for topic in topics], now)
    await consents.record(person_id=person.id, topics=topics, act=Act.GIVEN, how=how, shown=shown, now=now)
    await _let_through(person, topics, now)


async def heard_ids(*, person: Person) -> set[int]:
    """The ids of the topics whose letters reach a person: subscribed to, and not silenced by leaving or a complaint."""
    silenced = {one.scope for one in await suppressions.find(cluster_id=person.cluster_id, address=person.address)}
    rows = await Subscription.select(Subscription.topic_id, Subscription.topic_id.list_id).where(
        Subscription.person_id == person.id, Subscription.state == "active"
    )
    return {row["topic_id"] for row in rows if not silenced & {suppressions.NEWS, row["topic_id.list_id"]}}


async def _let_through(person: Person, topics: Sequence[Topic], now: datetime) -> None:
    """Lift what keeps these topics away, and no more: where all news was silenced, every other topic stays silent by itself."""
    who = {"cluster_id": person.cluster_id, "address": person.address}
    for topic in topics:
        await suppressions.lift(**who, scope=topic.list_id)
    if not await suppressions.lift(**who, scope=suppressions.NEWS):
        return
    async with connection() as raw:
        others = await raw.fetch(_OTHER_LISTS, person.id, [topic.id for topic in topics])
    for other in others:
        await suppressions.add(**who, scope=other["list_id"], reason="left everything", now=now)
