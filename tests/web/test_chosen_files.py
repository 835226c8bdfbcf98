"""Files of a form that comes back need not be chosen again, and strangers cannot fill the disk with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.events import answered, aside, registrants
from service.events.asking import Question
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.letters.links import Links
from service.persistence.engine import connection
from service.upkeep import cleaning
from tests.conftest import Clock
from tests.support import asking, events
from tests.support.browser import Browser, parsed

PAGE = "/loomeklaster/en/events/strateegiaseminar"
MARI = {"name": "Mari Maasikas", "address": "mari@example.org", "language": "en"}
PDF = ("programme.pdf", b"%PDF-1.7 and so on", "application/pdf")


@pytest_asyncio.fixture(loop_scope="session")
async def event(cluster: Cluster, now: datetime) -> Occasion:
    """The seminar, open to everybody."""
    return await events.published(cluster=cluster, now=now)


@pytest_asyncio.fixture(loop_scope="session")
async def cv(event: Occasion, cluster: Cluster, links: Links, now: datetime) -> Question:
    """A file that it asks for, whatever else is answered."""
    photos, file = await asking.ask(office=events.office(cluster, links), event=event, now=now, drafts=[asking.YES_NO, asking.CV])
    assert photos.required
    return file


def brought(browser: Browser) -> dict[str, str]:
    """What the page would send along about files from before."""
    fields = parsed(browser.page.text).iter("{http://www.w3.org/1999/xhtml}input")
    return {one.get("name"): one.get("value") for one in fields if str(one.get("name")).endswith(".before")}


def photos(cv: Question, prefix: str = "") -> dict[str, str]:
    """The answer without which the form comes back."""
    return {f"{prefix}question.{cv.id - 1}": "yes"}


async def contents(event: Occasion) -> list[tuple[str, str, bytes]]:
    """Who gave which file."""
    async with connection() as raw:
        rows = await raw.fetch(
            "SELECT r.name, a.said, f.content FROM question_file f JOIN question_answer a ON a.id = f.answer_id "
            "JOIN registration r ON r.id = a.registration_id WHERE r.event_id = $1 ORDER BY r.id",
            event.id,
        )
    return [tuple(row) for row in rows]


async def come_back(browser: Browser, cv: Question) -> dict[str, str]:
    """A form whose file was good and which lacks something else; returns what the page then brings along."""
    await browser.open(PAGE)
    await browser.submit(f"{PAGE}/register", MARI, files={f"question.{cv.id}": PDF})
    assert browser.page.status_code == 422
    return brought(browser)


async def test_a_good_file_stays_when_the_form_comes_back(browser: Browser, event: Occasion, cv: Question) -> None:
    before = await come_back(browser, cv)
    assert "Chosen: programme.pdf. Choose another only to replace it." in browser.text()
    await browser.submit(f"{PAGE}/register", MARI | before | {"name": ""})
    again = brought(browser)
    await browser.submit(f"{PAGE}/register", MARI | photos(cv) | again)
    assert browser.page.url.path == f"{PAGE}/registered"
    assert await contents(event) == [("Mari Maasikas", "programme.pdf", PDF[1])]


async def test_another_file_replaces_it_and_it_can_be_taken_away(browser: Browser, event: Occasion, cv: Question) -> None:
    before = await come_back(browser, cv)
    other = {f"question.{cv.id}": ("other.pdf", b"%PDF-2", "application/pdf")}
    await browser.submit(f"{PAGE}/register", MARI | photos(cv) | before, files=other)
    without = {f"question.{cv.id}.without": "yes", "address": "jaan@example.org", "name": "Jaan Tamm"}
    await browser.open(PAGE)
    await browser.submit(f"{PAGE}/register", MARI | photos(cv) | before | without)
    assert await contents(event) == [("Mari Maasikas", "other.pdf", b"%PDF-2")]
    assert len(await registrants.standing(event_id=event.id, state=Standing.SEATED)) == 2


async def test_a_button_that_adds_a_colleague_keeps_everybodys_files(browser: Browser, event: Occasion, cv: Question) -> None:
    jaan = {"person.2.name": "Jaan Tamm", "person.2.address": "jaan@example.org"}
    await browser.open(PAGE)
    both = {f"question.{cv.id}": PDF, f"person.2.question.{cv.id}": ("jaan.pdf", b"%PDF-jaan", "application/pdf")}
    await browser.submit(f"{PAGE}/register", MARI | jaan | {"do": "add-person"}, files=both)
    before = brought(browser)
    assert set(before) == {f"question.{cv.id}.before", f"person.2.question.{cv.id}.before"}
    await browser.submit(f"{PAGE}/register", MARI | jaan | photos(cv) | photos(cv, "person.2.") | before)
    assert await contents(event) == [("Mari Maasikas", "programme.pdf", PDF[1]), ("Jaan Tamm", "jaan.pdf", b"%PDF-jaan")]


async def test_changing_what_one_wrote_keeps_a_new_file_too(browser: Browser, event: Occasion, cv: Question, links: Links) -> None:
    await browser.open(PAGE)
    await browser.submit(f"{PAGE}/register", MARI | photos(cv), files={f"question.{cv.id}": PDF})
    (mari,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    page = f"{urlsplit(links.registration(registration_id=mari.id)).path}/change"
    await browser.open(page)
    new = {f"question.{cv.id}": ("new.pdf", b"%PDF-new", "application/pdf")}
    wrong = await browser.submit(page, MARI | photos(cv) | {"name": ""}, files=new)
    assert (wrong.status_code, "Chosen: new.pdf" in browser.text()) == (422, True)
    await browser.submit(page, MARI | photos(cv) | brought(browser))
    assert await contents(event) == [("Mari Maasikas", "new.pdf", b"%PDF-new")]


@pytest.mark.parametrize("token", ["", "x", "WzFd.x"])
async def test_a_token_that_is_none_brings_nothing(browser: Browser, event: Occasion, cv: Question, token: str) -> None:
    await come_back(browser, cv)
    await browser.submit(f"{PAGE}/register", MARI | photos(cv) | {f"question.{cv.id}.before": token})
    assert (await contents(event), len(await registrants.standing(event_id=event.id, state=Standing.SEATED))) == ([], 1)


async def test_a_file_belongs_to_its_question_and_to_its_hour(browser: Browser, event: Occasion, cv: Question, clock: Clock) -> None:
    await come_back(browser, cv)
    async with connection() as raw:
        aside_id = await raw.fetchval("SELECT id FROM file_aside")
    assert await aside.find(aside_id=aside_id, question_id=cv.id - 1, now=clock()) is None
    late = clock() + aside.KEPT
    assert await aside.find(aside_id=aside_id, question_id=cv.id, now=late - timedelta(seconds=1)) is not None
    assert await aside.find(aside_id=aside_id, question_id=cv.id, now=late) is None
    await cleaning.clean(now=late + timedelta(minutes=15))
    async with connection() as raw:
        assert await raw.fetchval("SELECT count(*) FROM file_aside") == 0


async def test_a_file_that_is_not_taken_is_not_kept(browser: Browser, cv: Question) -> None:
    await browser.open(PAGE)
    wrong = await browser.submit(f"{PAGE}/register", MARI | photos(cv), files={f"question.{cv.id}": ("run.exe", b"MZ", "x/y")})
    assert (wrong.status_code, brought(browser)) == (422, {})
    assert f'id="error-question.{cv.id}"' in wrong.text


@pytest.mark.parametrize(("what", "bound"), [("MOST_OF_A_NETWORK", 1), ("MOST_BYTES", len(PDF[1]))])
async def test_above_the_bounds_the_form_asks_for_the_file_again(
    browser: Browser, event: Occasion, cv: Question, monkeypatch: pytest.MonkeyPatch, what: str, bound: int
) -> None:
    monkeypatch.setattr(aside, what, bound)
    assert await come_back(browser, cv)
    assert await come_back(browser, cv) == {}
    assert "Mari Maasikas" in browser.page.text
    assert await answered.of_event(event_id=event.id) == {}
