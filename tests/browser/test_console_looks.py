"""The console's own pages in Chromium, signed in: by hand and by eye."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest
from playwright.async_api import Browser, Page

from service.clusters import fundings
from service.clusters.tables import Cluster
from tests.browser.test_looks import MEASURE, SCHEMES, WIDTHS
from tests.support import events, identity, opportunities
from tests.support.identity import _cheap_hashes as _cheap_hashes


@pytest.fixture
async def console(chromium: Browser, site: str, cluster: Cluster, now: datetime) -> Page:
    """A page signed in as an operator, through the form."""
    await identity.coordinator(now=now, cluster=cluster, is_operator=True)
    await fundings.create(cluster_id=cluster.id, draft=fundings.Draft(title="Kick-off", funder="European Union", code="ER227"), now=now)
    context = await chromium.new_context(reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(f"{site}/console/sign-in?next=/console/loomeklaster")
    await page.fill("[name=address]", "kadri@example.org")
    await page.fill("[name=password]", identity.PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{site}/console/loomeklaster")
    return page


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/loomeklaster",
        "/loomeklaster/settings",
        "/loomeklaster/settings/fundings/1",
        "/loomeklaster/settings/coordinators",
        "/new",
        "/account",
    ],
)
async def test_console_pages_can_be_read_and_hit_everywhere(console: Page, site: str, cluster: Cluster, now: datetime, path: str) -> None:
    await events.published(cluster=cluster, now=now)
    await opportunities.published(cluster=cluster, now=now)
    said: list[str] = []
    console.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    await console.goto(f"{site}/console{path}")
    for width, scheme in product(WIDTHS, SCHEMES):
        await console.set_viewport_size({"width": width, "height": 900})
        await console.emulate_media(color_scheme=scheme)
        assert await console.evaluate(MEASURE) == [], f"{width} px, {scheme}"
    assert said == []
    await console.context.close()


async def test_what_is_wrong_is_reached_from_the_summary(console: Page, site: str) -> None:
    await console.goto(f"{site}/console/loomeklaster/settings")
    await console.fill("[name=postal_address]", "")
    await console.click("main form button[type=submit]")
    await console.click("text=Write the postal address")
    assert await console.evaluate("document.activeElement.name") == "postal_address"
    await console.context.close()


async def test_who_signs_out_is_out_in_every_tab(console: Page, site: str) -> None:
    other = await console.context.new_page()
    await other.goto(f"{site}/console/loomeklaster")
    await console.locator("aside").get_by_role("button", name="Sign out").click()
    await console.wait_for_url(f"{site}/console/sign-in")
    await other.goto(f"{site}/console/loomeklaster")
    assert "/console/sign-in" in other.url
    await console.context.close()
