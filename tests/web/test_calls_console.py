"""The coordinator's side of funding calls."""

from __future__ import annotations

import pytest_asyncio

from service.clusters.tables import Cluster
from service.identity import sessions
from service.opportunities import calls
from service.opportunities.opportunity import State
from tests.conftest import Clock
from tests.support import factories, identity
from tests.support import opportunities as made
from tests.support.browser import Browser

LIST = "/console/loomeklaster/calls"
TYPED = {
    "funder": "Eesti Kultuurkapital",
    "title.et": "Loovisiku stipendium",
    "amount.et": "kuni 5 000 €",
    "cutoffs.0.at": "2027-02-15T23:59",
    "cutoffs.0.zone": "Europe/Tallinn",
}


@pytest_asyncio.fixture(loop_scope="session")
async def console(browser: Browser, cluster: Cluster, clock: Clock) -> Browser:
    """A browser in which the cluster's coordinator is signed in."""
    kadri = await identity.coordinator(now=clock(), cluster=cluster, password=None)
    browser.client.cookies.set("__Host-kutse_session", await sessions.open(coordinator_id=kadri.id, now=clock()))
    return browser


async def test_a_call_is_written_published_and_closed(console: Browser, clock: Clock) -> None:
    await console.open(f"{LIST}/new")
    await console.submit(f"{LIST}/new", TYPED)
    assert "Saved as a draft" in console.text()
    one = str(console.page.url.path)
    await console.submit(f"{one}/decide", {"act": "publish"})
    call = await calls.by_id(cluster_id=1, call_id=1, now=clock())
    assert (call.state, call.cutoffs[0].at.isoformat()) == (State.PUBLISHED, "2027-02-15T21:59:00+00:00")
    await console.open(LIST)
    assert "Loovisiku stipendium" in console.text()
    assert "85 days left" in console.text()
    await console.open(one)
    await console.submit(f"{one}/decide", {"act": "close"})
    assert "Closed" in console.text()


async def test_cutoffs_are_added_on_another_clock_and_removed(console: Browser, clock: Clock) -> None:
    await console.open(f"{LIST}/new")
    page = await console.submit(f"{LIST}/new", TYPED | {"do": "add-cutoff"})
    assert 'name="cutoffs.1.at"' in page.text
    assert "Loovisiku stipendium" in page.text
    early = {"cutoffs.1.at": "2027-01-10T12:00", "cutoffs.1.zone": "Europe/Lisbon", "cutoffs.1.label.et": "I voor"}
    await console.submit(f"{LIST}/new", TYPED | early)
    call = await calls.by_id(cluster_id=1, call_id=1, now=clock())
    assert [(one.zone, one.at.hour) for one in call.cutoffs] == [("Europe/Lisbon", 12), ("Europe/Tallinn", 21)]
    page = await console.submit(f"{LIST}/new", TYPED | early | {"do": "remove-cutoff:1"})
    assert 'name="cutoffs.1.at"' not in page.text


async def test_what_is_wrong_stands_at_its_field(console: Browser) -> None:
    await console.open(f"{LIST}/new")
    page = await console.submit(f"{LIST}/new", TYPED | {"cutoffs.0.at": "2027-03-28T03:30", "opens_at": "soon"})
    assert page.status_code == 422
    assert 'id="error-cutoffs.0.at"' in page.text
    assert 'id="error-opens_at"' in page.text
    page = await console.submit(f"{LIST}/new", TYPED | {"funder": "", "title.et": "", "cutoffs.0.at": ""})
    for name in ("funder", "title.et"):
        assert f'id="error-{name}"' in page.text
    assert "at least one cut-off" in console.text()


async def test_an_old_version_does_not_overwrite_a_newer_one(console: Browser, cluster: Cluster, clock: Clock) -> None:
    call = await made.published(cluster=cluster, now=clock())
    await console.open(f"{LIST}/{call.id}")
    await console.submit(f"{LIST}/{call.id}", TYPED | {"version": str(call.version)})
    assert "Saved." in console.text()
    page = await console.submit(f"{LIST}/{call.id}", TYPED | {"version": str(call.version), "funder": "Keegi teine"})
    assert page.status_code == 409
    assert 'value="Keegi teine"' in page.text


async def test_a_slip_of_the_hand_does_not_hide_what_somebody_else_changed(console: Browser, cluster: Cluster, clock: Clock) -> None:
    call = await made.published(cluster=cluster, now=clock())
    await console.open(f"{LIST}/{call.id}")
    await console.submit(f"{LIST}/{call.id}", TYPED | {"version": str(call.version)})
    page = await console.submit(f"{LIST}/{call.id}", TYPED | {"version": str(call.version), "funder": ""})
    assert page.status_code == 422
    assert f'name="version" value="{call.version}"' in page.text


async def test_another_clusters_call_is_not_there(console: Browser, clock: Clock) -> None:
    other = await factories.cluster(now=clock(), slug="kotor", languages=["cnr", "en"])
    call = await made.published(cluster=other, now=clock())
    assert (await console.open(f"{LIST}/{call.id}")).status_code == 404
    await console.open(f"{LIST}/new")
    assert (await console.submit(f"{LIST}/{call.id}/decide", {"act": "close"})).status_code == 404
