"""The console's newsletters: the list, what one is about, and the walls between clusters."""

from __future__ import annotations

import itertools

import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.identity import sessions
from service.letters.links import Links
from service.mailings import records
from service.mailings.lifecycle import State
from tests.conftest import Clock
from tests.support import factories, identity
from tests.support import mailings as support
from tests.support.browser import Browser
from tests.support.editor import fields_of, links_of

LIST = "/console/loomeklaster/mailings"


@pytest_asyncio.fixture(loop_scope="session")
async def console(browser: Browser, cluster: Cluster, clock: Clock) -> Browser:
    """A browser in which the cluster's coordinator is signed in."""
    kadri = await identity.coordinator(now=clock(), cluster=cluster, password=None)
    browser.client.cookies.set("__Host-kutse_session", await sessions.open(coordinator_id=kadri.id, now=clock()))
    await support.topic(cluster)
    return browser


async def test_a_coordinator_begins_a_newsletter_and_lands_in_the_editor(console: Browser, cluster: Cluster) -> None:
    page = await console.open(f"{LIST}/new")
    fields = fields_of(page.text, f"{LIST}/new")
    page = await console.submit(fields={**fields, "title": "December"})
    assert page.url.path == f"{LIST}/1/write"
    made = await records.find(cluster_id=cluster.id, mailing_id=1)
    assert (made.title, made.is_public, made.created_by) == ("December", True, 1)


async def test_a_newsletter_without_a_name_or_topic_comes_back_with_what_was_typed(console: Browser) -> None:
    await console.open(f"{LIST}/new")
    page = await console.submit(fields={"title": "", "topic": "99"})
    assert page.status_code == 422
    assert "Give it a name" in console.text()
    page = await console.submit(f"{LIST}/new", fields={"title": "December", "topic": "99"})
    assert fields_of(page.text, f"{LIST}/new")["title"] == "December"
    assert "Choose whom it is for." in console.text()


async def test_the_shelves_show_drafts_scheduled_and_sent(console: Browser, cluster: Cluster, links: Links, clock: Clock) -> None:
    await console.open(LIST)
    assert "No drafts" in console.text()
    await support.readers(cluster, now=clock(), et=1)
    await support.draft(cluster, "et", now=clock(), title="Being written")
    await support.started(cluster, "et", links=links, now=clock(), title="Going out")
    for shelf, seen, unseen in (
        ("drafts", "Being written", "Going out"),
        ("sent", "Going out", "Being written"),
        ("rubbish", "Being written", "x§"),
    ):
        await console.open(f"{LIST}?shelf={shelf}")
        assert seen in console.text()
        assert unseen not in console.text()


async def test_a_long_shelf_has_pages(console: Browser, cluster: Cluster, clock: Clock) -> None:
    for n in range(21):
        await support.draft(cluster, now=clock(), title=f"Draft {n:02}")
    page = await console.open(f"{LIST}?shelf=drafts")
    assert "Draft 20" in console.text()
    assert "Draft 00" not in console.text()
    older = next(url for url in links_of(page.text) if "before=" in url)
    await console.open(older)
    assert "Draft 00" in console.text()


async def test_what_it_is_about_can_be_changed_copied_and_removed(console: Browser, cluster: Cluster, clock: Clock) -> None:
    made = await support.draft(cluster, "et", now=clock())
    page = await console.open(f"{LIST}/{made.id}/about")
    await console.submit(fields={**fields_of(page.text, f"{LIST}/{made.id}/about"), "title": "Advent"})
    assert "Advent" in console.text()
    page = await console.submit(f"{LIST}/{made.id}/copy")
    assert page.url.path == f"{LIST}/2/about"
    assert "Advent (copy)" in page.text
    await console.open(f"{LIST}/2/remove")
    await console.submit()
    assert await records.counts(cluster_id=cluster.id) == {"drafts": 1, "scheduled": 0, "sent": 0}


async def test_a_stale_change_of_what_it_is_about_is_not_written(console: Browser, cluster: Cluster, clock: Clock) -> None:
    made = await support.draft(cluster, "et", now=clock())
    page = await console.open(f"{LIST}/{made.id}/about")
    fields = fields_of(page.text, f"{LIST}/{made.id}/about")
    await console.submit(fields={**fields, "title": "Hers"})
    page = await console.submit(fields={**fields, "title": ""})  # a slip of the hand does not hide that
    assert (page.status_code, fields_of(page.text, f"{LIST}/{made.id}/about")["version"]) == (422, fields["version"])
    page = await console.submit(fields={**fields, "title": "His"})
    assert page.status_code == 409
    assert (await records.find(cluster_id=cluster.id, mailing_id=made.id)).title == "Hers"


_PAGES = ("", "/write", "/about", "/preview", "/letter", "/send", "/results", "/remove", "/cancel")
_ACTS = (
    "/write",
    "/write/copy",
    "/about",
    "/preview",
    "/letter",
    "/send",
    "/take-back",
    "/pause",
    "/resume",
    "/cancel",
    "/copy",
    "/remove",
)


async def test_nothing_of_another_clusters_newsletter_is_there(console: Browser, clock: Clock, links: Links) -> None:
    kotor = await factories.cluster(now=clock(), slug="kotor", name="Kotor", languages=["et"])
    await support.readers(kotor, now=clock(), et=1)
    theirs = [await support.draft(kotor, "et", now=clock()), await support.started(kotor, "et", links=links, now=clock())]
    for made, path in itertools.product(theirs, _PAGES):
        assert (await console.open(f"{LIST}/{made.id}{path}")).status_code == 404, path
        assert (await console.open(f"/console/kotor/mailings/{made.id}{path}")).status_code == 404, path
    await console.open(f"{LIST}/new")
    token = console.token()
    for made, path in itertools.product(theirs, _ACTS):
        page = await console.submit(f"{LIST}/{made.id}{path}", {"_csrf_token": token, "source": "et", "do": "now", "sure": "yes"})
        assert page.status_code == 404, path
    assert [(await records.find(cluster_id=kotor.id, mailing_id=one.id)).state for one in theirs] == [State.DRAFT, State.SENDING]


@pytest.mark.parametrize("path", ["", "/new", "/1/write", "/1/results"])
async def test_nobody_sees_newsletters_without_signing_in(browser: Browser, cluster: Cluster, path: str) -> None:
    page = await browser.open(f"{LIST}{path}", follow=False)
    assert page.status_code == 303
    assert page.headers["location"].startswith("/console/sign-in")


async def test_every_state_has_its_first_page(console: Browser, cluster: Cluster, links: Links, clock: Clock) -> None:
    await support.readers(cluster, now=clock(), et=1)
    draft = await support.draft(cluster, "et", now=clock())
    waiting = await support.scheduled(cluster, "et", links=links, now=clock())
    begun = await support.draft(cluster, "et", now=clock())
    for made, path in ((draft, "write"), (waiting, "send"), (begun, "write")):
        assert (await console.open(f"{LIST}/{made.id}")).url.path == f"{LIST}/{made.id}/{path}"
