"""The programme of an event at the console: items added, changed, moved up and left out, without JavaScript."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.events import agenda, programme
from service.events.occasion import Occasion
from service.letters.links import Links
from tests.conftest import Clock
from tests.support import events, factories
from tests.support.agenda import choose, item
from tests.support.browser import Browser
from tests.support.console import signed_in
from tests.support.identity import _cheap_hashes as _cheap_hashes

TYPED = {
    "day": "2026-12-22",
    "from": "11:00",
    "to": "12:00",
    "title.et": "Savi",
    "speakers.et": "Mari Maasikas – keraamik",
    "place": "Saal 2",
}


@pytest_asyncio.fixture(loop_scope="session")
async def console(browser: Browser, cluster: Cluster, clock: Clock) -> Browser:
    """A browser in which the cluster's coordinator is signed in."""
    await signed_in(browser, cluster=cluster, now=clock())
    return browser


@pytest.fixture
async def event(cluster: Cluster, now: datetime) -> Occasion:
    """A published day from 11:00 to 19:00 in Tallinn."""
    return await events.published(cluster=cluster, now=now, days=(events.day(now + timedelta(days=30), hours=8),))


def path(event: Occasion, rest: str = "") -> str:
    """The page of the event's programme, or one below it."""
    return f"/console/loomeklaster/events/{event.id}/agenda{rest}"


async def test_an_item_is_added_changed_and_left_out(console: Browser, event: Occasion) -> None:
    await console.open(path(event))
    assert "No programme yet" in console.text()
    page = await console.open(path(event, "/new"))
    assert 'value="11:00"' in page.text
    await console.submit(path(event, "/new"), TYPED | {"is_chosen": "yes", "capacity": "8"})
    assert "11:00–12:00" in console.text()
    assert "Mari Maasikas" in console.text()
    (one,) = await agenda.of(event_id=event.id)
    assert (one.title, one.capacity, one.place) == ({"et": "Savi"}, 8, "Saal 2")
    page = await console.open(path(event, f"/{one.id}"))
    assert 'value="8"' in page.text
    version = (await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)).version
    done = await console.submit(path(event, f"/{one.id}"), TYPED | {"to": "13:30", "version": str(version)})
    assert done.url.path == path(event)
    assert (await agenda.by_id(event_id=event.id, item_id=one.id)).capacity is None
    await console.open(path(event, f"/{one.id}/remove"))
    assert "nobody is written to" in console.text()
    await console.submit(path(event, f"/{one.id}/remove"))
    assert await agenda.of(event_id=event.id) == ()


async def test_a_slip_of_the_hand_does_not_hide_what_somebody_else_changed(console: Browser, event: Occasion) -> None:
    await console.open(path(event, "/new"))
    await console.submit(path(event, "/new"), TYPED | {"version": str(event.version)})
    page = await console.submit(path(event, "/new"), TYPED | {"version": str(event.version), "to": "soon"})
    assert page.status_code == 422
    assert f'name="version" value="{event.version}"' in page.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title.et": ""}, "title.et"),
        ({"from": "9"}, "from"),
        ({"from": "10:59"}, "from"),
        ({"to": "11:00"}, "to"),
        ({"capacity": "x"}, "capacity"),
    ],
)
async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    console: Browser, event: Occasion, typed: dict[str, str], field: str
) -> None:
    await console.open(path(event, "/new"))
    page = await console.submit(path(event, "/new"), TYPED | typed)
    assert page.status_code == 422
    assert f'id="error-{field}"' in page.text
    assert 'value="Saal 2"' in page.text


async def test_moving_up_changes_places_and_asks_before_it_writes_to_anybody(
    console: Browser, event: Occasion, cluster: Cluster, links: Links, now: datetime
) -> None:
    office = events.office(cluster, links)
    first = await item(office, event, title={"en": "First"}, minutes=90, is_chosen=True)
    second = await item(office, event, title={"en": "Second"}, after=90, minutes=30)
    event = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    await choose(office, event, 1, first.id, now=now)
    page = await console.open(path(event))
    assert page.text.count('/move"') == 1
    before = len(await events.posted())
    page = await console.submit(path(event, f"/{second.id}/move"), {"version": str(event.version)})
    assert "1 letter will be sent" in console.text()
    assert len(await events.posted()) == before
    await console.submit(path(event, f"/{second.id}/move"), {"version": str(event.version), "confirmed": "yes"})
    assert [one.title["en"] for one in await agenda.of(event_id=event.id)] == ["Second", "First"]
    (letter,) = (await events.posted())[before:]
    assert "First" in letter.subject
    assert (await console.submit(path(event, f"/{second.id}/move"))).status_code == 422


async def test_another_clusters_programme_and_items_of_another_event_are_not_there(
    console: Browser, event: Occasion, cluster: Cluster, links: Links, now: datetime
) -> None:
    other = await factories.cluster(now=now, slug="kotor", languages=["cnr", "en"])
    foreign = await events.published(cluster=other, now=now)
    theirs = await item(events.office(other, links), foreign, title={"en": "Theirs"})
    for address in (
        path(foreign),
        path(foreign, "/new"),
        path(event, f"/{theirs.id}"),
        path(event, f"/{theirs.id}/remove"),
        path(event, "/x"),
    ):
        assert (await console.open(address)).status_code == 404, address


async def test_the_participants_list_says_who_chose_what(
    console: Browser, event: Occasion, cluster: Cluster, links: Links, now: datetime
) -> None:
    office = events.office(cluster, links)
    clay = await item(office, event, title={"en": "=Clay"}, is_chosen=True, capacity=1)
    event = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    for number in (1, 2):
        await choose(office, event, number, clay.id, now=now)
    await choose(office, event, 3, now=now)
    await console.open(f"/console/loomeklaster/events/{event.id}/participants")
    assert console.text().count("Chose: =Clay") == 2
    assert "Chose: =Clay (" in console.text()
    page = await console.open(f"/console/loomeklaster/events/{event.id}/participants/export/csv")
    rows = list(csv.DictReader(io.StringIO(page.content.decode("utf-8-sig"))))
    assert [row["'=Clay"] for row in rows] == ["yes", "waitlist", ""]
    typed = {"title.en": "=Clay", "date": "2026-12-22", "from": "11:00", "to": "12:00", "is_chosen": "yes", "capacity": "2"}
    await console.open(path(event, f"/{clay.id}"))
    await console.submit(path(event, f"/{clay.id}"), typed)
    assert "1 letter to somebody who waited for a place in the programme and gets it." in console.text()
    assert (await agenda.by_id(event_id=event.id, item_id=clay.id)).capacity == 1
