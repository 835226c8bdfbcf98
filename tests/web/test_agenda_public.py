"""The programme on an event's page, choosing from it, and what search engines read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.clusters.tables import Cluster
from service.events import agenda, changes, choices, facts, programme
from service.events.choices import Place
from service.events.items import Item
from service.events.occasion import Occasion
from service.events.office import Office
from service.letters.links import Links
from tests.support import events
from tests.support.agenda import choose, item, registration_id
from tests.support.browser import Browser

PAGE = "/loomeklaster/en/events/strateegiaseminar"
GOOD = {"name": "Mari Maasikas 1", "address": "mari1@example.org", "language": "en"}


@pytest.fixture
def own_office(cluster: Cluster, links: Links) -> Office:
    """The cluster's office."""
    return events.office(cluster, links)


@pytest.fixture
async def event(cluster: Cluster, now: datetime) -> Occasion:
    """A published day of eight hours."""
    return await events.published(cluster=cluster, now=now, languages=("et", "cnr"), days=(events.day(now + timedelta(days=30), hours=8),))


@pytest.fixture
async def workshops(own_office: Office, event: Occasion) -> list[Item]:
    """An opening for everybody and two workshops at the same time, one of them with a single place."""
    link = "https://video.example.org/secret-room"
    opening = await item(own_office, event, title={"en": "Opening"}, speakers={"en": "Mari Maasikas – designer"}, online_url=link)
    clay = await item(own_office, event, after=60, title={"en": "Clay"}, place="Room 2", is_chosen=True, capacity=1)
    return [opening, clay, await item(own_office, event, after=60, title={"en": "Wood"}, is_chosen=True)]


def structured(page: Any) -> dict[str, Any]:
    """The data block of a page."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


async def test_the_programme_is_on_the_page_and_its_online_link_is_not(browser: Browser, workshops: list[Item]) -> None:
    page = await browser.open(PAGE)
    for words in ("Opening", "Mari Maasikas – designer", "12:00–13:00 · Room 2 · Few seats left", "What would you like to take part in?"):
        assert words in browser.text()
    assert "secret-room" not in page.text


async def test_what_is_chosen_goes_with_the_registration(browser: Browser, event: Occasion, workshops: list[Item]) -> None:
    _, clay, wood = workshops
    await browser.open(PAGE)
    page = await browser.submit(f"{PAGE}/register", GOOD | {"chosen": [str(clay.id), str(wood.id)]})
    assert page.status_code == 422
    assert "“Clay” and “Wood” are at the same time" in browser.text()
    assert page.text.count("checked") == 3  # both, and the language
    await browser.submit(f"{PAGE}/register", GOOD | {"chosen": [str(clay.id)]})
    assert await choices.of_registration(registration_id=await registration_id(event, 1)) == {clay.id: Place.SEATED}
    await browser.open(PAGE)
    assert "Full: waitlist" in browser.text()


@pytest.mark.parametrize("sent", ["x", "-1", "99999999999999999999", "٣"])
async def test_what_is_no_item_is_refused_calmly(browser: Browser, workshops: list[Item], sent: str) -> None:
    await browser.open(PAGE)
    assert (await browser.submit(f"{PAGE}/register", GOOD | {"chosen": [sent]})).status_code == 422


async def test_search_engines_read_the_whole_of_it(
    browser: Browser, own_office: Office, event: Occasion, workshops: list[Item], now: datetime
) -> None:
    told = structured(await browser.open(PAGE))
    assert told["inLanguage"] == ["et", "cnr-Latn"]
    assert (told["offers"]["price"], told["offers"]["availability"]) == (0, "https://schema.org/InStock")
    assert told["performer"] == [{"@type": "Person", "name": "Mari Maasikas"}]
    assert [part["name"] for part in told["subEvent"]] == ["Opening", "Clay", "Wood"]
    assert told["eventStatus"] == "https://schema.org/EventScheduled"
    event = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    (day,) = facts.of(event).days
    later = replace(
        facts.of(event), days=(replace(day, starts_at=day.starts_at + timedelta(days=1), ends_at=day.ends_at + timedelta(days=1)),)
    )
    await changes.edit(office=own_office, event_id=event.id, facts=later, version=event.version, announced=True, now=now)
    told = structured(await browser.open(PAGE))
    assert (told["eventStatus"], told["previousStartDate"]) == ("https://schema.org/EventRescheduled", "2026-12-22T11:00:00+02:00")
    assert told["subEvent"][0]["startDate"] == told["startDate"] == "2026-12-23T11:00:00+02:00"
    assert "The date has changed" in browser.text()
    assert len(await agenda.of(event_id=event.id)) == 3


async def test_behind_the_signed_link_one_sees_and_changes_what_one_chose(
    browser: Browser, own_office: Office, event: Occasion, workshops: list[Item], now: datetime, links: Links
) -> None:
    opening, clay, wood = workshops
    event = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    await choose(own_office, event, 2, clay.id, now=now)
    own = await choose(own_office, event, 1, clay.id, now=now)
    path = links.registration(registration_id=own).removeprefix(links.site_url)
    await browser.open(path)
    assert "Savi" not in browser.text()
    assert "Clay Ootenimekiri" in browser.text()
    assert "https://video.example.org/secret-room" in browser.text()  # of the opening, which is for everybody who has a seat
    page = await browser.open(f"{path}/programme")
    assert page.text.count("checked") == 1
    for wrong in ([str(clay.id), str(wood.id)], [str(opening.id)], ["x"]):
        assert (await browser.submit(f"{path}/programme", {"chosen": wrong})).status_code == 422
    done = await browser.submit(f"{path}/programme", {"chosen": [str(wood.id)]})
    assert done.url.path == path
    assert await choices.of_registration(registration_id=own) == {wood.id: Place.SEATED}
    await browser.open(f"{path}/programme")
    await browser.submit(f"{path}/programme")
    assert await choices.of_registration(registration_id=own) == {}
