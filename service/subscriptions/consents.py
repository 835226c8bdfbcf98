"""The consent ledger: add to it, read it. There is nothing else one can do with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.persistence.engine import connection
from service.persistence.transaction import required
from service.subscriptions import topics as topics_of_cluster
from service.subscriptions.tables import Act, Consent, How, Topic


@dataclass(frozen=True, slots=True)
class Shown:
    """What the person saw when they said so: the exact words, their language, and when. Leaving needs no words."""

    language: str
    at: datetime
    words: str = ""


async def record(*, person_id: int, topics: Iterable[Topic], act: Act, how: How, shown: Shown, now: datetime) -> None:
    """One entry per topic, named as the person saw it; inside the transaction that does what it says."""
    required()
    entries = [
        Consent(
            person_id=person_id,
            topic_id=topic.id,
            topic_name=topics_of_cluster.name_of(topic, shown.language),
            act=act.value,
            how=how.value,
            words=shown.words,
            language=shown.language,
            shown_at=shown.at,
            at=now,
        )
        for topic in topics
    ]
    if entries:
        await Consent.insert(*entries)


async def last_yes(*, cluster_id: int, address: str) -> datetime | None:
    """When the owner of an address last said yes by a link in a letter: then it worked."""
    async with connection() as raw:
        found: datetime | None = await raw.fetchval(_LAST_YES, cluster_id, address)
    return found


_LAST_YES = """
SELECT max(c.at) FROM consent c JOIN person p ON p.id = c.person_id
WHERE p.cluster_id = $1 AND lower(p.address) = lower($2) AND c.how = 'opt-in' AND c.act = 'given'
"""


async def history(*, person_id: int) -> list[Consent]:
    """Everything a person said yes and no to, newest first."""
    return await Consent.objects().where(Consent.person_id == person_id).order_by(Consent.id, ascending=False)
