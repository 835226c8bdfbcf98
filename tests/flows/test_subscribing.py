"""Journey 1: from the home page to the confirmation letter, the ledger, other wishes, and out again by one click."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

import httpx
import pytest

from service.delivery.ready import FRESH_SECONDS
from tests.flows.conftest import Town
from tests.support import events, journeys, mailings
from tests.support.browser import Browser
from tests.support.post import Caught
from tests.support.subscriptions import rows


async def standing(town: Town, who: str) -> dict[str, str]:
    """Topic → state of somebody's subscriptions."""
    found = await rows(
        """SELECT t.slug, s.state FROM subscription s JOIN topic t ON t.id = s.topic_id JOIN person p ON p.id = s.person_id
           WHERE p.address = $1""",
        town.address(who),
    )
    return dict(found)


def one_click(letter: Caught) -> str:
    """The address of the one-click POST, as a mail program finds it: from the raw header, which must not be encoded."""
    (header,) = re.findall(rb"(?mi)^List-Unsubscribe: ((?:.|\r\n[ \t])*)\r\n", letter.raw)
    (found,) = re.findall(r"<(https?://[^>]+)>", header.decode("ascii"))
    return str(found)


async def test_only_the_button_behind_the_letters_link_subscribes(town: Town, visitor: Browser) -> None:
    mari, form = town.address("mari"), f"{town.home()}/subscribe"
    await visitor.open(form)
    shown = visitor.text()
    await visitor.submit(form, {"address": mari, "name": "Mari Mägi", "language": "ru", "topics": ["newsletter", "funding"]})
    question = await town.live.mailbox.letter(to=mari)
    assert question.structure == ["multipart/alternative", "text/plain", "text/html"]
    link = question.path("/confirm/")

    for _ in range(2):
        await visitor.open(link)
        assert visitor.page.status_code == 200
        assert '<html lang="ru"' in visitor.page.text
    assert await standing(town, "mari") == {}

    await visitor.submit(link)
    assert await standing(town, "mari") == {"newsletter": "active", "funding": "active"}
    ledger = await rows(
        """SELECT c.act, c.how, c.words, c.language, c.shown_at <= c.at FROM consent c JOIN person p ON p.id = c.person_id
           WHERE p.address = $1""",
        mari,
    )
    assert [one[:2] for one in ledger] == [("given", "opt-in")] * 2
    for _, _, words, language, in_order in ledger:
        assert (words in shown, language, in_order) == (True, "et", True)


async def test_wishes_change_on_the_page_behind_the_letters_link(town: Town, visitor: Browser) -> None:
    welcome = await journeys.subscribe(visitor, town.live.mailbox, home=town.home(), address=town.address("mari"))
    own = welcome.path("/preferences/")
    await visitor.open(own)
    await visitor.submit(own, {"name": "Mari Mägi", "language": "en", "topics": ["events", "funding"]})
    assert visitor.page.status_code == 200
    assert await standing(town, "mari") == {"newsletter": "left", "events": "active", "funding": "active"}
    assert await rows("SELECT name, language FROM person WHERE address = $1", town.address("mari")) == [("Mari Mägi", "en")]


@pytest.mark.parametrize("as_", ["urlencoded", "multipart"])
async def test_one_click_without_cookies_leaves_the_topic_and_service_mail_still_comes(
    town: Town, visitor: Browser, coordinator: Browser, as_: str
) -> None:
    mari, mailbox = town.address("mari"), town.live.mailbox
    await journeys.subscribe(visitor, mailbox, home=town.home(), address=mari)
    await journeys.send_now(coordinator, await draft(town, coordinator))
    letter = await mailbox.letter(to=mari, number=3)

    said: dict[str, object] = (
        {"data": {"List-Unsubscribe": "One-Click"}} if as_ == "urlencoded" else {"files": {"List-Unsubscribe": (None, "One-Click")}}
    )
    async with httpx.AsyncClient() as mail_program:
        answer = await mail_program.post(one_click(letter), **said)  # type: ignore[arg-type]
    assert (answer.status_code, answer.headers.get("location")) == (200, None)
    assert await standing(town, "mari") == {"newsletter": "left"}
    assert await rows(
        "SELECT c.act, c.how FROM consent c JOIN person p ON p.id = c.person_id WHERE p.address = $1 ORDER BY c.id DESC LIMIT 1", mari
    ) == [("withdrawn", "one-click")]

    event = await events.published(cluster=town.cluster, now=datetime.now(UTC))
    await journeys.register(visitor, mailbox, event=f"{town.home()}/events/{event.slug}", address=mari)


async def test_a_newsletter_in_flight_reaches_nobody_who_has_left(town: Town, visitor: Browser, coordinator: Browser) -> None:
    mari, jaan, mailbox = town.address("mari"), town.address("jaan"), town.live.mailbox
    for address in (mari, jaan):
        await journeys.subscribe(visitor, mailbox, home=town.home(), address=address)
    mailing = await draft(town, coordinator)
    with town.live.programs["catcher"].thinking():
        await journeys.send_now(coordinator, mailing)
        await journeys.until_copies(coordinator, mailing, **{"On its way": 2})
        ((person_id,),) = await rows("SELECT id FROM person WHERE address = $1", mari)
        link = town.live.links.unsubscribe(person_id=person_id, list_id=(await mailings.topic(town.cluster)).list_id)
        assert (await visitor.client.post(link, data={"List-Unsubscribe": "One-Click"})).status_code == 200
        await asyncio.sleep(FRESH_SECONDS)
    await journeys.until_copies(coordinator, mailing, **{"Sent": 1, "Left out": 1})
    assert len(mailbox.letters(to=jaan)) == 3
    assert len(mailbox.letters(to=mari)) == 2


async def draft(town: Town, coordinator: Browser) -> str:
    """A newsletter in Estonian that is ready to go; its path."""
    topic = str((await mailings.topic(town.cluster)).id)
    words = {"subject": "Uudised", "block.1.kind": "text", "block.1.text": "{greeting}\n\nUudised."}
    return await journeys.write_newsletter(coordinator, desk=town.desk, title="Uudised", topic=topic, editions={"et": words})


async def test_a_mail_scanner_that_asks_for_the_head_of_a_link_is_answered_and_changes_nothing(town: Town, visitor: Browser) -> None:
    mari = town.address("mari")
    letter = await journeys.subscribe(visitor, town.live.mailbox, home=town.home(), address=mari)
    for _ in range(2):
        answer = await visitor.client.head(letter.path("/preferences/"))
        assert (answer.status_code, answer.content) == (200, b"")
    assert "Exception in ASGI application" not in town.live.programs["web"].output
    assert await standing(town, "mari") == {"newsletter": "active"}
