"""Newsletters and those who read them, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.clusters.tables import Cluster
from service.identity.tables import Coordinator
from service.letters.links import Links
from service.mailings import drafts, editions, freeze, records, schedule
from service.mailings.blocks import Block, Text
from service.mailings.content import Content
from service.mailings.drafts import Outline
from service.mailings.tables import Mailing
from service.people.tables import Person
from service.persistence.engine import connection
from service.subscriptions.tables import Subscription, Topic
from tests.support import factories, subscriptions


async def topic(cluster: Cluster, slug: str = "newsletter") -> Topic:
    """One of the cluster's default topics."""
    return (await subscriptions.offered(cluster))[slug]


async def coordinator(*, now: datetime, address: str = "kadri@example.org", language: str = "en") -> Coordinator:
    """A coordinator; what they may do is for `web` to ask."""
    row = Coordinator(address=address, name="Kadri Kask", language=language, created_at=now)
    await row.save()
    return row


async def readers(cluster: Cluster, *, now: datetime, slug: str = "newsletter", **languages: int) -> list[Person]:
    """`readers(cluster, now=now, et=3, ru=2)`: people who read the topic, addressed `et1@example.org` and so on."""
    of = await topic(cluster, slug)
    made = []
    for language, people in languages.items():
        for place in range(1, people + 1):
            address = f"{language}{place}@example.org"
            person = await factories.person(cluster=cluster, now=now, address=address, language=language, name=f"{language} {place}")
            await Subscription(topic_id=of.id, person_id=person.id, state="active", since=now).save()
            made.append(person)
    return made


def words(language: str, *blocks: Block) -> Content:
    """A finished edition that says which language it is in."""
    return Content(f"Subject in {language}", f"Preheader in {language}", blocks or (Text(f"{{greeting}}\n\nText in {language}."),))


async def draft(
    cluster: Cluster, *languages: str, now: datetime, editions_: Mapping[str, Content] | None = None, **outline: Any
) -> Mailing:
    """A draft with finished editions in `languages`, or with those that are given."""
    outline = {"title": "December", "topic_id": (await topic(cluster)).id, **outline}
    of = Outline(**outline)
    mailing_id = await drafts.create(cluster_id=cluster.id, outline=of, now=now, actor_id=None)
    for language, content in (editions_ or {language: words(language) for language in languages}).items():
        await write(cluster, mailing_id, language, content, now=now)
    return await records.find(cluster_id=cluster.id, mailing_id=mailing_id)


async def write(cluster: Cluster, mailing_id: int, language: str, content: Content, *, now: datetime, version: int = 0) -> None:
    """Save one edition."""
    await editions.save(
        cluster_id=cluster.id, mailing_id=mailing_id, language=language, content=content, version=version, now=now, actor_id=None
    )


async def scheduled(
    cluster: Cluster,
    *languages: str,
    links: Links,
    now: datetime,
    at: datetime | None = None,
    fallback: Mapping[str, str | None] | None = None,
    actor_id: int | None = None,
    **outline: Any,
) -> Mailing:
    """A mailing with editions in `languages`, scheduled for `at` (now)."""
    made = await draft(cluster, *languages, now=now, **outline)
    await schedule.schedule(
        cluster=cluster,
        mailing_id=made.id,
        at=at,
        fallback=fallback or {},
        version=made.version,
        links=links,
        now=now,
        actor_id=actor_id,
    )
    return await records.find(cluster_id=cluster.id, mailing_id=made.id)


async def started(cluster: Cluster, *languages: str, links: Links, now: datetime, **more: Any) -> Mailing:
    """A mailing that is being sent."""
    made = await scheduled(cluster, *languages, links=links, now=now, **more)
    assert await freeze.start_due(links=links, now=now) == 1
    return await records.find(cluster_id=cluster.id, mailing_id=made.id)


async def settle(dispatch_id: int, *, state: str = "sent", reply: str = "250 2.0.0 Ok: queued as 4F1", now: datetime) -> None:
    """What the road out writes when it is through with a dispatch."""
    async with connection() as raw:
        await raw.execute(
            "UPDATE delivery SET state = $2, reply = $3, settled_at = $4 WHERE dispatch_id = $1 AND settled_at IS NULL",
            dispatch_id,
            state,
            reply,
            now,
        )
        await raw.execute("UPDATE dispatch SET state = 'done', done_at = $2 WHERE id = $1", dispatch_id, now)


async def copies(dispatch_id: int) -> dict[str, tuple[str | None, str, str]]:
    """Address → (language of the letter, state, reason)."""
    async with connection() as raw:
        rows = await raw.fetch(
            """SELECT d.address, l.language, d.state, d.reason FROM delivery d LEFT JOIN letter l ON l.id = d.letter_id
               WHERE d.dispatch_id = $1 ORDER BY d.id""",
            dispatch_id,
        )
    return {row["address"]: (row["language"], row["state"], row["reason"]) for row in rows}
