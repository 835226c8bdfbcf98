"""Registering alone or with colleagues, changing, handing on, taking one's name off, moving up from the waitlist: on a desk, and on a phone without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.async_api import expect

from service.events import registrants
from service.events.capacity import Standing
from service.events.occasion import Occasion
from tests.support import asking, events
from tests.support.visitor import Visitor


async def an_event(visitor: Visitor) -> Occasion:
    """Two seats; photos and, for whoever agrees, a drink are asked for."""
    now, office = datetime.now(UTC), events.office(visitor.town.cluster, visitor.town.live.links)
    event = await events.published(cluster=visitor.town.cluster, now=now, capacity=2)
    await asking.ask(office=office, event=event, now=now, drafts=[asking.YES_NO, asking.DRINK])
    return event


async def answer(visitor: Visitor, prefix: str, name: str, address: str) -> None:
    """Fill in one person of the form, who agrees to photos and wants coffee."""
    page = visitor.page
    await page.fill(f"[name='{prefix}name']", name)
    await page.fill(f"[name='{prefix}address']", address)
    photos, drink = (page.locator(f"[name^='{prefix}question.'][value={value}]") for value in ("yes", "kohv"))
    has_javascript = (page.viewport_size or {"width": 0})["width"] > 1000
    await expect(drink).to_be_visible(visible=not has_javascript)
    await photos.check()
    await drink.check()


async def test_one_comes_with_a_colleague_changes_hands_on_and_gives_back(visitor: Visitor) -> None:
    page, mailbox, event = visitor.page, visitor.town.live.mailbox, await an_event(visitor)
    mari, jaan, liis = (visitor.town.address(name) for name in ("mari", "jaan", "liis"))
    await visitor.go(f"{visitor.town.home('en')}/events/{event.slug}")
    await answer(visitor, "", "Mari Maasikas", mari)
    await page.locator("button[value=add-person]").click()
    await answer(visitor, "person.1.", "Jaan Tamm", "jaan@")
    await visitor.press("Register")
    await expect(page.locator("[name='person.1.address'][aria-invalid=true]")).to_have_value("jaan@")
    await expect(page.locator("[name^='question.'][value=kohv]")).to_be_checked()
    await page.fill("[name='person.1.address']", jaan)
    await visitor.press("Register")
    await visitor.reads("Look into your mailbox")

    letter = await mailbox.letter(to=mari)
    assert letter.calendar.method.value == "REQUEST"
    await visitor.go(letter.path("/registration/"))
    await visitor.reads("Coffee")
    await visitor.follow("Change what I wrote")
    await page.fill("[name=role]", "designer")
    await page.locator("[name^='question.'][value=no]").check()
    await visitor.press("Save")
    await visitor.reads("designer")
    await expect(page.locator("main")).not_to_contain_text("Coffee")
    await visitor.follow("Hand on to a colleague")
    await page.fill("[name=name]", "Liis Lepp")
    await page.fill("[name=address]", liis)
    await visitor.press("Hand my place on")
    await visitor.reads("Your place went to Liis Lepp")
    assert (await mailbox.letter(to=mari, number=2)).calendar.method.value == "CANCEL"

    invited = await mailbox.letter(to=liis)
    assert "Mari Maasikas" in invited.text
    await visitor.go(invited.path("/registration/"))
    await visitor.reads("Please answer")
    await visitor.follow("Give my place back")
    await visitor.press("Yes, give it back")
    await visitor.reads("Your place has been given back.")

    brought = await mailbox.letter(to=jaan)
    await visitor.go(brought.path("/not-me/"))
    await visitor.reads("Mari Maasikas put your name down.")
    await visitor.press("Yes, take it off")
    await visitor.reads("Your name is off the list")
    assert await registrants.standing(event_id=event.id, state=Standing.SEATED) == []


async def test_who_waits_for_a_full_event_moves_up_when_another_gives_the_place_back(visitor: Visitor) -> None:
    mailbox = visitor.town.live.mailbox
    event = await events.published(cluster=visitor.town.cluster, now=datetime.now(UTC), capacity=1)
    jaan = await visitor.register(event, "Jaan", "Register")
    mari = await visitor.register(event, "Mari", "Join the waitlist")
    await visitor.go(mari)
    await visitor.reads("You are number 1 in line.")

    await visitor.go(jaan)
    await visitor.reads("Your place is kept.")
    await visitor.follow("Give my place back")
    await visitor.press("Yes, give it back")
    await visitor.reads("Your place has been given back.")

    invited = await mailbox.letter(to=visitor.town.address("mari"), number=2)
    assert invited.calendar.method.value == "REQUEST"
    await visitor.go(invited.path("/registration/"))
    await visitor.reads("Your place is kept.")
    await expect(visitor.page.locator("main")).not_to_contain_text("in line")
