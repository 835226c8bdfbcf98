"""What a person chooses for themselves behind the signed link of any letter: topics, language, name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.clusters import directory as clusters
from service.clusters.tables import Cluster
from service.errors import Refused, problems_of
from service.people import directory, languages, names
from service.people.tables import Person
from service.persistence.transaction import transaction
from service.subscriptions import joining, leaving, topics, wording
from service.subscriptions.consents import Shown
from service.subscriptions.joining import Standing
from service.subscriptions.tables import How, Topic


@dataclass(frozen=True, slots=True)
class Preferences:
    """As things stand."""

    person: Person
    cluster: Cluster
    topics: tuple[Topic, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Choice:
    """The form: `topics` are the slugs that are turned on."""

    name: str
    language: str
    topics: tuple[str, ...]


async def of(*, person_id: int) -> Preferences | None:
    """None when the person is unknown or erased."""
    person = await directory.by_id(person_id=person_id)
    if person is None:
        return None
    cluster = await clusters.by_id(cluster_id=person.cluster_id)
    offered = await topics.of(cluster_id=cluster.id)
    return Preferences(person, cluster, tuple(offered), await joining.standing(person=person))


async def change(*, preferences: Preferences, choice: Choice, shown_in: str, now: datetime) -> None:
    """Write the choice in one transaction: topics turned on join, those turned off leave. Raises Refused with every problem.

    `shown_in`: the language of the page, and so of the words it consents with.
    """
    cluster = preferences.cluster
    _check(cluster, choice)
    wanted = {topic.id for topic in preferences.topics if topic.slug in choice.topics}
    async with transaction():
        person = await directory.lock(person_id=preferences.person.id)
        if person is None:
            return
        await directory.describe(person_id=person.id, name=names.normalise(choice.name), language=choice.language)
        heard = (await joining.standing(person=person)).heard
        off = [topic for topic in preferences.topics if topic.id not in wanted]
        await leaving.stop(person=person, topics=off, how=How.PREFERENCES, language=shown_in, now=now)
        words = wording.changing(cluster_name=cluster.name, language=shown_in)
        on = [topic for topic in preferences.topics if topic.id in wanted - heard]
        if on:
            shown = Shown(words=words, language=shown_in, at=now)
            await joining.join(person=person, topics=on, how=How.PREFERENCES, shown=shown, now=now)


def _check(cluster: Cluster, choice: Choice) -> None:
    problems = [*problems_of(names.normalise, choice.name), *problems_of(languages.checked, choice.language, cluster.languages)]
    if problems:
        raise Refused.all(problems)
