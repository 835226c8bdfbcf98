"""Load the sample clusters in one transaction, through the rooms that own what is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from service.clusters import fundings
from service.clusters.profile import Profile
from service.clusters.tables import Cluster
from service.events.office import Office
from service.letters.links import Links
from service.persistence.transaction import transaction
from service.sample import gallery, network, newsletters, programme, reading
from service.sample.reading import Entry
from service.upkeep import founding

Progress = Callable[[int, int], None]


async def load(*, links: Links, mail_domain: str, now: datetime, progress: Progress | None = None) -> list[Cluster]:
    """Load all of them; `progress` is told how many of how many are done. Whoever stops it halfway finds none of them, and may start it again."""
    entries = reading.clusters()
    loaded: list[Cluster] = []
    async with transaction():
        for entry in entries:
            loaded.append(await _cluster(entry, len(loaded), links=links, mail_domain=mail_domain, now=now))
            if progress is not None:
                progress(len(loaded), len(entries))
    return loaded


async def _cluster(entry: Entry, place: int, *, links: Links, mail_domain: str, now: datetime) -> Cluster:
    profile = _profile(entry["cluster"])
    cluster = await founding.found_cluster(profile=profile, mail_domain=mail_domain, now=now, is_sample=True)
    cluster = await gallery.with_logo(cluster=cluster, profile=profile, now=now)
    projects = {one["key"]: await _funding(cluster, one, now) for one in entry.get("fundings", ())}
    people = await network.load(cluster=cluster, entry=entry, place=place, now=now)
    around = programme.Around(Office(cluster, links, mail_domain), projects, people, now)
    titles = {one["key"]: one["title"] for one in entry.get("series", ())}
    await programme.events(around=around, entries=entry.get("events", ()), titles=titles)
    for call in entry.get("calls", ()):
        await programme.call(cluster=cluster, entry=call, now=now)
    for mailing in entry.get("mailings", ()):
        await newsletters.mailing(cluster=cluster, entry=mailing, projects=projects, links=links, now=now)
    return cluster


def _profile(entry: Entry) -> Profile:
    return Profile(**{**entry, "languages": tuple(entry["languages"])})


async def _funding(cluster: Cluster, entry: Entry, now: datetime) -> int:
    draft = fundings.Draft(
        title=entry["title"], funder=entry["funder"], code=entry.get("code", ""), acknowledgement=entry["acknowledgement"]
    )
    return (await fundings.create(cluster_id=cluster.id, draft=draft, now=now)).id
