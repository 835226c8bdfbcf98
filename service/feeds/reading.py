"""Reading: a cluster's feeds and a person's own, built from one snapshot of the database, so that bytes and validator belong together."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from service.calendars import feeds
from service.calendars.feeds import Entry
from service.clusters import directory
from service.clusters.tables import Cluster
from service.errors import NotFound
from service.events import browsing
from service.events import entries as of_events
from service.events.browsing import Wanted
from service.events.office import Office
from service.feeds import selection as selections
from service.feeds import shelf, validators
from service.feeds.selection import Selection, What
from service.feeds.shelf import Feed
from service.feeds.validators import Validator
from service.languages.catalogues import marked, translator
from service.letters.links import Links
from service.opportunities import calls
from service.opportunities import entries as of_calls
from service.people import directory as people
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from service.subscriptions import topics

MOST = 5000
"""Events and calls in one feed."""

_NAMES = {What.EVENTS: marked("{cluster}: events"), What.CALLS: marked("{cluster}: funding deadlines"), What.ALL: "{cluster}"}


@dataclass(frozen=True, slots=True)
class Site:
    """What an entry says of this installation: its links, and the domain of its UIDs (`settings.mail_domain`)."""

    links: Links
    mail_domain: str


async def of_cluster(
    *, slug: str, language: str, selection: Selection, validator: Validator, source_url: str, site: Site, now: datetime
) -> Feed:
    """A cluster's feed in one of its languages, as `validator` says; raises NotFound when it went away meanwhile."""

    async def build() -> Feed:
        async with transaction(isolation="REPEATABLE READ"):
            current = await validators.of_cluster(slug=slug, language=language, site_url=site.links.site_url, now=now)
            cluster = await directory.by_slug(slug=slug)
            found = await _entries(cluster, language, selection, site, now)
        title = translator(language).gettext(_NAMES[selection.what], cluster=cluster.name)
        return await _built(current, found, name=title, colour=cluster.brand_color, source_url=source_url)

    return await shelf.feed((slug, language, selection), validator=validator, build=build)


async def of_person(*, person_id: int, selection: Selection, validator: Validator, source_url: str, site: Site, now: datetime) -> Feed:
    """A person's own feed in their language. What was sent to them as an invitation stands in their calendar already and is left out, unless asked for."""

    async def build() -> Feed:
        async with transaction(isolation="REPEATABLE READ"):
            current = await validators.of_person(person_id=person_id, site_url=site.links.site_url, now=now)
            person = await people.by_id(person_id=person_id)
            if person is None:
                raise NotFound("Nothing is kept here about you any more.")
            cluster = await directory.by_id(cluster_id=person.cluster_id)
            own = set() if selection.with_own else await _invited_to(person_id)
            found = await _entries(cluster, person.language, selection, site, now, without=own)
        title = translator(person.language).gettext(_NAMES[selection.what], cluster=cluster.name)
        return await _built(current, found, name=title, colour=cluster.brand_color, source_url=source_url)

    return await shelf.feed((person_id, selection), validator=validator, build=build)


async def _entries(
    cluster: Cluster, language: str, selection: Selection, site: Site, now: datetime, *, without: Collection[int] = ()
) -> list[Entry]:
    """Everything in the feed; `without`: calendar entries that are left out."""
    found: list[Entry] = []
    since = selections.since(now)
    if selection.has_events:
        office = Office(cluster, site.links, site.mail_domain)
        wanted = Wanted(selection.kind, await _topic_id(cluster, selection.topic), selection.language or None, selection.town or None)
        for event in await browsing.listed(cluster_id=cluster.id, wanted=wanted, now=since, is_past=False, limit=MOST, offset=0):
            found += of_events.of(office=office, event=event, language=language, without=without)
    if selection.has_calls:
        for call in await calls.announced(cluster_id=cluster.id, since=since, limit=MOST):
            found += of_calls.of(cluster=cluster, links=site.links, mail_domain=site.mail_domain, call=call, language=language)
    return found


async def _topic_id(cluster: Cluster, slug: str) -> int | None:
    """The topic that narrows a feed down; None for all. One that was removed leaves nothing but itself out."""
    if not slug:
        return None
    return next((topic.id for topic in await topics.of(cluster_id=cluster.id) if topic.slug == slug), 0)


async def _invited_to(person_id: int) -> set[int]:
    async with connection() as raw:
        rows = await raw.fetch(
            "SELECT i.entry_id FROM invitation i JOIN registration r ON r.id = i.registration_id WHERE r.person_id = $1 AND i.state = 'sent'",
            person_id,
        )
    return {row["entry_id"] for row in rows}


async def _built(current: Validator | None, found: list[Entry], *, name: str, colour: str, source_url: str) -> Feed:
    """The bytes, made in a thread: a thousand entries take longer than anybody else should wait."""
    if current is None:
        raise NotFound("There is no such calendar here.")
    return Feed(current, await asyncio.to_thread(feeds.feed, found, name=name, source_url=source_url, colour=colour))
