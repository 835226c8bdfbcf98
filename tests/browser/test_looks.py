"""Pages as eyes and thumbs meet them: on a phone and a desk, by day and by night."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser

from service.clusters.tables import Cluster

MEASURE = (Path(__file__).parent / "looks.js").read_text()
WIDTHS = (320, 390, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize(
    "path",
    ["/design", "/loomeklaster/et", "/loomeklaster/ru/subscribe", "/console/sign-in", "/nowhere/at/all"],
    ids=["design", "home", "subscribe", "sign-in", "error"],
)
async def test_words_can_be_read_targets_be_hit_and_nothing_scrolls_sideways(
    chromium: Browser, site: str, cluster: Cluster, path: str
) -> None:
    page = await chromium.new_page(reduced_motion="reduce")
    await page.goto(site + path)
    for width, scheme in product(WIDTHS, SCHEMES):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)
        assert await page.evaluate(MEASURE) == [], f"{width} px, {scheme}"
    await page.close()


async def test_no_page_breaks_its_own_content_security_policy(chromium: Browser, site: str, cluster: Cluster) -> None:
    page = await chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for path in ("/design", "/loomeklaster/et", "/loomeklaster/et/subscribe"):
        await page.goto(site + path)
    assert said == []
    await page.close()


async def test_a_second_press_does_not_send_a_form_twice(chromium: Browser, site: str, cluster: Cluster) -> None:
    page = await chromium.new_page()
    await page.goto(f"{site}/loomeklaster/et/subscribe")
    sent: int = await page.evaluate(
        """() => {
            let sent = 0;
            addEventListener("submit", (event) => { sent += event.defaultPrevented ? 0 : 1; event.preventDefault(); });
            const button = document.querySelector("main form button");
            button.click();
            button.click();
            return sent;
        }"""
    )
    assert sent == 1
    await page.close()


async def test_the_keyboard_reaches_the_content_first_and_sees_where_it_is(chromium: Browser, site: str, cluster: Cluster) -> None:
    page = await chromium.new_page()
    await page.goto(f"{site}/loomeklaster/et")
    await page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert await skip.evaluate("skip => skip === document.activeElement && skip.getBoundingClientRect().top >= 0")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "content"
    await page.keyboard.press("Tab")
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await page.close()
