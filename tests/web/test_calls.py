"""Funding calls in public."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.clusters.tables import Cluster
from service.opportunities import announcing
from service.opportunities.facts import CutoffFacts
from service.opportunities.opportunity import Act
from tests.conftest import Clock
from tests.support import factories
from tests.support import opportunities as made
from tests.support.browser import Browser

LIST = "/loomeklaster/en/calls"


async def test_the_list_shows_open_calls_the_nearest_cutoff_first(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    for days, title in ((40, "Later"), (10, "Sooner")):
        await made.published(
            cluster=cluster, now=clock(), title={"en": title}, cutoffs=(CutoffFacts(clock() + timedelta(days=days), "Europe/Tallinn"),)
        )
    await announcing.create(cluster=cluster, facts=made.facts(now=clock(), title={"en": "Secret draft"}), now=clock())
    await browser.open(LIST)
    assert browser.text().index("Sooner") < browser.text().index("Later")
    assert "10 days left" in browser.text()
    assert "Secret draft" not in browser.text()
    clock.now += timedelta(days=11)
    await browser.open(LIST)
    assert "Sooner" not in browser.text()
    await browser.open(f"{LIST}?show=past")
    assert "Sooner" in browser.text()


async def test_a_call_tells_each_cutoff_on_the_funders_clock(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    cutoffs = (
        CutoffFacts(clock() + timedelta(days=5), "Europe/Warsaw", {"en": "First round"}),
        CutoffFacts(clock() + timedelta(days=50), "Europe/Tallinn", {"en": "Second round"}),
    )
    call = await made.published(cluster=cluster, now=clock(), cutoffs=cutoffs, body={"en": "Bring a **plan**."})
    page = await browser.open(f"{LIST}/{call.slug}")
    assert "First round" in browser.text()
    assert "10:00 (Warsaw" in browser.text()
    assert "11:00 (Tallinn" in browser.text()
    assert "<strong>plan</strong>" in page.text


async def test_a_call_that_opens_later_says_when(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    call = await made.published(cluster=cluster, now=clock(), opens_at=clock() + timedelta(days=3))
    await browser.open(f"{LIST}/{call.slug}")
    assert "Opens 25 Nov 2026" in browser.text()
    await browser.open(f"{LIST}?show=upcoming")
    assert "Development projects" in browser.text()


@pytest.mark.parametrize("query", ["show=nonsense", "page=0", "page=-3"])
async def test_nonsense_in_the_query_shows_the_list(browser: Browser, cluster: Cluster, query: str) -> None:
    assert (await browser.open(f"{LIST}?{query}")).status_code == 200


async def test_unknown_closed_drafts_and_other_clusters_calls(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    call = await made.published(cluster=cluster, now=clock())
    await factories.cluster(now=clock(), slug="kotor", languages=["cnr", "en"])
    assert (await browser.open(f"/kotor/en/calls/{call.slug}")).status_code == 404
    assert (await browser.open(f"{LIST}/no-such")).status_code == 404
    await announcing.decide(cluster=cluster, call_id=call.id, act=Act.CLOSE, now=clock())
    assert "Closed" in (await browser.open(f"{LIST}/{call.slug}")).text
