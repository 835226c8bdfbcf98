"""Leaving works at once, again and again, and for the news alone."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from service.clusters.tables import Cluster
from service.delivery import claim, outbox, suppressions
from service.delivery.outbox import Kind
from service.letters.letter import Letter
from service.persistence.transaction import transaction
from service.subscriptions import leaving
from service.subscriptions.tables import How
from tests.support import factories
from tests.support.delivery import claimed
from tests.support.subscriptions import offered, rows, subscriber

NEWSLETTER = "newsletter.loomeklaster.kutse.example.org"


async def test_leaving_a_topic_writes_state_ledger_and_suppression_together(cluster: Cluster, now: datetime) -> None:
    mari = await subscriber(cluster=cluster, now=now, slugs=("newsletter", "events"))
    later = now + timedelta(days=1)
    await leaving.leave(person_id=mari.id, list_id=NEWSLETTER, how=How.ONE_CLICK, now=later)
    assert await rows("SELECT state, left_at FROM subscription ORDER BY topic_id") == [("left", later), ("active", None)]
    assert await rows("SELECT act, how, language, at FROM consent ORDER BY id DESC LIMIT 1") == [("withdrawn", "one-click", "et", later)]
    assert [one.scope for one in await suppressions.find(cluster_id=cluster.id, address="mari@example.org")] == [NEWSLETTER]


async def test_a_newsletter_in_flight_no_longer_goes_to_who_has_left_and_a_service_letter_still_does(
    cluster: Cluster, now: datetime
) -> None:
    mari = await subscriber(cluster=cluster, now=now)
    letter = Letter("et", "Uudiskiri", "", "Tere", "<p>Tere</p>")
    copy = outbox.Copy(address=mari.address, language="et", person_id=mari.id)
    async with transaction():
        for kind, list_id in ((Kind.NEWS, NEWSLETTER), (Kind.SERVICE, None)):
            await outbox.post(cluster=cluster, kind=kind, letters=[letter], copies=[copy], about="test:1", list_id=list_id, now=now)
    (news,) = (await claimed(kind=Kind.NEWS, now=now)).copies
    (service,) = (await claimed(kind=Kind.SERVICE, now=now)).copies
    await leaving.leave(person_id=mari.id, list_id=NEWSLETTER, how=How.ONE_CLICK, now=now)
    assert await claim.still_good(lease=1, ids=[news.id, service.id], now=now) == {service.id}


async def test_leaving_twice_at_once_is_leaving_once(cluster: Cluster, now: datetime) -> None:
    mari = await subscriber(cluster=cluster, now=now)
    await asyncio.gather(*(leaving.leave(person_id=mari.id, list_id=NEWSLETTER, how=How.PAGE, now=now) for _ in range(6)))
    assert await rows("SELECT count(*) FROM consent WHERE act = 'withdrawn'") == [(1,)]
    assert await rows("SELECT count(*) FROM suppression") == [(1,)]


async def test_leaving_everything_silences_news_and_never_service_mail(cluster: Cluster, now: datetime) -> None:
    mari = await subscriber(cluster=cluster, now=now, slugs=("newsletter", "events"))
    await leaving.leave_everything(person_id=mari.id, how=How.PAGE, language="en", now=now)
    assert await rows("SELECT DISTINCT state FROM subscription") == [("left",)]
    scopes = {one.scope for one in await suppressions.find(cluster_id=cluster.id, address="mari@example.org")}
    assert suppressions.NEWS in scopes
    assert suppressions.ALL not in scopes
    assert await rows("SELECT count(*) FROM consent WHERE act = 'withdrawn' AND language = 'en'") == [(2,)]


async def test_who_was_mailed_without_reading_the_topic_can_leave_it_too(cluster: Cluster, now: datetime) -> None:
    await offered(cluster)
    jaan = await factories.person(cluster=cluster, now=now, address="jaan@example.org")
    await leaving.leave(person_id=jaan.id, list_id=NEWSLETTER, how=How.PAGE, now=now)
    assert [one.scope for one in await suppressions.find(cluster_id=cluster.id, address="jaan@example.org")] == [NEWSLETTER]
    assert await rows("SELECT count(*) FROM consent") == [(0,)]


async def test_unknown_people_unknown_lists_and_lists_of_other_clusters_change_nothing(cluster: Cluster, now: datetime) -> None:
    await offered(cluster)
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    stranger = await factories.person(cluster=other, now=now)
    for person_id, list_id in ((999, NEWSLETTER), (stranger.id, NEWSLETTER), (stranger.id, "gossip.kotor.example.org")):
        await leaving.leave(person_id=person_id, list_id=list_id, how=How.PAGE, now=now)
        await leaving.undo(person_id=person_id, list_id=list_id, language="en", now=now)
    await leaving.leave_everything(person_id=999, how=How.PAGE, now=now)
    assert await rows("SELECT count(*) FROM suppression") == [(0,)]
    assert await rows("SELECT count(*) FROM subscription") == [(0,)]


async def test_leaving_by_mistake_can_be_undone_with_its_words_in_the_ledger(cluster: Cluster, now: datetime) -> None:
    mari = await subscriber(cluster=cluster, now=now)
    await leaving.leave(person_id=mari.id, list_id=NEWSLETTER, how=How.PAGE, now=now)
    for _ in range(2):
        await leaving.undo(person_id=mari.id, list_id=NEWSLETTER, language="en", now=now)
    assert await rows("SELECT state FROM subscription") == [("active",)]
    assert await rows("SELECT count(*) FROM suppression") == [(0,)]
    assert await rows("SELECT act, how FROM consent ORDER BY id") == [("given", "opt-in"), ("withdrawn", "page"), ("given", "undo")]
    ((words,),) = await rows("SELECT words FROM consent ORDER BY id DESC LIMIT 1")
    assert "Newsletter" in words
