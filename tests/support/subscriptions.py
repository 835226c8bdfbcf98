"""Subscribers and what they were sent, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from service.clusters.tables import Cluster
from service.letters.links import Links
from service.people import directory
from service.people.tables import Person
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from service.subscriptions import joining, optin, topics
from service.subscriptions.consents import Shown
from service.subscriptions.tables import How, Topic


async def offered(cluster: Cluster) -> dict[str, Topic]:
    """The cluster's default topics by slug, made when there are none."""
    found = await topics.of(cluster_id=cluster.id) or await topics.create_defaults(cluster=cluster, mail_domain="kutse.example.org")
    return {topic.slug: topic for topic in found}


async def subscriber(
    *,
    cluster: Cluster,
    now: datetime,
    address: str = "mari@example.org",
    slugs: tuple[str, ...] = ("newsletter",),
    name: str = "Mari Maasikas",
) -> Person:
    """A person who reads the topics of these slugs."""
    known = await offered(cluster)
    person = await directory.ensure(cluster_id=cluster.id, address=address, name=name, language="et", now=now)
    async with transaction():
        shown = Shown(words="Jah", language="et", at=now)
        await joining.join(person=person, topics=[known[slug] for slug in slugs], how=How.OPT_IN, shown=shown, now=now)
    return person


async def ask(
    *,
    cluster: Cluster,
    links: Links,
    now: datetime,
    address: str = "mari@example.org",
    slugs: tuple[str, ...] = ("newsletter",),
    name: str = "Mari",
) -> None:
    """The public form, sent in Estonian from 192.0.2.7."""
    wish = optin.Wish(address=address, name=name, language="et", topics=slugs)
    await optin.request(cluster=cluster, wish=wish, shown_in="et", network="192.0.2.7", links=links, now=now)


@dataclass(frozen=True, slots=True)
class Posted:
    """One copy in the outbox."""

    kind: str
    about: str
    address: str
    name: str
    language: str
    subject: str
    slots: dict[str, str]
    expires_at: datetime | None


async def outbox() -> list[Posted]:
    """Every copy, in the order of posting."""
    async with connection() as raw:
        rows = await raw.fetch(
            """SELECT o.kind, o.about, d.address, d.name, l.language, l.subject, d.slots, d.expires_at
               FROM delivery d JOIN dispatch o ON o.id = d.dispatch_id JOIN letter l ON l.id = d.letter_id ORDER BY d.id"""
        )
    return [Posted(**{**row, "slots": msgspec.json.decode(row["slots"] or "{}")}) for row in rows]


async def rows(sql: str, *args: Any) -> list[tuple[Any, ...]]:
    """What the database holds, as tuples."""
    async with connection() as raw:
        return [tuple(row) for row in await raw.fetch(sql, *args)]
