"""Look at an edition before it goes out: as a letter on a page, and as a test letter down the one road out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service.audit import trail
from service.clusters.tables import Cluster
from service.delivery import outbox
from service.errors import NotFound
from service.languages.catalogues import translator
from service.letters import greeting, slots
from service.letters.letter import Letter
from service.letters.links import Links
from service.mailings import editions, gathering, records, rendering
from service.mailings.content import Content
from service.people import addresses
from service.persistence import throttle
from service.persistence.transaction import transaction

_TESTS_AN_HOUR = 60


async def letter(*, cluster: Cluster, mailing_id: int, language: str, links: Links, now: datetime) -> Letter:
    """The saved edition as a letter, slots and all. Raises NotFound when nothing is written in `language`."""
    written = (await editions.of(mailing_id=(await records.find(cluster_id=cluster.id, mailing_id=mailing_id)).id)).get(language)
    if written is None:
        raise NotFound("Nothing is written in this language yet.")
    return await of_words(cluster=cluster, mailing_id=mailing_id, language=language, words=written.content, links=links, now=now)


async def of_words(*, cluster: Cluster, mailing_id: int, language: str, words: Content, links: Links, now: datetime) -> Letter:
    """Any words, saved or not, as the letter they would be in this mailing; unfinished blocks are left out."""
    mailing = await records.find(cluster_id=cluster.id, mailing_id=mailing_id)
    gathered = await gathering.gather(cluster=cluster, mailing=mailing, contents=[words], now=now)
    return await rendering.letter(words=words, language=language, gathered=gathered, links=links)


def as_read_by(skeleton: Letter, *, name: str, home_url: str) -> Letter:
    """The letter as somebody called `name` gets it, for a page: the links to leave and to choose lead to `home_url`."""
    values = {
        "name": name,
        "greeting": greeting.of(name=name, language=skeleton.language),
        "unsubscribe_url": home_url,
        "preferences_url": home_url,
    }
    return replace(
        skeleton,
        subject=slots.fill(skeleton.subject, values, "header"),
        preheader=slots.fill(skeleton.preheader, values, "header"),
        text=slots.fill(skeleton.text, values, "text"),
        html=slots.fill(skeleton.html, values, "html"),
    )


async def send(
    *, cluster: Cluster, mailing_id: int, language: str, address: str, name: str, links: Links, now: datetime, actor_id: int | None
) -> str:
    """Send a test of one edition, its subject marked as such; returns the address it goes to. Raises Refused for a malformed one, TooMany."""
    to = addresses.normalise(address)
    skeleton = await letter(cluster=cluster, mailing_id=mailing_id, language=language, links=links, now=now)
    subject = translator(language).gettext("[Test] {subject}", subject=skeleton.subject)
    await throttle.count(what="mailing-test", who=f"{cluster.id}:{actor_id}", limit=_TESTS_AN_HOUR, now=now)
    async with transaction():
        await outbox.post(
            cluster=cluster,
            kind=outbox.Kind.NEWS,
            letters=[replace(skeleton, subject=subject)],
            copies=[outbox.Copy(to, language, name=name)],
            about=f"mailing-test:{mailing_id}",
            priority=outbox.AWAITED,
            now=now,
        )
        await trail.record(
            action="mailing.tested",
            subject_kind="mailing",
            subject_id=mailing_id,
            cluster_id=cluster.id,
            actor_id=actor_id,
            now=now,
            details={"language": language},
        )
    return to
