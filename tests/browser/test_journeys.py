"""The four journeys in Chromium, on a desk and on a phone without JavaScript; letters come over SMTP from the real worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from tests.support import events, identity
from tests.support.post import until
from tests.support.visitor import Visitor


async def sign_in(visitor: Visitor) -> None:
    """By the form, with the keyboard."""
    await identity.coordinator(now=datetime.now(UTC), cluster=visitor.town.cluster, address=visitor.town.address("kadri"))
    await visitor.go("/console/sign-in")
    await visitor.page.fill("[name=address]", visitor.town.address("kadri"))
    await visitor.page.fill("[name=password]", identity.PASSWORD)
    async with visitor.page.expect_navigation():
        await visitor.page.keyboard.press("Enter")


async def subscribe(visitor: Visitor, address: str) -> None:
    """From the home page to "thank you"."""
    await visitor.go(visitor.town.home("en"))
    async with visitor.page.expect_navigation():
        await visitor.page.locator("a[href$='/subscribe']").locator("visible=true").first.click()
    await visitor.page.check("[name=topics][value=newsletter]")
    await visitor.page.fill("[name=address]", address)
    await visitor.press("Subscribe")
    assert visitor.page.url.endswith("/subscribe/sent")
    question = await visitor.town.live.mailbox.letter(to=address)
    await visitor.go(question.path("/confirm/"))
    async with visitor.page.expect_navigation():
        await visitor.page.locator("main form button").click()


async def test_subscribing_changing_wishes_and_leaving(visitor: Visitor) -> None:
    mari = visitor.town.address("mari")
    await subscribe(visitor, mari)
    welcome = await visitor.town.live.mailbox.letter(to=mari, number=2)
    await visitor.go(welcome.path("/preferences/"))
    await visitor.page.check("[name=topics][value=events]")
    await visitor.press("Save")
    await visitor.reads("Saved.")
    await expect(visitor.page.locator("[name=topics][value=events]")).to_be_checked()
    await visitor.press("Leave everything")
    await expect(visitor.page.locator("[name=topics]:checked")).to_have_count(0)


async def test_a_newsletter_is_written_looked_at_tested_and_sent(visitor: Visitor) -> None:
    mari, mailbox, page = visitor.town.address("mari"), visitor.town.live.mailbox, visitor.page
    await subscribe(visitor, mari)
    await sign_in(visitor)
    await visitor.go(f"{visitor.town.desk}/mailings/new")
    await page.fill("[name=title]", "December")
    await visitor.press("Start writing")
    async with page.expect_navigation():
        await page.get_by_role("tab", name="English").or_(page.get_by_role("link", name="English")).first.click()
    await visitor.press("Text")
    await page.fill("[name=subject]", "News of December")
    await page.fill("[name='block.1.text']", "{greeting}\n\n**Tonight** we meet.")
    await visitor.press("Save and look at it")
    await expect(page.frame_locator("main iframe").locator("body")).to_contain_text("Tonight we meet.")
    await visitor.press("Send the test")
    test = await mailbox.letter(to=visitor.town.address("kadri"))
    assert "Tonight we meet." in test.html_text
    await visitor.follow("Go on to sending")
    await visitor.press("Send now…")
    await visitor.press("Send to 1 person now")
    letter = await mailbox.letter(to=mari, number=3)
    assert letter.subject == "News of December"

    async def sent() -> bool:
        await page.reload()
        return await page.locator("main table .badge", has_text="Sent").count() == 1

    await until(sent, what="“Sent” in the results")
    await visitor.reads("250 2.0.0 Kept as")


async def test_registering_and_giving_the_place_back(visitor: Visitor) -> None:
    mari, mailbox, page = visitor.town.address("mari"), visitor.town.live.mailbox, visitor.page
    event = await events.published(cluster=visitor.town.cluster, now=datetime.now(UTC), capacity=1)
    await visitor.go(f"{visitor.town.home('en')}/events")
    await visitor.follow("Strategy seminar")
    await page.fill("[name=name]", "Mari Maasikas")
    await page.fill("[name=address]", "mari@")
    await visitor.press("Register")
    await expect(page.locator("[name=address][aria-invalid=true]")).to_have_value("mari@")
    await page.fill("[name=address]", mari)
    await visitor.press("Register")
    assert f"/events/{event.slug}/registered" in page.url
    invited = await mailbox.letter(to=mari)
    assert invited.calendar.method.value == "REQUEST"

    await visitor.go(invited.path("/registration/"))
    await visitor.reads("Your place is kept.")
    await visitor.follow("Give my place back")
    await visitor.press("Yes, give it back")
    await visitor.reads("Your place has been given back.")
    assert (await mailbox.letter(to=mari, number=2)).calendar.method.value == "CANCEL"


async def test_a_funding_call_is_written_published_and_read(visitor: Visitor) -> None:
    page = visitor.page
    await sign_in(visitor)
    await visitor.go(f"{visitor.town.desk}/calls/new")
    await page.fill("[name=funder]", "EACEA")
    await page.fill("[name='cutoffs.0.at']", f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}T17:00")
    await page.select_option("[name='cutoffs.0.zone']", "Europe/Brussels")
    await page.fill("[name='title.et']", "Koostööprojektid")
    await page.fill("[name='title.en']", "Cooperation projects")
    await visitor.press("Save the draft")
    await visitor.press("Publish")
    await visitor.go(f"{visitor.town.home('en')}/calls")
    await visitor.follow("Cooperation projects")
    await visitor.reads("EACEA")
    await visitor.reads("17:00")
