"""The console's subscribers."""

from __future__ import annotations

import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.delivery import suppressions
from service.identity import sessions
from tests.conftest import Clock
from tests.support import factories, identity
from tests.support.browser import Browser
from tests.support.subscriptions import offered, rows, subscriber

LIST = "/console/loomeklaster/subscribers"


@pytest_asyncio.fixture(loop_scope="session")
async def console(browser: Browser, cluster: Cluster, clock: Clock) -> Browser:
    """A browser in which the cluster's coordinator is signed in."""
    kadri = await identity.coordinator(now=clock(), cluster=cluster, password=None)
    value = await sessions.open(coordinator_id=kadri.id, now=clock())
    browser.client.cookies.set("__Host-kutse_session", value)
    await offered(cluster)
    return browser


async def test_the_list_shows_who_reads_what_and_can_be_searched_and_narrowed(console: Browser, cluster: Cluster, clock: Clock) -> None:
    await subscriber(cluster=cluster, now=clock(), address="mari@xn--kull-4qaa.example.org", slugs=("newsletter", "events"))
    await subscriber(cluster=cluster, now=clock(), address="jaan@example.net", name="Jaan Tamm", slugs=("funding",))
    await console.open(LIST)
    assert "mari@öökull.example.org" in console.text()
    assert "Jaan Tamm" in console.text()
    for query, seen, unseen in (("search=tamm", "Jaan Tamm", "Mari Maasikas"), ("topic=events", "Mari Maasikas", "Jaan Tamm")):
        await console.open(f"{LIST}?{query}")
        assert seen in console.text()
        assert unseen not in console.text()


async def test_a_long_list_has_pages_that_keep_what_was_searched(console: Browser, cluster: Cluster, clock: Clock) -> None:
    for n in range(52):
        await subscriber(cluster=cluster, now=clock(), address=f"p{n:02}@example.org", name="")
    page = await console.open(f"{LIST}?search=example.org")
    assert "p51@example.org" in page.text
    assert "p01@example.org" not in page.text
    page = await console.open(f"{LIST}?search=example.org&older_than=3")
    assert "p01@example.org" in page.text
    assert "newer_than=2" in page.text
    assert "search=example.org" in page.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("older_than=x", 200),
        ("older_than=" + "9" * 40, 200),
        ("topic=gossip", 404),
        ("search=%25_%27%22%3Cb%3E", 200),
        ("search=" + "x" * 900, 200),
    ],
)
async def test_whatever_stands_in_the_address_is_answered_calmly(console: Browser, query: str, status: int) -> None:
    assert (await console.open(f"{LIST}?{query}")).status_code == status


async def test_one_subscriber_shows_every_consent_with_its_words_and_what_keeps_mail_away(
    console: Browser, cluster: Cluster, clock: Clock
) -> None:
    mari = await subscriber(cluster=cluster, now=clock())
    await suppressions.add(cluster_id=cluster.id, address=mari.address, scope=suppressions.ALL, reason="5.1.1", now=clock())
    page = await console.open(f"{LIST}/{mari.id}")
    assert page.status_code == 200
    assert "Jah" in console.text()
    assert "confirmed from the mailbox" in console.text()
    assert "This address does not work" in console.text()


async def test_somebody_who_asks_the_office_is_unsubscribed_with_a_trace(console: Browser, cluster: Cluster, clock: Clock) -> None:
    mari = await subscriber(cluster=cluster, now=clock())
    await console.open(f"{LIST}/{mari.id}/leave")
    page = await console.submit()
    assert page.url.path == f"{LIST}/{mari.id}"
    assert await rows("SELECT state FROM subscription") == [("left",)]
    assert await rows("SELECT how FROM consent WHERE act = 'withdrawn'") == [("office",)]
    assert await rows("SELECT action, subject_id FROM audit_entry WHERE subject_kind = 'person'") == [("subscriber.unsubscribed", mari.id)]


async def test_people_of_another_cluster_are_not_there(console: Browser, clock: Clock) -> None:
    kotor = await factories.cluster(now=clock(), slug="kotor", name="Kotor")
    stranger = await subscriber(cluster=kotor, now=clock())
    for path in (f"{LIST}/{stranger.id}", f"{LIST}/{stranger.id}/leave", f"{LIST}/999", "/console/kotor/subscribers"):
        assert (await console.open(path)).status_code == 404
    await console.open(LIST)
    assert (await console.submit(f"{LIST}/{stranger.id}/leave")).status_code in (403, 404)
    assert await rows("SELECT state FROM subscription") == [("active",)]


async def test_nobody_sees_subscribers_without_signing_in(browser: Browser, cluster: Cluster) -> None:
    page = await browser.open(LIST, follow=False)
    assert page.status_code == 303
    assert page.headers["location"].startswith("/console/sign-in")


async def test_who_asks_for_it_is_erased_after_a_question(console: Browser, cluster: Cluster, clock: Clock) -> None:
    person = await subscriber(cluster=cluster, now=clock(), address="mari@example.net")
    await console.open(f"{LIST}/{person.id}")
    await console.open(f"{LIST}/{person.id}/erase")
    assert "Erase Mari Maasikas?" in console.text()
    await console.submit(f"{LIST}/{person.id}/erase")
    assert console.page.url.path == LIST
    assert "Mari Maasikas" not in console.text()
    assert (await console.open(f"{LIST}/{person.id}")).status_code == 404
