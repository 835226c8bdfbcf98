"""The newsletters of a sample cluster: as drafts, or scheduled for a day ahead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from service.clusters.tables import Cluster
from service.letters.links import Links
from service.mailings import blocks, drafts, editions, records, schedule
from service.mailings.content import Content
from service.sample import gallery, reading
from service.sample.reading import Entry
from service.subscriptions import topics


async def mailing(*, cluster: Cluster, entry: Entry, projects: Mapping[str, int], links: Links, now: datetime) -> None:
    """Write it in its languages, and schedule it where the entry says for when."""
    topic = (await topics.of(cluster_id=cluster.id))[0]
    funding_id = projects[entry["funding"]] if "funding" in entry else None
    outline = drafts.Outline(title=entry["title"], topic_id=topic.id, funding_id=funding_id)
    mailing_id = await drafts.create(cluster_id=cluster.id, outline=outline, now=now, actor_id=None)
    digest = await gallery.banner(cluster=cluster, seed=entry.get("picture"), now=now)
    for edition in entry["editions"]:
        await editions.save(
            cluster_id=cluster.id,
            mailing_id=mailing_id,
            language=edition["language"],
            content=Content(edition["subject"], edition["preheader"], _blocks(edition, digest)),
            version=0,
            now=now,
            actor_id=None,
        )
    if "schedule" in entry:
        await _schedule(cluster, mailing_id, entry, links, now)


async def _schedule(cluster: Cluster, mailing_id: int, entry: Entry, links: Links, now: datetime) -> None:
    when = entry["schedule"]
    await schedule.schedule(
        cluster=cluster,
        mailing_id=mailing_id,
        at=reading.moment(when["date"], when["at"], zone=cluster.zone, now=now),
        fallback={},
        version=(await records.find(cluster_id=cluster.id, mailing_id=mailing_id)).version,
        links=links,
        now=now,
        actor_id=None,
    )


def _blocks(edition: Entry, digest: str | None) -> tuple[blocks.Block, ...]:
    """The edition's blocks; its picture blocks show the mailing's one picture."""
    return blocks.decode(msgspec.json.encode([_block(one, digest) for one in edition["blocks"]]).decode())


def _block(entry: Entry, digest: str | None) -> dict[str, object]:
    fields = {name: value for name, value in entry.items() if name != "kind"}
    return {"type": entry["kind"], **fields, **({"digest": digest} if entry["kind"] == "picture" else {})}
