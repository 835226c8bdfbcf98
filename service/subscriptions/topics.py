"""The topics of a cluster: what one can subscribe to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from service.clusters.tables import Cluster
from service.errors import NotFound, Refused
from service.languages import choice
from service.languages.catalogues import marked, translator
from service.persistence.engine import connection
from service.subscriptions.tables import Kind, Topic

_DEFAULTS = (
    (Kind.NEWSLETTER, marked("Newsletter"), marked("News from the cluster and its members, about once a month.")),
    (Kind.EVENTS, marked("Seminars and trainings"), marked("Invitations to seminars, trainings and study trips.")),
    (Kind.FUNDING, marked("Funding opportunities"), marked("Calls for proposals and their deadlines.")),
)

_COUNTS = """
SELECT t.id, count(*) FILTER (WHERE s.state = 'active') AS active, count(*) FILTER (WHERE s.state = 'left') AS gone
FROM topic t LEFT JOIN subscription s ON s.topic_id = t.id WHERE t.cluster_id = $1 GROUP BY t.id
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many read a topic now, and how many have left it."""

    active: int
    left: int


async def of(*, cluster_id: int) -> list[Topic]:
    """The cluster's topics in their order."""
    return await Topic.objects().where(Topic.cluster_id == cluster_id).order_by(Topic.position).output(load_json=True)


async def by_slug(*, cluster_id: int, slug: str) -> Topic:
    """One topic of the cluster; raises NotFound."""
    topic = next((one for one in await of(cluster_id=cluster_id) if one.slug == slug), None)
    if topic is None:
        raise NotFound("There is no such topic here.")
    return topic


async def by_list_id(*, list_id: str) -> Topic | None:
    """The topic whose letters carry this List-Id; None when it is not one of ours any more."""
    return await Topic.objects().where(Topic.list_id == list_id).output(load_json=True).first()


async def create_defaults(*, cluster: Cluster, mail_domain: str) -> list[Topic]:
    """Newsletter, seminars and trainings, funding opportunities, named in the cluster's languages.

    Their List-Ids lie below `mail_domain`, which the operator owns (RFC 2919 §3).
    """
    topics = [
        Topic(
            cluster_id=cluster.id,
            slug=kind.value,
            kind=kind.value,
            name=_said(name, cluster.languages),
            description=_said(description, cluster.languages),
            list_id=f"{kind.value}.{cluster.slug}.{mail_domain}",
            position=position,
        )
        for position, (kind, name, description) in enumerate(_DEFAULTS, start=1)
    ]
    await Topic.insert(*topics)
    return await of(cluster_id=cluster.id)


async def counts(*, cluster_id: int) -> dict[int, Counts]:
    """Readers by topic id, also of topics that nobody reads."""
    async with connection() as raw:
        rows = await raw.fetch(_COUNTS, cluster_id)
    return {row["id"]: Counts(active=row["active"], left=row["gone"]) for row in rows}


def chosen(offered: Sequence[Topic], slugs: Sequence[str]) -> list[Topic]:
    """The topics of a form, in their order; raises Refused, at `topics`, when none or an unknown one is chosen."""
    wanted = [topic for topic in offered if topic.slug in slugs]
    if not slugs:
        raise Refused("Choose at least one topic.", field="topics")
    if set(slugs) - {topic.slug for topic in wanted}:
        raise Refused("One of these topics is not offered any more. Choose again.", field="topics")
    return wanted


def name_of(topic: Topic, language: str) -> str:
    """The topic's name in `language`, else in another it has."""
    return choice.pick(topic.name, language)  # type: ignore[arg-type]  # Piccolo types a loaded JSONB as text


def description_of(topic: Topic, language: str) -> str:
    """The topic's description in `language`, else in another it has."""
    return choice.pick(topic.description, language)  # type: ignore[arg-type]


def _said(text: str, languages: Iterable[str]) -> str:
    return msgspec.json.encode({language: translator(language).gettext(text) for language in languages}).decode()
