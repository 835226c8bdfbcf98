"""What the blocks lean on, read once for all editions: the events and calls as they are at this moment, the project that pays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from service.clusters import fundings
from service.clusters.tables import Cluster, Funding
from service.events import programme
from service.events.occasion import Kind, Occasion, State
from service.languages import choice
from service.mailings import blocks
from service.mailings.content import MOST_ITEMS, Content, is_ready
from service.mailings.tables import Mailing
from service.opportunities import calls
from service.opportunities.opportunity import Opportunity
from service.subscriptions import topics
from service.subscriptions.tables import Topic


@dataclass(frozen=True, slots=True)
class Gathered:
    """The same for every edition of a mailing. `events`: by kind, the empty word for every kind."""

    cluster: Cluster
    topic: Topic
    funding: Funding | None
    events: dict[str, list[Occasion]]
    calls: list[Opportunity]
    at: datetime

    def acknowledgement(self, language: str) -> str:
        """How the funder must be thanked, in `language`; empty when nobody pays."""
        if self.funding is None:
            return ""
        texts = msgspec.json.decode(self.funding.acknowledgement, type=dict[str, str])
        return choice.pick(texts, language, self.cluster.languages)

    @property
    def logos(self) -> tuple[str, ...]:
        """Digests of the funder's images."""
        return (self.funding.logo_digest,) if self.funding and self.funding.logo_digest else ()


async def gather(*, cluster: Cluster, mailing: Mailing, contents: Iterable[Content], now: datetime) -> Gathered:
    """Read what the blocks of these editions name."""
    wanted = [block for content in contents for block in content.blocks]
    kinds = {block.of_kind for block in wanted if isinstance(block, blocks.Events) and is_ready(block)}
    return Gathered(
        cluster=cluster,
        topic=await topic_of(mailing),
        funding=await fundings.by_id(cluster_id=cluster.id, funding_id=mailing.funding_id) if mailing.funding_id else None,
        events={kind: await _upcoming(cluster.id, kind, now) for kind in kinds},
        calls=await calls.open(cluster_id=cluster.id, now=now, limit=MOST_ITEMS),
        at=now,
    )


async def topic_of(mailing: Mailing) -> Topic:
    """The topic whose readers a mailing is for."""
    return next(topic for topic in await topics.of(cluster_id=mailing.cluster_id) if topic.id == mailing.topic_id)


async def _upcoming(cluster_id: int, kind: str, now: datetime) -> list[Occasion]:
    wanted = Kind(kind) if kind else None
    found = await programme.upcoming(cluster_id=cluster_id, now=now, limit=2 * MOST_ITEMS, kind=wanted, is_announced=True)
    return [event for event in found if event.state is not State.CALLED_OFF][:MOST_ITEMS]
