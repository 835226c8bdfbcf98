"""Behind the signed link: changing, handing on, "not me". Looking changes nothing."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import pytest_asyncio

from service.clusters.tables import Cluster
from service.events import answered, registrants, registration
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.registrants import Registrant
from service.letters.links import Links
from service.tokens import Keys
from tests.conftest import Clock
from tests.support import asking, events
from tests.support.browser import Browser


@pytest_asyncio.fixture(loop_scope="session")
async def event(cluster: Cluster, now: datetime) -> Occasion:
    """The seminar."""
    return await events.published(cluster=cluster, now=now)


async def pair(event: Occasion, cluster: Cluster, links: Links, now: datetime) -> tuple[Registrant, Registrant]:
    """Mari 1, who brings Mari 2."""
    office = events.office(cluster, links)
    one, two = events.form(1, language="en"), events.form(2, language="en")
    await registration.register(office=office, event_id=event.id, form=one, colleagues=[two], network="net", now=now)
    mari, colleague = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    return mari, colleague


def own(links: Links, registrant: Registrant) -> str:
    """The path of one's own page."""
    return urlsplit(links.registration(registration_id=registrant.id)).path


def not_me(links: Links, registrant: Registrant) -> str:
    """The path of "not me"."""
    return urlsplit(links.not_me(registration_id=registrant.id)).path


async def test_what_one_wrote_is_shown_changed_and_kept_while_something_is_wrong(
    browser: Browser, event: Occasion, cluster: Cluster, links: Links, now: datetime
) -> None:
    mari, _ = await pair(event, cluster, links, now)
    photos, drink, cv = await asking.ask(
        office=events.office(cluster, links), event=event, now=now, drafts=[asking.YES_NO, asking.DRINK, asking.CV]
    )
    await browser.open(own(links, mari))
    assert "The organisers ask something that you have not answered yet." in browser.text()
    page = await browser.open(f"{own(links, mari)}/change")
    assert 'value="Mari Maasikas 1"' in page.text
    wrong = await browser.submit(None, {"name": "Mari Tamm", "language": "en", f"question.{drink.id}": "kohv"})
    assert (wrong.status_code, 'value="Mari Tamm"' in wrong.text, f"#field-question.{photos.id}" in wrong.text) == (422, True, True)
    right = {"name": "Mari Tamm", "language": "en", f"question.{photos.id}": "yes", f"question.{drink.id}": "kohv"}
    await browser.submit(f"{own(links, mari)}/change", right, files={f"question.{cv.id}": ("cv.pdf", b"%PDF-1", "application/pdf")})
    assert all(words in browser.text() for words in ("Saved.", "Mari Tamm", "Are photos all right?", "Coffee", "cv.pdf"))
    assert "not answered yet" not in browser.text()
    await browser.open(f"{own(links, mari)}/change")
    assert "Given before: cv.pdf" in browser.text()
    await browser.submit(None, right | {f"question.{cv.id}.without": "yes"})
    assert [one.question_id for one in await answered.of_registration(registration_id=mari.id)] == [photos.id, drink.id]


async def test_a_place_is_handed_on_and_the_old_link_tells_only_what_was_typed_there(
    browser: Browser, event: Occasion, cluster: Cluster, links: Links, now: datetime
) -> None:
    mari, _ = await pair(event, cluster, links, now)
    page = f"{own(links, mari)}/hand-on"
    await browser.open(page)
    assert (await registrants.counts(event_id=event.id)).cancelled == 0
    wrong = await browser.submit(page, {"name": "Jaan Tamm", "address": "jaan@"})
    assert (wrong.status_code, 'value="Jaan Tamm"' in wrong.text) == (422, True)
    await browser.submit(page, {"name": "Jaan Tamm", "address": "jaan@example.org", "role": "juht"})
    assert browser.page.url.path == own(links, mari)
    _, jaan = sorted(await registrants.standing(event_id=event.id, state=Standing.SEATED), key=lambda one: one.id)
    await browser.open(own(links, jaan))
    assert all(words in browser.text() for words in ("Jaan Tamm", "Registered by", "Mari Maasikas 1"))
    await browser.submit(f"{own(links, jaan)}/change", {"name": "Jaan Kask", "language": "en"})
    await browser.open(own(links, mari))
    assert "Your place went to Jaan Tamm" in browser.text()
    assert "Kask" not in browser.text()
    assert "jaan@example.org" not in browser.text()
    for path in ("change", "hand-on", "cancel"):
        assert (await browser.open(f"{own(links, mari)}/{path}")).url.path == own(links, mari)
    await browser.open("/loomeklaster/en/subscribe")
    assert (await browser.submit(page, {"name": "Liis", "address": "liis@example.org"})).status_code == 422


async def test_not_me_is_a_page_and_then_a_deed(browser: Browser, event: Occasion, cluster: Cluster, links: Links, now: datetime) -> None:
    mari, colleague = await pair(event, cluster, links, now)
    await browser.open(not_me(links, colleague))
    assert "Mari Maasikas 1 put your name down." in browser.text()
    assert (await registrants.counts(event_id=event.id)).seated == 2
    await browser.submit(None, {})
    assert "Your name is off the list" in browser.text()
    assert [one.id for one in await registrants.standing(event_id=event.id, state=Standing.SEATED)] == [mari.id]
    await browser.open(own(links, colleague))
    assert "mari2" not in browser.text()


async def test_not_me_is_not_there_for_whom_nobody_brought_nor_by_another_token(
    browser: Browser, event: Occasion, cluster: Cluster, links: Links, keys: Keys, now: datetime
) -> None:
    mari, colleague = await pair(event, cluster, links, now)
    foreign = f"/not-me/{keys.sign(purpose='registration', value=colleague.id)}"
    for path in (not_me(links, mari), foreign, f"/not-me/{keys.sign(purpose='not-me', value=99)}", "/not-me/x"):
        assert (await browser.open(path)).status_code == 404
        await browser.open("/loomeklaster/en/subscribe")
        assert (await browser.submit(path, {})).status_code == 404


async def test_once_it_is_over_nothing_is_changed_and_the_page_says_whom_to_write_to(
    browser: Browser, event: Occasion, cluster: Cluster, links: Links, now: datetime, clock: Clock
) -> None:
    mari, colleague = await pair(event, cluster, links, now)
    clock.now = event.ends_at
    await browser.open(not_me(links, colleague))
    assert cluster.contact_address in browser.text()
    assert (await browser.open(f"{own(links, mari)}/change")).url.path == own(links, mari)
    await browser.open("/loomeklaster/en/subscribe")
    for path in (f"{own(links, mari)}/change", f"{own(links, mari)}/hand-on", not_me(links, colleague)):
        sent = await browser.submit(path, {"name": "x", "address": "x@example.org", "language": "en"})
        assert sent.status_code == 422
