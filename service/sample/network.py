"""The network of a sample cluster: organisations, and people who subscribe to topics."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from service.clusters.tables import Cluster
from service.languages.slugs import slug
from service.people import directory, organisations
from service.people.tables import Affiliation, Organisation, Person
from service.sample import reading
from service.sample.reading import Entry
from service.subscriptions import joining, topics, wording
from service.subscriptions.consents import Shown
from service.subscriptions.tables import How, Topic

PEOPLE = 40
"""In each cluster: two hundred in all five."""


@dataclass(frozen=True, slots=True)
class Member:
    """A sample person and where they work."""

    person: Person
    organisation: str


async def load(*, cluster: Cluster, entry: Entry, place: int, now: datetime) -> list[Member]:
    """Write the cluster's organisations and forty people; `place` makes people of different clusters different. Inside a transaction."""
    organisations = [await _organisation(cluster, one, now) for one in entry["organisations"]]
    offered = await topics.of(cluster_id=cluster.id)
    members: list[Member] = []
    for number, (name, language) in enumerate(_names(cluster, place)):
        organisation = organisations[number % len(organisations)]
        person = await _person(cluster, name, language, now)
        await Affiliation(person_id=person.id, organisation_id=organisation.id).save()
        await _subscribe(cluster, person, offered, number, now)
        members.append(Member(person, organisation.name))
    return members


def _names(cluster: Cluster, place: int) -> list[tuple[str, str]]:
    """Names in the cluster's languages in turn; the first language, everybody's, has every second person."""
    first, *others = cluster.languages
    order = [first, *others] if not others else [one for other in others for one in (first, other)]
    known = reading.names()
    found: dict[str, str] = {}
    for number in range(10 * PEOPLE):
        language = order[number % len(order)]
        given, family = known[language]["given"], known[language]["family"]
        turn = number + place * 7
        found.setdefault(f"{given[turn % len(given)]} {family[(turn * 3 + turn // len(given)) % len(family)]}", language)
    return list(islice(found.items(), PEOPLE))


async def _organisation(cluster: Cluster, entry: Entry, now: datetime) -> Organisation:
    row = Organisation(cluster_id=cluster.id, created_at=now, folded_name=organisations.fold(entry["name"]), **entry)
    await row.save()
    return row


async def _person(cluster: Cluster, name: str, language: str, now: datetime) -> Person:
    local = re.sub(r"-+", ".", slug(name))
    return await directory.ensure(
        cluster_id=cluster.id, address=f"{local}@example.org", name=name, language=language, now=now - timedelta(days=60)
    )


async def _subscribe(cluster: Cluster, person: Person, offered: list[Topic], number: int, now: datetime) -> None:
    """Everybody reads the newsletter; two of three hear of seminars, every second of funding."""
    news, seminars, funding = offered[:3]
    chosen = [news, *([seminars] if number % 3 else []), *([funding] if number % 2 else [])]
    shown = Shown(language=person.language, at=now, words=wording.joining(cluster_name=cluster.name, language=person.language))
    await joining.join(person=person, topics=chosen, how=How.SAMPLE, shown=shown, now=now)
