"""The console's questions: written, moved, removed; what people said, their files and needs."""

from __future__ import annotations

from datetime import datetime

import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.events import answered, questions, registrants, uploads
from service.events.asking import Question, Typed
from service.events.capacity import Standing
from service.events.needs import Needs
from service.events.occasion import Occasion
from service.events.uploads import Upload
from service.letters.links import Links
from tests.support import asking, events, factories
from tests.support.browser import Browser, parsed
from tests.support.console import signed_in
from tests.support.identity import _cheap_hashes as _cheap_hashes

EVENTS = "/console/loomeklaster/events"


@pytest_asyncio.fixture(loop_scope="session")
async def event(browser: Browser, cluster: Cluster, now: datetime) -> Occasion:
    """A published event, and a coordinator at the desk."""
    await signed_in(browser, cluster=cluster, now=now)
    return await events.published(cluster=cluster, now=now)


def fields(browser: Browser) -> dict[str, str]:
    """What the last page's form holds."""
    found: dict[str, str] = {}
    html = "{http://www.w3.org/1999/xhtml}"
    for element in parsed(browser.page.text).iter():
        name = element.get("name") if isinstance(element.tag, str) and element.tag.startswith(html) else None
        if name is None or name.startswith("_"):
            continue
        if element.tag == f"{html}input" and (element.get("type") != "checkbox" or element.get("checked") is not None):
            found[name] = element.get("value") or ""
        elif element.tag == f"{html}textarea":
            found[name] = (element.text or "").strip("\n")
        elif element.tag == f"{html}select":
            found[name] = next((one.get("value") for one in element.iter(f"{html}option") if one.get("selected") is not None), "")
    return found


async def test_questions_are_added_moved_made_to_depend_and_removed_without_javascript(browser: Browser, event: Occasion) -> None:
    page = f"{EVENTS}/{event.id}/questions"
    await browser.open(page)
    await browser.submit(page, fields(browser) | {"do": "add:text"})
    await browser.submit(page, fields(browser) | {"questions.0.label.en": "Which bus?", "do": "add:choice"})
    bus = {"questions.1.label.en": "How do you come?", "questions.1.options.en": "By bus\nOn foot"}
    await browser.submit(page, fields(browser) | bus | {"do": "up:2"})
    await browser.submit(page, fields(browser) | {"questions.1.when": "0:by-bus", "questions.1.required": "yes", "asks_diet": "yes"})
    assert "The form asks this from now on." in browser.text()
    how, which = await questions.of(event_id=event.id)
    assert (how.label, which.label, which.asked_when, which.asked_if, which.required) == (
        {"en": "How do you come?"},
        {"en": "Which bus?"},
        how.id,
        "by-bus",
        True,
    )
    await browser.open(page)
    assert fields(browser)["questions.1.when"] == "0:by-bus"
    moved = await browser.submit(page, fields(browser) | {"do": "down:1"})
    assert fields(browser)["questions.0.when"] == "1:by-bus"
    refused = await browser.submit(page, fields(browser))
    assert (moved.status_code, refused.status_code) == (200, 422)
    assert 'href="#field-questions.0.when"' in refused.text
    await browser.submit(page, fields(browser) | {"do": "remove:1"})
    await browser.submit(page, fields(browser))
    assert [one.label for one in await questions.of(event_id=event.id)] == [{"en": "How do you come?"}]


async def test_a_form_from_before_somebody_elses_change_is_refused_and_kept(
    browser: Browser, event: Occasion, cluster: Cluster, links: Links, now: datetime
) -> None:
    page = f"{EVENTS}/{event.id}/questions"
    await browser.open(page)
    mine = fields(browser) | {"questions.0.kind": "number", "questions.0.label.en": "How many?", "questions.0.lowest": "1"}
    await asking.ask(office=events.office(cluster, links), event=event, now=now, drafts=[asking.YES_NO])
    sent = await browser.submit(page, mine)
    assert sent.status_code == 409
    assert (fields(browser)["questions.0.label.en"], fields(browser)["questions.0.lowest"]) == ("How many?", "1")


@pytest.mark.parametrize(
    "wrong", [{"questions.0.lowest": "many"}, {"questions.0.label.en": ""}, {"questions.0.when": "7:x"}, {"questions.0.when": "0:yes"}]
)
async def test_what_is_wrong_stands_at_its_field(browser: Browser, event: Occasion, wrong: dict[str, str]) -> None:
    page = f"{EVENTS}/{event.id}/questions"
    await browser.open(page)
    sent = await browser.submit(page, fields(browser) | {"questions.0.kind": "number", "questions.0.label.en": "How many?"} | wrong)
    assert sent.status_code == 422
    assert 'href="#field-questions.0' in sent.text


async def answering(event: Occasion, cluster: Cluster, links: Links, now: datetime) -> tuple[int, list[Question]]:
    """Mari answers everything; her registration's id."""
    office = events.office(cluster, links)
    asked = await asking.ask(office=office, event=event, now=now, drafts=[asking.YES_NO, asking.DRINK, asking.CV], asks_diet=True)
    said = Typed({asked[0].id: ["yes"], asked[1].id: ["kohv"]}, {asked[2].id: Upload(uploads.named('=cv "õ".pdf'), b"%PDF-1.7")})
    await events.register(office=office, event=event, now=now, answers=said, needs=Needs(diet="no nuts"))
    (mari,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    return mari.id, asked


async def test_what_somebody_said_stands_on_their_page_and_the_file_is_a_download(
    browser: Browser, event: Occasion, cluster: Cluster, links: Links, now: datetime
) -> None:
    mari, _ = await answering(event, cluster, links, now)
    page = f"{EVENTS}/{event.id}/participants/{mari}"
    await browser.open(page)
    assert all(text in browser.text() for text in ("Are photos all right? Yes", "Drink? Coffee", "Asked as: Jook?"))
    assert "no nuts" not in browser.text()
    (file,) = [one for one in await answered.of_registration(registration_id=mari) if one.is_file]
    sent = await browser.open(f"{page}/files/{file.id}")
    assert sent.content == b"%PDF-1.7"
    assert sent.headers["content-disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%3Dcv%20_%C3%B5_.pdf" in sent.headers["content-disposition"]
    assert (sent.headers["x-content-type-options"], sent.headers["content-type"]) == ("nosniff", "application/pdf")
    for wrong in (f"{page}/files/99", f"{EVENTS}/{event.id}/participants/99", f"{EVENTS}/99/participants/{mari}/files/{file.id}"):
        assert (await browser.open(wrong)).status_code == 404


async def test_needs_stand_on_a_page_of_their_own_and_in_no_file(
    browser: Browser, event: Occasion, cluster: Cluster, links: Links, now: datetime
) -> None:
    await answering(event, cluster, links, now)
    await browser.open(f"{EVENTS}/{event.id}/needs")
    assert "Mari Maasikas 1" in browser.text()
    assert "no nuts" in browser.text()
    await browser.open(f"{EVENTS}/{event.id}/participants")
    assert "3 answers Are photos all right? Yes" in browser.text()
    assert "no nuts" not in browser.text()
    sheet = (await browser.open(f"{EVENTS}/{event.id}/participants/export/csv")).text
    assert "no nuts" not in sheet
    assert all(cell in sheet for cell in ("Are photos all right?", "Yes", "Coffee", "'=cv _õ_.pdf"))


async def test_nobody_elses_participants_are_there(browser: Browser, event: Occasion, now: datetime) -> None:
    other = await events.published(cluster=await factories.cluster(now=now, slug="kotor", languages=["cnr", "en"]), now=now)
    for path in ("questions", "needs", "participants/1", "participants/1/files/1"):
        assert (await browser.open(f"{EVENTS}/{other.id}/{path}")).status_code == 404
