"""Double opt-in: somebody asks for topics for an address; only who reads that address's mail makes it true.

request → letter with a link → page with a button → confirm. The form says the same to everybody, known or not, and changes nobody's record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.audit import trail
from service.clusters import directory as clusters
from service.clusters.tables import Cluster
from service.delivery import suppressions
from service.errors import Gone, NotFound, Refused, TooMany, problems_of
from service.letters.links import Links
from service.people import addresses, languages, names
from service.people import directory as people
from service.people.tables import Person
from service.persistence import throttle
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from service.subscriptions import joining, notices, topics, wording
from service.subscriptions.consents import Shown
from service.subscriptions.tables import How, Optin, Topic

LIFETIME = timedelta(days=7)
"""How long a confirmation link works."""
KEPT = timedelta(days=30)
"""How long an opt-in is kept after it expired, confirmed or not: its words are in the ledger by then."""
TWICE = timedelta(seconds=10)
"""Within this time the same request again is the same button pressed twice."""

PER_ADDRESS = 3
PER_ADDRESS_A_DAY = 6
PER_NETWORK = 60
PER_CLUSTER = 1000
"""Requests an hour where nothing else is said. A network may be a seminar room where everybody subscribes at once; an address is one person."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The form as it was typed; `topics` are slugs, `language` the one letters shall come in."""

    address: str
    name: str
    language: str
    topics: tuple[str, ...]


async def request(*, cluster: Cluster, wish: Wish, shown_in: str, network: str, links: Links, now: datetime) -> None:
    """Ask the address whether it wants this; raises Refused with every problem of the form, or TooMany.

    `shown_in`: the language of the page, and so of the words. `network`: whose requests are counted together. What happens next is seen in
    the mailbox alone: a letter to confirm, a letter with the preferences link for who reads all of it already, or nothing when the address had enough.
    Where earlier letters came back, one letter to confirm is let through now and then, and a yes lets in all others.
    """
    checked, chosen = await _checked(cluster, wish)
    await throttle.count(what="subscribe.network", who=network, limit=PER_NETWORK, now=now)
    await throttle.count(what="subscribe.cluster", who=cluster.slug, limit=PER_CLUSTER, now=now)
    if await _had_enough(cluster, checked.address, now):
        return
    person = await people.find(cluster_id=cluster.id, address=checked.address)
    came_back = await suppressions.came_back(cluster_id=cluster.id, address=checked.address)
    if not came_back and person is not None and {topic.id for topic in chosen} <= (await joining.standing(person=person)).heard:
        await notices.already_subscribed(cluster=cluster, person=person, topics=chosen, links=links, now=now)
        return
    shown = Shown(words=wording.joining(cluster_name=cluster.name, language=shown_in), language=shown_in, at=now)
    letter = await notices.question(cluster=cluster, topics=chosen, language=checked.language, valid_days=LIFETIME.days, links=links)
    async with transaction():
        if await _was_just_asked(cluster, checked, chosen, now):
            return
        optin = await _pending(cluster, checked, chosen, shown)
        await notices.post_question(cluster=cluster, optin=optin, letter=letter, person=person, links=links, now=now)
        await suppressions.probe(cluster_id=cluster.id, addresses=[checked.address], now=now)


async def find(*, optin_id: int) -> Optin:
    """A request, open or not; raises NotFound when it was removed or never was."""
    optin = await Optin.objects().get(Optin.id == optin_id)
    if optin is None:
        raise NotFound("This link is not known here any more. You can subscribe again; it takes a minute.")
    return optin


async def asked_for(*, optin: Optin) -> list[Topic]:
    """The topics of a request that are still offered."""
    return [topic for topic in await topics.of(cluster_id=optin.cluster_id) if topic.id in optin.topic_ids]


def check_open(*, optin: Optin, now: datetime) -> None:
    """Raises Gone when the request has expired without a yes."""
    if optin.confirmed_at is None and now > optin.expires_at:
        raise Gone("This link has expired. You can subscribe again; it takes a minute.")


async def confirm(*, optin_id: int, links: Links, now: datetime) -> None:
    """The address says yes: person, subscriptions and ledger in one transaction, with a welcome letter. A second yes changes nothing.

    Who reads nothing yet gets the language they have just chosen: the yes came from their own mailbox. A name that is known stays.
    Raises NotFound and Gone.
    """
    optin = await find(optin_id=optin_id)
    check_open(optin=optin, now=now)
    cluster = await clusters.by_id(cluster_id=optin.cluster_id)
    asked = await asked_for(optin=optin)
    known = await people.find(cluster_id=optin.cluster_id, address=optin.address)
    language = known.language if known is not None and (await joining.standing(person=known)).heard else optin.language
    letter = await notices.welcome(cluster=cluster, topics=asked, language=language, links=links)
    async with transaction():
        if await _is_first_yes(optin, now):
            person = await _subscribe(optin, asked, now)
            await notices.post_welcome(cluster=cluster, person=person, letter=letter, now=now)


async def forget_expired(*, now: datetime) -> int:
    """Remove requests that expired 30 days ago; returns how many."""
    return len(await Optin.delete().where(Optin.expires_at < now - KEPT).returning(Optin.id))


async def forget(*, cluster_id: int, address: str) -> None:
    """Remove the requests for an address that is erased."""
    async with connection() as raw:
        await raw.execute("DELETE FROM optin WHERE cluster_id = $1 AND lower(address) = lower($2)", cluster_id, address)


async def _checked(cluster: Cluster, wish: Wish) -> tuple[Wish, list[Topic]]:
    offered = await topics.of(cluster_id=cluster.id)
    problems = [
        *problems_of(topics.chosen, offered, wish.topics),
        *problems_of(addresses.normalise, wish.address),
        *problems_of(names.normalise, wish.name),
        *problems_of(languages.checked, wish.language, cluster.languages),
    ]
    if problems:
        raise Refused.all(problems)
    chosen = topics.chosen(offered, wish.topics)
    return Wish(addresses.normalise(wish.address), names.normalise(wish.name), wish.language, wish.topics), chosen


async def _had_enough(cluster: Cluster, address: str, now: datetime) -> bool:
    """Whether this address was asked too often; nobody but its owner may learn that it was asked at all."""
    what, midnight = f"subscribe.address.{cluster.id}", now.replace(hour=0)
    try:
        await throttle.count(what=what, who=address, limit=PER_ADDRESS, now=now)
        await throttle.count(what=f"{what}.day", who=address, limit=PER_ADDRESS_A_DAY, now=midnight)
    except TooMany:
        return True
    return False


async def _was_just_asked(cluster: Cluster, wish: Wish, chosen: Sequence[Topic], now: datetime) -> bool:
    """Whether the very same was asked a moment ago: a button pressed twice asks once. Takes turns with others who ask for this address."""
    async with connection() as raw:
        await raw.execute("SELECT pg_advisory_xact_lock(hashtextextended('subscribe ' || $1, $2))", wish.address, cluster.id)
    same = (Optin.name == wish.name) & (Optin.language == wish.language) & (Optin.topic_ids == [topic.id for topic in chosen])
    recent = Optin.confirmed_at.is_null() & (Optin.requested_at > now - TWICE)
    return await Optin.exists().where((Optin.cluster_id == cluster.id) & (Optin.address == wish.address) & same & recent)


async def _pending(cluster: Cluster, wish: Wish, chosen: Sequence[Topic], shown: Shown) -> Optin:
    optin = Optin(
        cluster_id=cluster.id,
        address=wish.address,
        name=wish.name,
        language=wish.language,
        topic_ids=[topic.id for topic in chosen],
        words=shown.words,
        words_language=shown.language,
        requested_at=shown.at,
        expires_at=shown.at + LIFETIME,
    )
    await optin.save()
    return optin


async def _is_first_yes(optin: Optin, now: datetime) -> bool:
    """Mark it confirmed; a parallel yes waits here for the first one's commit, and then finds it marked."""
    rows = await Optin.update({Optin.confirmed_at: now}).where(Optin.id == optin.id, Optin.confirmed_at.is_null()).returning(Optin.id)
    return bool(rows)


async def _revive(optin: Optin, now: datetime) -> None:
    """A yes proves that the address works."""
    lifted = await suppressions.revive(cluster_id=optin.cluster_id, address=optin.address)
    if lifted is not None:
        await trail.record(
            action="suppression.lifted",
            subject_kind="suppression",
            subject_id=lifted,
            cluster_id=optin.cluster_id,
            actor_id=None,
            now=now,
            details={"scope": suppressions.ALL, "reason": "its owner confirmed by the letter's link"},
        )


async def _subscribe(optin: Optin, asked: Sequence[Topic], now: datetime) -> Person:
    person = await people.ensure(cluster_id=optin.cluster_id, address=optin.address, name=optin.name, language=optin.language, now=now)
    await people.lock(person_id=person.id)
    if not (await joining.standing(person=person)).heard:
        person.name, person.language = person.name or optin.name, optin.language
        await people.describe(person_id=person.id, name=person.name, language=person.language)
    shown = Shown(words=optin.words, language=optin.words_language, at=optin.requested_at)
    await joining.join(person=person, topics=asked, how=How.OPT_IN, shown=shown, now=now)
    await _revive(optin, now)
    return person
