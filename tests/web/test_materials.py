"""Files for those who came: kept small, named in the thank-you, handed out behind the signed links of people with a seat."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.events import materials, registrants, thanks
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.office import Office
from service.identity import sessions
from service.letters.links import Links
from tests.conftest import Clock
from tests.support import events, identity
from tests.support.browser import Browser

PDF = b"%PDF-1.7\nslides"


@pytest.fixture
def office(cluster: Cluster, links: Links) -> Office:
    return events.office(cluster, links)


@pytest_asyncio.fixture(loop_scope="session")
async def event(browser: Browser, office: Office, clock: Clock) -> Occasion:
    """One seat, one waiting; the coordinator is signed in."""
    made = await events.published(cluster=office.cluster, now=clock(), capacity=1)
    for number in (1, 2):
        await events.register(office=office, event=made, now=clock(), number=number, language="en")
    kadri = await identity.coordinator(now=clock(), cluster=office.cluster, password=None)
    browser.client.cookies.set("__Host-kutse_session", await sessions.open(coordinator_id=kadri.id, now=clock()))
    return made


async def add(browser: Browser, event: Occasion, name: str, content: bytes) -> int:
    await browser.open(f"/console/loomeklaster/events/{event.id}/letters")
    await browser.submit(f"/console/loomeklaster/events/{event.id}/materials", {}, follow=False, files={"file": (name, content)})
    return browser.page.status_code


async def test_the_thank_you_names_the_files_and_they_lie_behind_the_link(
    browser: Browser, event: Occasion, office: Office, clock: Clock
) -> None:
    assert await add(browser, event, "Slaidid – õpe.pdf", PDF) == 303
    (file,) = await materials.of(event_id=event.id)
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    (waiting,) = await registrants.standing(event_id=event.id, state=Standing.WAITLISTED)
    own, others = (office.links.registration(registration_id=one.id).removeprefix(office.links.site_url) for one in (seated, waiting))
    assert (await browser.open(f"{own}/materials/{file.id}")).status_code == 404
    clock.now = event.ends_at + timedelta(minutes=1)
    assert await thanks.send(office=office, event_id=event.id, now=clock()) == 1
    letter = (await events.posted())[-1]
    assert "Slaidid – õpe.pdf" in letter.text
    assert own in letter.text
    assert "Slaidid – õpe.pdf" in (await browser.open(own)).text
    got = await browser.open(f"{own}/materials/{file.id}")
    assert (got.content, got.headers["content-type"]) == (PDF, "application/pdf")
    assert got.headers["content-disposition"].startswith('attachment; filename="Slaidid _ _pe.pdf"; filename*=UTF-8')
    for path in (f"{others}/materials/{file.id}", f"{own}/materials/999", f"{own}/materials/99999999999999999999"):
        assert (await browser.open(path)).status_code in (400, 404)
    assert file.name not in (await browser.open(others)).text


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.exe", b"MZ"), ("a.pdf", b"<html>"), ("a.html", b"<script>"), ("a.pdf", b""), ("a.pdf", PDF + b"x" * 5 * 1024 * 1024), ("", b"")],
)
async def test_what_is_no_file_of_these_is_refused_at_its_field(browser: Browser, event: Occasion, name: str, content: bytes) -> None:
    assert await add(browser, event, name, content) == 422
    assert 'id="error-file"' in browser.page.text
    assert await materials.of(event_id=event.id) == []


async def test_there_are_ten_at_most_and_each_can_go(browser: Browser, event: Occasion) -> None:
    assert [await add(browser, event, f"{number}.pdf", PDF) for number in range(11)] == [303] * 10 + [422]
    first, *_ = await materials.of(event_id=event.id)
    for _ in range(2):
        await browser.open(f"/console/loomeklaster/events/{event.id}/letters")
        await browser.submit(f"/console/loomeklaster/events/{event.id}/materials/{first.id}/remove", {}, follow=False)
        assert browser.page.status_code == 303
    assert len(await materials.of(event_id=event.id)) == 9
