"""At the door: who came, marked one by one and several at once, taken back, counted, and told in the list."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from service.audit import trail
from service.clusters.tables import Cluster
from service.events import attendance, registrants, reminders, thanks
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.identity import sessions
from service.letters.links import Links
from tests.conftest import Clock
from tests.support import events, identity
from tests.support.browser import Browser


@pytest.fixture
def office(cluster: Cluster, links: Links) -> Office:
    return events.office(cluster, links)


@pytest_asyncio.fixture(loop_scope="session")
async def event(browser: Browser, office: Office, clock: Clock) -> Occasion:
    """Two days, 22 and 23 December, three seats and one waiting; it is the first morning, and the coordinator is signed in."""
    start = clock() + timedelta(days=30)
    made = await events.published(
        cluster=office.cluster, now=clock(), capacity=3, days=(events.day(start), events.day(start + timedelta(days=1)))
    )
    for number in (1, 2, 3, 4):
        await events.register(office=office, event=made, now=clock(), number=number, language="en")
    clock.now = start - timedelta(hours=2)
    kadri = await identity.coordinator(now=clock(), cluster=office.cluster, password=None)
    browser.client.cookies.set("__Host-kutse_session", await sessions.open(coordinator_id=kadri.id, now=clock()))
    return made


def here(event: Occasion, query: str = "") -> str:
    return f"/console/loomeklaster/events/{event.id}/attendance{query}"


async def seated(event: Occasion) -> list[Registrant]:
    return await registrants.standing(event_id=event.id, state=Standing.SEATED)


async def press(browser: Browser, event: Occasion, **fields: str | list[str]) -> int:
    await browser.open(here(event))
    first = attendance.days(event)[0].isoformat()
    await browser.submit(here(event), {"day": first, **fields}, follow=False)
    return browser.page.status_code


async def test_one_press_marks_one_person_and_another_takes_it_back(browser: Browser, event: Occasion) -> None:
    mari, *_ = await seated(event)
    assert await press(browser, event, here=str(mari.id), search="mari") == 303
    assert browser.page.headers["location"].endswith(f"search=mari#person-{mari.id}")
    await browser.open(here(event))
    assert "1 of 3 came" in browser.text()
    await press(browser, event, gone=str(mari.id))
    assert await attendance.present(event_id=event.id) == {}
    actions = [entry.action for entry in await trail.entries(cluster_id=event.cluster_id)][:2]
    assert actions == ["event.attendance_taken_back", "event.attendance_marked"]


async def test_several_at_once_twice_is_once_and_nobody_without_a_seat(browser: Browser, event: Occasion, office: Office) -> None:
    (waiting,) = await registrants.standing(event_id=event.id, state=Standing.WAITLISTED)
    other = await events.published(cluster=office.cluster, now=event.starts_at - timedelta(days=30))
    await events.register(office=office, event=other, now=event.starts_at - timedelta(days=1), number=9)
    (foreign,) = await seated(other)
    mari, jyri, _ = await seated(event)
    ticked = [str(one.id) for one in (mari, jyri, waiting, foreign)]
    for _ in range(2):
        await press(browser, event, ticked=[*ticked, "nobody", "-1", "9" * 30], do="here")
    assert set(await attendance.present(event_id=event.id)) == {mari.id, jyri.id}
    await press(browser, event, ticked=[str(mari.id)], do="gone")
    assert (await attendance.counts(event_id=event.id)).people == 1


@pytest.mark.parametrize("day", ["2026-12-23", "2026-12-21", "", "tomorrow", "2026-13-45", "9999-12-31"])
async def test_a_day_that_has_not_come_or_is_none_of_its_own_is_refused(browser: Browser, event: Occasion, day: str) -> None:
    mari, *_ = await seated(event)
    assert await press(browser, event, day=day, here=str(mari.id)) == 422
    assert "from the day of the event on" in browser.text()
    assert await attendance.present(event_id=event.id) == {}


async def test_before_the_day_the_page_says_when(browser: Browser, office: Office, event: Occasion, clock: Clock) -> None:  # signs in
    later = await events.published(cluster=office.cluster, now=clock())
    await browser.open(here(later))
    assert browser.page.status_code == 200
    assert later.id != event.id
    assert "Not yet" in browser.text()


async def test_people_are_found_by_a_part_of_their_name(browser: Browser, event: Occasion) -> None:
    await browser.open(here(event, "?search=maasikas+2"))
    assert "Maasikas 2" in browser.text()
    assert "Maasikas 1" not in browser.text()


@pytest.mark.parametrize("query", ["?day=x&after=-1", "?after=99999999999999999999", "?day=%00", "?search=%25&after=²"])
async def test_what_makes_no_sense_in_the_address_is_passed_over(browser: Browser, event: Occasion, query: str) -> None:
    await browser.open(here(event, query))
    assert browser.page.status_code in (200, 400)


async def test_each_day_by_itself_and_all_of_it_in_the_list(browser: Browser, event: Occasion, office: Office, clock: Clock) -> None:
    clock.now = event.ends_at
    teine = await identity.coordinator(now=clock(), cluster=office.cluster, password=None, address="teine@example.org")
    browser.client.cookies.set("__Host-kutse_session", await sessions.open(coordinator_id=teine.id, now=clock()))
    mari, jyri, _ = await seated(event)
    second = attendance.days(event)[1].isoformat()
    await press(browser, event, ticked=[str(mari.id), str(jyri.id)], do="here")
    await press(browser, event, day=second, here=str(mari.id))
    came = await attendance.counts(event_id=event.id)
    assert (came.people, list(came.by_day.values())) == (2, [2, 1])
    await browser.open(f"/console/loomeklaster/events/{event.id}")
    assert "2 came" in " ".join(browser.text().split())
    await browser.open(f"/console/loomeklaster/events/{event.id}/participants/export/csv")
    rows = list(csv.DictReader(io.StringIO(browser.page.content.decode("utf-8-sig"))))
    assert [[row["Came on 2026-12-22"], row["Came on 2026-12-23"]] for row in rows] == [["yes", "yes"], ["yes", ""], ["", ""], ["", ""]]


async def test_thanks_go_to_those_who_came(event: Occasion, office: Office) -> None:
    mari, jyri, juta = await seated(event)
    after = event.ends_at + timedelta(hours=1)
    day = attendance.days(event)[0]
    assert await thanks.waiting(event=event, now=after) == 3
    await attendance.mark(cluster=office.cluster, event_id=event.id, registration_ids=[mari.id], day=day, here=True, now=after)
    assert await thanks.send(office=office, event_id=event.id, now=after) == 1
    await attendance.mark(cluster=office.cluster, event_id=event.id, registration_ids=[jyri.id], day=day, here=True, now=after)
    assert await thanks.send(office=office, event_id=event.id, now=after) == 1
    assert [one.address for one in (await events.posted())[-2:]] == [mari.address, jyri.address]
    assert juta.id not in await attendance.present(event_id=event.id)


async def test_planned_thanks_leave_by_the_clock_once(event: Occasion, office: Office, now: datetime) -> None:
    await events.plan_thanks(cluster=office.cluster, event=event, now=now)
    due = event.ends_at + timedelta(days=1)
    ticks = [
        await reminders.tick(links=office.links, mail_domain=office.mail_domain, now=due + timedelta(minutes=one)) for one in (-1, 0, 1)
    ]
    assert ticks == [0, 3, 0]
