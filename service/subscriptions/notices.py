"""The three letters of opting in. They are rendered before the transaction that posts them, because rendering takes milliseconds of a thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service.clusters.tables import Cluster
from service.delivery import outbox
from service.letters import brand, render
from service.letters.letter import Letter
from service.letters.links import Links
from service.people.tables import Person
from service.persistence.transaction import transaction
from service.subscriptions import topics as topics_of_cluster
from service.subscriptions.tables import Optin, Topic


async def question(*, cluster: Cluster, topics: Sequence[Topic], language: str, valid_days: int, links: Links) -> Letter:
    """ "Do you want this?", with the link that asks once more."""
    return await _letter("confirm_subscription", cluster, topics, language, links, valid_days=valid_days)


async def post_question(*, cluster: Cluster, optin: Optin, letter: Letter, person: Person | None, links: Links, now: datetime) -> None:
    """Post it, in the transaction that writes `optin`. A known person is greeted by the name on record, not by what a stranger typed."""
    copy = outbox.Copy(
        address=optin.address,
        language=letter.language,
        person_id=person.id if person is not None else None,
        name=person.name if person is not None else optin.name,
        slots={"confirm_url": links.confirm(optin_id=optin.id, expires_at=optin.expires_at)},
    )
    about = f"optin:{optin.id}"
    await outbox.post(
        cluster=cluster, kind=outbox.Kind.SERVICE, letters=[letter], copies=[copy], about=about, expires_at=optin.expires_at, now=now
    )


async def already_subscribed(*, cluster: Cluster, person: Person, topics: Sequence[Topic], links: Links, now: datetime) -> None:
    """ "You get this already", with the way to the preferences."""
    letter = await _letter("already_subscribed", cluster, topics, person.language, links)
    async with transaction():
        await _post(cluster, person, letter, now)


async def welcome(*, cluster: Cluster, topics: Sequence[Topic], language: str, links: Links) -> Letter:
    """ "You are subscribed", with the way to the preferences."""
    return await _letter("welcome_subscription", cluster, topics, language, links)


async def post_welcome(*, cluster: Cluster, person: Person, letter: Letter, now: datetime) -> None:
    """Post it, in the transaction that subscribes."""
    await _post(cluster, person, letter, now)


async def _letter(template: str, cluster: Cluster, topics: Sequence[Topic], language: str, links: Links, **values: object) -> Letter:
    names = [topics_of_cluster.name_of(topic, language) for topic in topics]
    look = brand.of(cluster=cluster, links=links, language=language)
    return await render.letter(template=template, language=language, brand=look, values={"topics": names, **values})


async def _post(cluster: Cluster, person: Person, letter: Letter, now: datetime) -> None:
    copy = outbox.Copy(address=person.address, language=letter.language, person_id=person.id, name=person.name)
    await outbox.post(cluster=cluster, kind=outbox.Kind.SERVICE, letters=[letter], copies=[copy], about=f"person:{person.id}", now=now)
