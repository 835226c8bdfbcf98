"""Seats that are not simply there: held for a while, kept for members and invited people, given by the organisers; on a desk, and on a phone without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.async_api import Browser, expect

from service.events import invitees
from service.events.occasion import Occasion
from service.events.terms import Access, Terms
from service.identity import sessions
from service.persistence.engine import connection
from tests.browser.test_at_the_door import press, window
from tests.support import admission, events, identity
from tests.support.visitor import Visitor


async def an_event(visitor: Visitor, terms: Terms) -> Occasion:
    """One seat, on these terms."""
    return await events.published(cluster=visitor.town.cluster, now=datetime.now(UTC), capacity=1, terms=terms)


async def give_back(visitor: Visitor, path: str, button: str = "Give my place back") -> None:
    """Somebody's place, or the seat that is held for them."""
    await visitor.go(path)
    await visitor.follow(button)
    await visitor.press("Yes, give it back")


async def test_a_seat_that_is_held_is_let_lapse_by_one_and_taken_by_the_next(visitor: Visitor) -> None:
    mailbox, address = visitor.town.live.mailbox, visitor.town.address
    event = await an_event(visitor, Terms(confirm_hours=24))
    jaan = await visitor.register(event, "Jaan", "Register")
    for who in ("Mari", "Liis"):
        await visitor.register(event, who, "Join the waitlist")
    await give_back(visitor, jaan)

    offered = await mailbox.letter(to=address("mari"), number=2)
    assert offered.calendars == []
    await visitor.go(offered.path("/registration/"))
    await visitor.reads("A seat is kept for you until")
    async with connection() as raw:  # a day later
        await raw.execute("UPDATE registration SET offered_until = now() WHERE event_id = $1 AND state = 'offered'", event.id)
    await visitor.press("I come: take the seat")
    await visitor.reads("The time to confirm is over")

    assert "The place went to the next" in (await mailbox.letter(to=address("mari"), number=3)).subject
    await visitor.go((await mailbox.letter(to=address("liis"), number=2)).path("/registration/"))
    await visitor.press("I come: take the seat")
    await visitor.reads("Your place is kept.")
    assert (await mailbox.letter(to=address("liis"), number=3)).calendar.method.value == "REQUEST"
    await visitor.go(offered.path("/registration/"))
    await visitor.reads("The time to confirm is over")
    assert await visitor.page.get_by_role("button", name="I come: take the seat").count() == 0


async def test_a_member_gets_the_seat_by_the_letter_and_nobody_by_typing_a_members_address(visitor: Visitor) -> None:
    mari = visitor.town.address("mari")
    await admission.member(cluster=visitor.town.cluster, address=mari, now=datetime.now(UTC))
    event = await an_event(visitor, Terms(access=Access.MEMBERS))
    stranger = await visitor.register(event, "Jaan", "Ask for a place")
    asked = await visitor.register(event, "Mari", "Ask for a place")
    await visitor.go(stranger)
    await visitor.reads("Your request is with the organisers")
    await expect(visitor.page.locator("main")).not_to_contain_text("We know this address")
    await visitor.go(asked)
    await visitor.reads("You do not have a place yet.")
    await visitor.press("It is me")
    await visitor.reads("Your place is kept.")
    assert (await visitor.town.live.mailbox.letter(to=mari, number=2)).calendar.method.value == "REQUEST"


async def test_an_invitation_opens_the_form_that_gives_the_seat(visitor: Visitor) -> None:
    mari, now = visitor.town.address("mari"), datetime.now(UTC)
    office = events.office(visitor.town.cluster, visitor.town.live.links)
    event = await an_event(visitor, Terms(access=Access.INVITED))
    await invitees.add(office=office, event_id=event.id, text=f"Mari Maasikas <{mari}>", language="en", now=now)
    await invitees.invite(office=office, event_id=event.id, now=now)
    letter = await visitor.town.live.mailbox.letter(to=mari)
    await visitor.go(letter.path("/invited/"))
    await expect(visitor.page.locator("[name=address]")).to_have_value(mari)
    await visitor.press("Register")
    await visitor.reads("Look into your mailbox")
    assert (await visitor.town.live.mailbox.letter(to=mari, number=2)).calendar.method.value == "REQUEST"
    await visitor.go(letter.path("/invited/"))
    await visitor.reads("Your place is kept.")


async def test_the_organisers_say_yes_to_one_and_no_to_another_with_a_message(visitor: Visitor, chromium: Browser) -> None:
    mailbox, live, now = visitor.town.live.mailbox, visitor.town.live, datetime.now(UTC)
    event = await an_event(visitor, Terms(by_approval=True))
    paths = {who: await visitor.register(event, who, "Ask for a place") for who in ("Mari", "Jaan")}
    kadri = await identity.coordinator(now=now, cluster=visitor.town.cluster, address=visitor.town.address("kadri"), password=None)
    desk = await window(chromium, live.url, await sessions.open(coordinator_id=kadri.id, now=now), viewport={"width": 1280, "height": 900})
    await desk.goto(f"{live.url}{visitor.town.desk}/events/{event.id}/requests")
    for who, button, words in (("Mari", "Accept", "Bring a **laptop** along."), ("Jaan", "Decline", "You come *first* next time.")):
        await desk.get_by_role("checkbox", name=who).check()
        await desk.fill("[name=words]", words)
        await press(desk, f"{button} those that are ticked")
    await expect(desk.locator("main")).to_contain_text("1 request is declined.")
    await desk.context.close()

    accepted = await mailbox.letter(to=visitor.town.address("mari"), number=2)
    assert (accepted.calendar.method.value, "Bring a laptop along." in accepted.html_text) == ("REQUEST", True)
    declined = await mailbox.letter(to=visitor.town.address("jaan"), number=2)
    assert (declined.calendars, "You come first next time." in declined.html_text) == ([], True)
    await visitor.go(paths["Mari"])
    await visitor.reads("Your place is kept.")
    await visitor.go(paths["Jaan"])
    await visitor.reads("You come first next time.")
