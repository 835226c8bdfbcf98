"""A coordinator's day of the event in Chromium: a letter in own words at the desk, who came on a phone without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from playwright.async_api import Browser, Page, expect

from service.clusters.tables import Cluster
from service.events import attendance, registrants, words_of
from service.events.capacity import Standing
from service.identity import sessions
from service.letters.links import Links
from tests.conftest import Clock
from tests.support import events, identity


async def window(chromium: Browser, site: str, cookie: str, **how: Any) -> Page:
    context = await chromium.new_context(locale="en-GB", reduced_motion="reduce", **how)
    await context.add_cookies([{"name": "kutse_session", "value": cookie, "url": site}])
    page = await context.new_page()
    page.set_default_timeout(15_000)
    return page


async def press(page: Page, name: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=name, exact=True).first.click()


async def follow(page: Page, name: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role("link", name=name, exact=True).click()


async def test_a_letter_in_own_words_and_who_came(chromium: Browser, site: str, cluster: Cluster, links: Links, clock: Clock) -> None:
    office = events.office(cluster, links)
    event = await events.published(cluster=cluster, now=clock())
    for number in (1, 2, 3):
        await events.register(office=office, event=event, now=clock(), number=number)
    clock.now = event.starts_at - timedelta(minutes=20)
    kadri = await identity.coordinator(now=clock(), cluster=cluster, password=None)
    cookie = await sessions.open(coordinator_id=kadri.id, now=clock())
    here = f"{site}/console/{cluster.slug}/events/{event.id}"

    desk = await window(chromium, site, cookie, viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    desk.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    await desk.goto(here)
    await follow(desk, "Letters")
    await follow(desk, "Thank-you")
    await follow(desk, "English")
    await desk.fill("[name=words]", "# See you again, {name}\n\nThe [slides](https://example.org/slides) of {event} are **here**.")
    letter = desk.frame_locator("iframe[name=preview-1]")
    await expect(letter.locator("h1")).to_have_text(f"See you again, {kadri.name}")
    await expect(letter.locator("a", has_text="slides")).to_have_attribute("href", "https://example.org/slides")
    await press(desk, "Save")
    await expect(desk.locator("main")).to_contain_text("From now on the letter says it this way.")
    assert "en" in await words_of.edited(event_id=event.id, kind="event_thanks")
    await press(desk, "Back to the standard words")
    assert await words_of.edited(event_id=event.id, kind="event_thanks") == {}
    assert errors == []

    phone = await window(chromium, site, cookie, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    await phone.goto(here)
    await follow(phone, "Who came")
    await press(phone, "Mari Maasikas 1 came")
    await expect(phone.locator("main")).to_contain_text("1 of 3 came")
    box = await phone.get_by_role("button", name="Mari Maasikas 2 came", exact=True).bounding_box()
    assert box is not None
    assert box["height"] >= 44
    for number in (2, 3):
        await phone.get_by_role("checkbox", name=f"Mari Maasikas {number}").check()
    await press(phone, "Ticked ones came")
    await press(phone, "Mari Maasikas 3 did not come after all")
    await expect(phone.locator("main")).to_contain_text("2 of 3 came")
    first, second, _ = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    assert set(await attendance.present(event_id=event.id)) == {first.id, second.id}
    for page in (desk, phone):
        await page.context.close()
