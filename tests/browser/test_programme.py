"""The programme as eyes, thumbs and the keyboard meet it: a month, its filters, an agenda to choose from, by day and by night."""

from __future__ import annotations

from datetime import datetime, timedelta

from playwright.async_api import Browser

from service.clusters.tables import Cluster
from service.events import agenda, choices
from service.events.choices import Place
from service.letters.links import Links
from tests.browser.test_looks import MEASURE
from tests.support import events
from tests.support.agenda import item, registration_id


async def test_a_month_is_read_narrowed_and_led_through_to_a_place_in_a_workshop(
    chromium: Browser, site: str, cluster: Cluster, now: datetime, links: Links
) -> None:
    office = events.office(cluster, links)
    days = tuple(events.day(now + timedelta(days=20 + number), hours=8) for number in range(2))
    event = await events.published(cluster=cluster, now=now, days=days, languages=("et", "en"))
    await events.published(cluster=cluster, now=now, title={"en": "In Tartu"}, place_town="Tartu")
    await item(office, event, title={"en": "Opening"}, speakers={"en": "Mari Maasikas – designer"})
    await item(office, event, after=60, title={"en": "Clay"}, is_chosen=True, capacity=1)
    wood = await item(office, event, after=60, title={"en": "Wood"}, is_chosen=True)
    page = await chromium.new_page(reduced_motion="reduce")
    await page.goto(f"{site}/loomeklaster/en/events")
    await page.get_by_role("link", name="Month").click()
    assert await page.get_by_role("columnheader", name="Monday").count() == 1
    await page.get_by_label("December 2026").click()
    assert await page.get_by_role("cell").filter(has_text="Strategy seminar").count() == 2
    for width, scheme in ((1280, "light"), (390, "dark"), (320, "light")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two that it takes
        assert await page.evaluate(MEASURE) == [], f"{width} px, {scheme}"
    assert await page.locator(".month-empty").first.is_hidden()
    await page.get_by_label("Town").select_option("Narva")
    await page.get_by_role("button", name="Show").press("Enter")
    assert await page.get_by_text("In Tartu").count() == 0
    await page.get_by_role("link", name="Strategy seminar").first.click()
    assert await page.evaluate(MEASURE) == []
    await page.get_by_label("Your name").fill("Mari Maasikas")
    await page.get_by_label("E-mail address").fill("mari1@example.org")
    for name in ("Clay", "Wood"):
        await page.get_by_label(name).check()
    await page.get_by_role("button", name="Register").click()
    assert await page.get_by_text("are at the same time").count() > 0
    await page.get_by_label("Clay").uncheck()
    await page.get_by_role("button", name="Register").click()
    await page.wait_for_url("**/registered*")
    own = await registration_id(event, 1)
    assert await choices.of_registration(registration_id=own) == {wood.id: Place.SEATED}
    await page.goto(site + links.registration(registration_id=own).removeprefix(links.site_url))
    assert await page.evaluate(MEASURE) == []
    await page.locator("main a[href$='/programme']").click()
    await page.get_by_label("Clay").check()
    await page.get_by_label("Wood").uncheck()
    await page.locator("main form button").click()
    await page.wait_for_url("**/registration/*")
    assert [one.seats_taken for one in await agenda.of(event_id=event.id)] == [0, 1, 0]
    await page.close()
