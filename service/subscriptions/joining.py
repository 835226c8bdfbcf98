"""Make subscriptions active: with a consent in the ledger, and with what held back this topic's letters lifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.delivery import suppressions
from service.people.tables import Person
from service.persistence.engine import connection
from service.persistence.transaction import required
from service.subscriptions import consents
from service.subscriptions.consents import Shown
from service.subscriptions.tables import Act, How, State, Subscription, Topic

_ACTIVATE = """
INSERT INTO subscription (topic_id, person_id, state, since) SELECT unnest($2::bigint[]), $1, 'active', $3
ON CONFLICT (topic_id, person_id) DO UPDATE SET state = 'active', since = EXCLUDED.since, left_at = NULL WHERE subscription.state = 'left'
"""
_OTHER_LISTS = """
SELECT t.list_id FROM subscription s JOIN topic t ON t.id = s.topic_id
WHERE s.person_id = $1 AND s.state = 'active' AND s.topic_id <> ALL($2::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Ids of topics: `heard` are those whose letters reach the person; `left` were subscribed to once and are left, or silenced by a complaint."""

    heard: frozenset[int]
    left: frozenset[int]


async def join(*, person: Person, topics: Sequence[Topic], how: How, shown: Shown, now: datetime) -> None:
    """Subscribe a person who has just said so; `shown` are the words they said yes to. Inside the caller's transaction."""
    required()
    async with connection() as raw:
        await raw.execute(_ACTIVATE, person.id, [topic.id for topic in topics], now)
    await consents.record(person_id=person.id, topics=topics, act=Act.GIVEN, how=how, shown=shown, now=now)
    await _let_through(person, topics, now)


async def standing(*, person: Person) -> Standing:
    """Which topics reach a person, and which do not any more."""
    silenced = {one.scope for one in await suppressions.find(cluster_id=person.cluster_id, address=person.address)}
    rows = await Subscription.select(Subscription.topic_id, Subscription.state, Subscription.topic_id.list_id).where(
        Subscription.person_id == person.id
    )
    heard = {
        row["topic_id"] for row in rows if row["state"] == State.ACTIVE and not silenced & {suppressions.NEWS, row["topic_id.list_id"]}
    }
    return Standing(heard=frozenset(heard), left=frozenset(row["topic_id"] for row in rows) - heard)


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
