"""The page behind the signed link, for people who have no seat yet: what it says, and what one can do about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from service.clusters.tables import Cluster
from service.events import approving, registration
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.terms import Access, Mode, Terms
from service.letters.links import Links
from tests.conftest import Clock
from tests.support import events
from tests.support.admission import member, number
from tests.support.browser import Browser


@pytest.fixture
def office(cluster: Cluster, links: Links) -> Office:
    """The office of the cluster."""
    return events.office(cluster, links)


async def one_of(office: Office, now: datetime, *, people: int = 1, **facts: Any) -> Occasion:
    """An event with people who read English."""
    event = await events.published(cluster=office.cluster, now=now, **facts)
    for who in range(1, people + 1):
        await events.register(office=office, event=event, now=now, number=who, language="en")
    return event


async def path_of(office: Office, event: Occasion, who: int = 1) -> str:
    """The path of somebody's own page."""
    return urlsplit(office.links.registration(registration_id=(await number(event, who)).id)).path


async def test_a_request_says_that_the_organisers_decide_and_can_be_taken_back(browser: Browser, office: Office, now: datetime) -> None:
    event = await one_of(office, now, terms=Terms(by_approval=True))
    path = await path_of(office, event)
    await browser.open(path)
    assert "Your request is with the organisers" in browser.text()
    await browser.open(f"{path}/cancel")
    assert "Take your request back?" in browser.text()
    await browser.submit(f"{path}/cancel")
    assert (await number(event, 1)).state is Standing.CANCELLED


async def test_a_declined_request_shows_the_message_and_offers_nothing_to_give_back(
    browser: Browser, office: Office, now: datetime
) -> None:
    event = await one_of(office, now, terms=Terms(by_approval=True))
    ids = [(await number(event, 1)).id]
    await approving.decline(office=office, event_id=event.id, registration_ids=ids, words="Next time *first*.", now=now)
    path = await path_of(office, event)
    await browser.open(path)
    assert "Next time first" in browser.text()
    await browser.submit(f"{path}/cancel")
    assert (await number(event, 1)).state is Standing.DECLINED


async def test_looking_at_an_offer_changes_nothing_and_its_button_takes_the_seat(browser: Browser, office: Office, now: datetime) -> None:
    event = await offered(office, now)
    path = await path_of(office, event, 2)
    await browser.open(path)
    assert "A seat is free for you" in browser.text()
    assert (await number(event, 2)).state is Standing.OFFERED
    await browser.submit(f"{path}/confirm")
    assert "Your place is kept." in browser.text()


async def test_an_offer_that_is_over_is_refused_on_the_page(browser: Browser, office: Office, now: datetime, clock: Clock) -> None:
    event = await offered(office, now)
    path = await path_of(office, event, 2)
    await browser.open(path)
    clock.now = now + timedelta(hours=25)
    page = await browser.submit(f"{path}/confirm")
    assert (page.status_code, "The time to confirm is over" in browser.text()) == (422, True)


async def test_a_member_says_that_it_is_them_and_a_stranger_is_not_asked(browser: Browser, office: Office, now: datetime) -> None:
    await member(cluster=office.cluster, address="mari1@example.org", now=now)
    event = await one_of(office, now, people=2, terms=Terms(access=Access.MEMBERS))
    await browser.open(await path_of(office, event, 2))
    assert "We know this address" not in browser.text()
    path = await path_of(office, event, 1)
    await browser.open(path)
    assert "We know this address" in browser.text()
    await browser.submit(f"{path}/prove")
    assert "Your place is kept." in browser.text()


async def test_a_stranger_who_presses_anyway_is_refused(browser: Browser, office: Office, now: datetime) -> None:
    event = await one_of(office, now, terms=Terms(access=Access.MEMBERS))
    path = await path_of(office, event)
    await browser.open(f"{path}/cancel")
    page = await browser.submit(f"{path}/prove")
    assert (page.status_code, (await number(event, 1)).state) == (422, Standing.PENDING)


async def test_the_mode_can_be_changed_and_the_link_is_only_for_those_online(browser: Browser, office: Office, now: datetime) -> None:
    event = await one_of(office, now, online_url="https://meet.example.org/x", terms=Terms(is_hybrid=True))
    path = await path_of(office, event)
    await browser.open(path)
    assert ("Vaba Lava" in browser.text(), "meet.example.org" in browser.text()) == (True, False)
    await browser.submit(f"{path}/mode", {"mode": "online"})
    assert ("Vaba Lava" in browser.text(), "meet.example.org" in browser.text()) == (False, True)


async def test_a_full_room_is_said_beside_the_choice(browser: Browser, office: Office, now: datetime) -> None:
    event = await one_of(office, now, capacity=1, terms=Terms(is_hybrid=True))
    await events.register(office=office, event=event, now=now, number=2, mode=Mode.ONLINE, language="en")
    path = await path_of(office, event, 2)
    await browser.open(path)
    page = await browser.submit(f"{path}/mode", {"mode": "room"})
    assert (page.status_code, "All seats in the room are taken" in browser.text()) == (422, True)


@pytest.mark.parametrize("mode", ["", "both", "\0", "ROOM"])
async def test_a_mode_that_does_not_exist_is_refused(browser: Browser, office: Office, now: datetime, mode: str) -> None:
    event = await one_of(office, now, terms=Terms(is_hybrid=True))
    path = await path_of(office, event)
    await browser.open(path)
    assert (await browser.submit(f"{path}/mode", {"mode": mode})).status_code == 422


@pytest.mark.parametrize("act", ["confirm", "prove", "mode"])
async def test_without_the_link_or_the_token_of_the_form_nothing_happens(browser: Browser, office: Office, now: datetime, act: str) -> None:
    event = await one_of(office, now)
    await browser.open("/")
    assert (await browser.client.post(f"/registration/forged/{act}", data={"_csrf_token": browser.token()})).status_code in (403, 404)
    assert (await browser.client.post(f"{await path_of(office, event)}/{act}", data={})).status_code == 403
    assert (await browser.open(f"{await path_of(office, event)}/{act}")).status_code in (404, 405)


async def offered(office: Office, now: datetime) -> Occasion:
    """An event whose only seat is held for the second."""
    event = await one_of(office, now, people=2, capacity=1, terms=Terms(confirm_hours=24))
    first = await number(event, 1)
    await registration.cancel(office=office, event_id=event.id, registration_id=first.id, by="attendee", now=now)
    return event
