"""Pages full of the sample clusters' real texts, measured: long words, five languages, past and future."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest
from playwright.async_api import Browser, Page

from service.letters.links import Links
from service.sample import loading
from tests.browser.test_looks import MEASURE, SCHEMES, WIDTHS
from tests.support import identity
from tests.support.identity import _cheap_hashes as _cheap_hashes
from tests.support.subscriptions import rows


@pytest.mark.timeout(240)
async def test_pages_full_of_real_texts_can_be_read_and_hit_everywhere(
    chromium: Browser, site: str, database: None, now: datetime, links: Links
) -> None:
    await loading.load(links=links, mail_domain="mail.kutse.example.org", now=now)
    page = await chromium.new_page(reduced_motion="reduce")
    assert await _wrong(page, site, await _pages()) == {}
    await page.close()


@pytest.mark.timeout(240)
async def test_a_desk_full_of_real_people_and_letters_can_be_read_and_hit_everywhere(
    chromium: Browser, site: str, database: None, now: datetime, links: Links
) -> None:
    await loading.load(links=links, mail_domain="mail.kutse.example.org", now=now)
    await identity.coordinator(now=now, is_operator=True)
    page = await chromium.new_page(reduced_motion="reduce")
    await page.goto(f"{site}/console/sign-in?next=/console")
    await page.fill("[name=address]", "kadri@example.org")
    await page.fill("[name=password]", identity.PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{site}/console")
    ((event_id, mailing_id),) = await rows(_FULLEST)
    desk = "/console/loomeklaster"
    paths = [
        "",
        "/mailings?shelf=scheduled",
        f"/mailings/{mailing_id}/send",
        f"/mailings/{mailing_id}/preview",
        "/events",
        f"/events/{event_id}",
    ]
    paths += [f"/events/{event_id}/participants", f"/events/{event_id}/edit", "/calls", "/subscribers", "/returns"]
    assert await _wrong(page, site, [desk + path for path in paths]) == {}
    await page.close()


async def _wrong(page: Page, site: str, paths: list[str]) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    for path in paths:
        answer = await page.goto(site + path)
        assert answer is not None
        assert answer.status == 200, path
        for width, scheme in product(WIDTHS, SCHEMES):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.emulate_media(color_scheme=scheme)
            if found := await page.evaluate(MEASURE):
                wrong[f"{path}, {width} px, {scheme}"] = found
    return wrong


async def _pages() -> list[str]:
    """Home, lists and one page of each kind, of every cluster, each in another of its languages in turn."""
    found = ["/"]
    for slug, languages, event, call in await rows(_CLUSTERS):
        for number, rest in enumerate(
            ("", "/events", "/events?past=", f"/events/{event}", "/calls", f"/calls/{call}", "/newsletters", "/subscribe")
        ):
            if not rest.endswith("/None"):
                found.append(f"/{slug}/{languages[number % len(languages)]}{rest}")
    return found


_CLUSTERS = """
SELECT c.slug, c.languages,
    (SELECT e.slug FROM event e WHERE e.cluster_id = c.id AND e.state = 'published' ORDER BY length(e.title::text) DESC LIMIT 1),
    (SELECT k.slug FROM call k WHERE k.cluster_id = c.id AND k.state = 'published' ORDER BY length(k.title::text) DESC LIMIT 1)
FROM cluster c ORDER BY c.slug
"""

_FULLEST = """
SELECT (SELECT id FROM event WHERE cluster_id = c.id AND state = 'published' ORDER BY seats_taken DESC LIMIT 1),
    (SELECT id FROM mailing WHERE cluster_id = c.id AND state = 'scheduled' LIMIT 1)
FROM cluster c WHERE c.slug = 'loomeklaster'
"""
