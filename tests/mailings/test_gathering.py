"""What the blocks lean on: the events and calls of this cluster as they are when the mailing starts."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.clusters import fundings
from service.clusters.tables import Cluster
from service.events import publishing
from service.events.lifecycle import Act
from service.events.occasion import Kind
from service.letters.links import Links
from service.mailings import freeze, gathering, records
from service.mailings.blocks import Calls, Events
from service.mailings.content import Content
from service.persistence.engine import connection
from tests.support import events, factories, opportunities
from tests.support import mailings as support


async def _titles(cluster: Cluster, *blocks: Events, now: datetime) -> dict[str, list[str]]:
    made = await support.draft(cluster, now=now)
    found = await gathering.gather(cluster=cluster, mailing=made, contents=[Content("A", "", blocks)], now=now)
    return {kind: [event.title["et"] for event in listed] for kind, listed in found.events.items()}


async def test_only_what_is_ahead_public_and_of_the_wanted_kind_is_gathered(cluster: Cluster, now: datetime) -> None:
    await events.published(cluster=cluster, now=now, title={"et": "Seminar"})
    await events.published(cluster=cluster, now=now, title={"et": "Koolitus"}, kind=Kind.TRAINING)
    await events.draft(cluster=cluster, now=now, title={"et": "Mustand"})
    called_off = await events.published(cluster=cluster, now=now, title={"et": "Ära jäetud"})
    await publishing.decide(cluster=cluster, event_id=called_off.id, act=Act.CALL_OFF, now=now)
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    await events.published(cluster=other, now=now, title={"et": "Võõras"})
    assert await _titles(cluster, Events(), Events(of_kind="training"), now=now) == {"": ["Seminar", "Koolitus"], "training": ["Koolitus"]}
    assert await _titles(cluster, Events(), now=now + timedelta(days=60)) == {"": []}


async def test_an_unfinished_block_asks_for_nothing(cluster: Cluster, now: datetime) -> None:
    assert await _titles(cluster, Events(of_kind="rave"), now=now) == {}


async def test_the_letter_says_what_was_true_when_it_started(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1)
    await opportunities.published(cluster=cluster, now=now, title={"et": "Varajane voor"})
    words = {"et": support.words("et", Events(), Calls())}
    made = await support.scheduled(cluster, links=links, now=now, at=now + timedelta(days=1), editions_=words)
    await events.published(cluster=cluster, now=now, title={"et": "Hilisem seminar"})
    await freeze.start_due(links=links, now=now + timedelta(days=1))
    await events.published(cluster=cluster, now=now, title={"et": "Liiga hilja"})
    found = await records.find(cluster_id=cluster.id, mailing_id=made.id)
    async with connection() as raw:
        letter = await raw.fetchrow("SELECT html, text FROM letter WHERE dispatch_id = $1", found.dispatch_id)
    assert letter is not None
    for twin in letter.values():
        assert "Varajane voor" in twin
        assert "Hilisem seminar" in twin
        assert "Liiga hilja" not in twin


async def test_the_funder_is_thanked_on_the_letters_of_a_funded_mailing(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1)
    thanks = fundings.Draft("ER227", "Euroopa Liit", acknowledgement={"et": "Rahastab Euroopa Liit."})
    funding = await fundings.create(cluster_id=cluster.id, draft=thanks, now=now)
    made = await support.started(cluster, "et", links=links, now=now, funding_id=funding.id)
    async with connection() as raw:
        html = await raw.fetchval("SELECT html FROM letter WHERE dispatch_id = $1", made.dispatch_id)
    assert "Rahastab Euroopa Liit." in html
