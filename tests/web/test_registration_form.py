"""The form of a registration: questions, colleagues and files, without JavaScript."""

from __future__ import annotations

from datetime import datetime

import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.events import answered, needs, registrants
from service.events.asking import Question
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.registrants import Registrant
from service.letters.links import Links
from tests.support import asking, events
from tests.support.browser import Browser, parsed

PAGE = "/loomeklaster/en/events/strateegiaseminar"
MARI = {"name": "Mari Maasikas", "address": "mari@example.org", "language": "en", "organisation": "Narva Disainimaja"}
PDF = b"%PDF-1.7 and so on"


@pytest_asyncio.fixture(loop_scope="session")
async def event(cluster: Cluster, now: datetime) -> Occasion:
    """The seminar, open to everybody."""
    return await events.published(cluster=cluster, now=now, capacity=2)


@pytest_asyncio.fixture(loop_scope="session")
async def asked(event: Occasion, cluster: Cluster, links: Links, now: datetime) -> list[Question]:
    """Photos, a drink for those who say yes, and a file."""
    office = events.office(cluster, links)
    drafts = [asking.YES_NO, asking.DRINK, asking.CV]
    return await asking.ask(office=office, event=event, now=now, drafts=drafts, asks_diet=True)


def field(browser: Browser, name: str) -> str:
    """The value of a field of the last page."""
    for element in parsed(browser.page.text).iter("{http://www.w3.org/1999/xhtml}input"):
        if element.get("name") == name:
            return str(element.get("value"))
    return ""


async def seated(event: Occasion) -> list[Registrant]:
    """Who has a seat."""
    return await registrants.standing(event_id=event.id, state=Standing.SEATED)


async def test_all_questions_stand_there_with_the_words_when_to_answer_them(browser: Browser, asked: list[Question]) -> None:
    await browser.open(PAGE)
    assert "Only if you answered “Yes” to “Are photos all right?”." in browser.text()
    assert f'data-when="question.{asked[0].id}" data-if="yes"' in browser.page.text
    assert "It is deleted 14 days after the event." in browser.text()


async def test_answers_and_a_file_are_sent_and_kept(browser: Browser, event: Occasion, asked: list[Question]) -> None:
    await browser.open(PAGE)
    photos, drink, cv = (f"question.{one.id}" for one in asked)
    fields = MARI | {photos: "yes", drink: "tee", "diet": "no nuts"}
    sent = await browser.submit(f"{PAGE}/register", fields, files={cv: ("../My CV.pdf", PDF, "text/html")})
    assert sent.url.path == f"{PAGE}/registered"
    (mari,) = await seated(event)
    found = await answered.of_registration(registration_id=mari.id)
    assert [one.said for one in found] == ["Yes", "Tea", "My CV.pdf"]
    assert (await needs.of_registration(registration_id=mari.id)).diet == "no nuts"


async def test_what_is_missing_is_said_at_its_question_and_nothing_that_was_typed_is_lost(browser: Browser, asked: list[Question]) -> None:
    await browser.open(PAGE)
    drink = f"question.{asked[1].id}"
    sent = await browser.submit(f"{PAGE}/register", MARI | {drink: "kohv", "diet": "no nuts"})
    assert sent.status_code == 422
    assert f'href="#field-question.{asked[0].id}"' in sent.text
    assert f'name="{drink}" value="kohv" checked' in sent.text
    assert field(browser, "diet") == "no nuts"
    assert field(browser, "name") == "Mari Maasikas"


async def test_a_language_that_is_not_offered_is_asked_for_again(browser: Browser, event: Occasion) -> None:
    await browser.open(PAGE)
    for language in ("xx", ""):
        sent = await browser.submit(f"{PAGE}/register", MARI | {"language": language})
        assert (sent.status_code, 'href="#field-language"' in sent.text) == (422, True)
    assert await seated(event) == []


async def test_colleagues_are_added_by_a_button_and_all_of_them_registered(browser: Browser, event: Occasion) -> None:
    await browser.open(PAGE)
    more = await browser.submit(f"{PAGE}/register", MARI | {"do": "add-person"})
    assert (more.status_code, 'name="person.1.name"' in more.text, "autofocus" in more.text) == (200, True, True)
    assert field(browser, "address") == "mari@example.org"
    everybody = MARI | {"person.1.name": "Jaan Tamm", "person.1.address": "jaan@example.org", "person.1.role": "disainer"}
    await browser.submit(f"{PAGE}/register", everybody | {"do": "add-person"})
    everybody |= {"person.2.name": "Liis Lepp", "person.2.address": "liis@example.org"}
    less = await browser.submit(f"{PAGE}/register", everybody | {"do": "remove-person:1"})
    assert ("person.1.name" in less.text, "person.2.name" in less.text) == (False, True)
    await browser.submit(f"{PAGE}/register", everybody)
    mari, jaan = await seated(event)
    assert (mari.name, jaan.name, jaan.role, jaan.organisation) == ("Mari Maasikas", "Jaan Tamm", "disainer", "Narva Disainimaja")
    assert [one.name for one in await registrants.standing(event_id=event.id, state=Standing.WAITLISTED)] == ["Liis Lepp"]


async def test_two_colleagues_bring_a_large_file_each(browser: Browser, event: Occasion, asked: list[Question]) -> None:
    await browser.open(PAGE)
    photos, cv = asked[0].id, asked[2].id
    values = {
        **MARI,
        f"question.{photos}": "no",
        "person.1.name": "Jaan Tamm",
        "person.1.address": "jaan@example.org",
        f"person.1.question.{photos}": "no",
    }
    files = {name: ("cv.pdf", PDF.ljust(5_000_000), "application/pdf") for name in (f"question.{cv}", f"person.1.question.{cv}")}
    await browser.submit(f"{PAGE}/register", values, files=files)
    assert len(await seated(event)) == 2


async def test_a_problem_stands_at_its_row_whatever_its_number(browser: Browser, event: Occasion) -> None:
    await browser.open(PAGE)
    sent = await browser.submit(f"{PAGE}/register", MARI | {"person.7.name": "Jaan Tamm", "person.7.address": "jaan@"})
    assert (sent.status_code, 'href="#field-person.7.address">Jaan Tamm: ' in sent.text) == (422, True)
    assert await seated(event) == []


@pytest.mark.parametrize("do", ["remove-person:x", "remove-person:99", "remove-person:", "add-person", "nothing"])
async def test_no_button_value_breaks_the_form(browser: Browser, event: Occasion, do: str) -> None:
    await browser.open(PAGE)
    rows = {f"person.{number}.name": "x" for number in (0, 1, 20, 99)}
    assert (await browser.submit(f"{PAGE}/register", rows | {"do": do, "question.x": "1", "person.1.question.99": "1"})).status_code in (
        200,
        422,
    )
    assert (await browser.submit(f"{PAGE}/register", {f"person.{number}.name": "x" for number in range(40)} | {"do": do})).status_code in (
        200,
        422,
    )


async def test_the_page_after_registering_says_the_same_for_everybody(browser: Browser, event: Occasion) -> None:
    pages = []
    for fields in (MARI, MARI, MARI | {"person.1.name": "Jaan", "person.1.address": "jaan@example.org"}):
        await browser.open(PAGE)
        await browser.submit(f"{PAGE}/register", fields)
        pages.append(browser.text())
    assert len(set(pages)) == 1
