"""The programme in public: the list, an event's page, registering and giving the place back, as a person does it."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest

from service.clusters import fundings
from service.clusters.tables import Cluster
from service.events import registrants
from service.events.capacity import Standing
from service.events.lifecycle import Act
from service.events.occasion import Kind, Occasion
from service.events.publishing import call_off, decide
from service.events.terms import Terms
from service.letters.links import Links
from service.tokens import Keys
from service.web import edge
from tests.conftest import Clock
from tests.support import agenda, events, factories
from tests.support.browser import Browser

LIST = "/loomeklaster/en/events"
PAGE = f"{LIST}/strateegiaseminar"
GOOD = {"name": "Mari Maasikas", "address": "mari@example.org", "organisation": "Narva Disainimaja", "role": "disainer", "language": "ru"}


@pytest.fixture
async def event(cluster: Cluster, now: datetime) -> Occasion:
    """A published seminar of two seats."""
    return await events.published(cluster=cluster, now=now, capacity=2, online_url="https://video.example.org/secret-room")


async def own_path() -> str:
    """The path of the signed link in the last letter."""
    (*_, letter) = await events.posted()
    found = re.search(r"https://kutse\.example\.org(/registration/\S+)", letter.text)
    assert found is not None
    return found[1]


async def test_the_list_shows_what_comes_and_not_what_was_or_is_a_draft(
    browser: Browser, cluster: Cluster, now: datetime, clock: Clock
) -> None:
    await events.published(cluster=cluster, now=now, title={"en": "Coming up"})
    await events.published(cluster=cluster, now=now, title={"en": "Long gone"}, days=(events.day(now + timedelta(days=1)),))
    await events.draft(cluster=cluster, now=now, title={"en": "Secret draft"})
    clock.now += timedelta(days=2)
    await browser.open(LIST)
    assert "Coming up" in browser.text()
    assert "Long gone" not in browser.text()
    assert "Secret draft" not in browser.text()
    await browser.open(f"{LIST}?past=")
    assert "Long gone" in browser.text()
    assert "Coming up" not in browser.text()


async def test_the_list_is_narrowed_by_kind_and_turned_page_by_page(browser: Browser, cluster: Cluster, now: datetime) -> None:
    for number in range(13):
        await events.published(cluster=cluster, now=now, title={"en": f"Seminar no {number}."})
    await events.published(cluster=cluster, now=now, kind=Kind.STUDY_TRIP, title={"en": "To Amsterdam"})
    await browser.open(f"{LIST}?kind=study_trip")
    assert "To Amsterdam" in browser.text()
    assert "Seminar no" not in browser.text()
    first, second = [(await browser.open(f"{LIST}?kind=seminar&page={number}")).text.count("Seminar no") for number in (1, 2)]
    assert (first, second) == (12, 1)


@pytest.mark.parametrize("query", ["kind=nonsense", "page=-1", "page=99999999999999999999", "page=x"])
async def test_nonsense_in_the_query_shows_the_list(browser: Browser, event: Occasion, query: str) -> None:
    assert (await browser.open(f"{LIST}?{query}")).status_code == 200


async def test_an_events_page_tells_search_engines_and_keeps_the_online_link(browser: Browser, event: Occasion) -> None:
    page = await browser.open(PAGE)
    told = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)[1])  # type: ignore[index]
    assert (told["@type"], told["name"], told["startDate"]) == ("Event", "Strategy seminar", "2026-12-22T11:00:00+02:00")
    assert told["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert '<meta property="og:title" content="Strategy seminar">' in page.text
    assert "secret-room" not in page.text
    assert "Few seats left" in browser.text()


async def test_a_registration_that_is_new_leaves_no_more_trace_on_the_pages_than_one_that_is_not(
    browser: Browser, cluster: Cluster, links: Links, now: datetime
) -> None:
    """Otherwise whoever registers somebody else would see whether they were registered before."""
    office = events.office(cluster, links)
    terms = Terms(is_hybrid=True, online_capacity=30)
    event = await events.published(cluster=cluster, now=now, capacity=30, terms=terms, online_url="https://video.example.org/room")
    workshop = await agenda.item(office, event, is_chosen=True, capacity=20)

    async def seen() -> list[str]:
        pages = []
        for url in (LIST, PAGE):
            await browser.open(url)
            pages.append(browser.text())
        return pages

    before = await seen()
    assert "Seats available" in before[1]
    for _ in "new", "known":
        await browser.open(PAGE)
        await browser.submit(f"{PAGE}/register", GOOD | {"mode": "room", "chosen": [str(workshop.id)]})
        assert await seen() == before
    assert (await registrants.counts(event_id=event.id)).seated == 1


async def test_the_time_an_answer_takes_does_not_tell_who_is_registered(
    browser: Browser, event: Occasion, cluster: Cluster, links: Links, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "EVEN", 0.2)
    await events.register(office=events.office(cluster, links), event=event, now=now, name=GOOD["name"], address=GOOD["address"])
    await browser.open(PAGE)
    begun = time.monotonic()
    await browser.submit(f"{PAGE}/register", GOOD)
    assert time.monotonic() - begun >= 0.2
    assert (await registrants.counts(event_id=event.id)).seated == 1


async def test_a_title_cannot_end_the_data_block(browser: Browser, cluster: Cluster, now: datetime) -> None:
    event = await events.published(cluster=cluster, now=now, title={"en": "</script><script>alert(1)</script>"})
    page = await browser.open(f"{LIST}/{event.slug}")
    assert "<script>alert(1)" not in page.text


async def test_the_acknowledgement_is_on_the_page_and_in_the_letter(browser: Browser, cluster: Cluster, now: datetime) -> None:
    draft = fundings.Draft(
        title="Launch", funder="Euroopa Liit", code="ER227", acknowledgement={"et": "Rahastab Euroopa Liit.", "en": "Funded by the EU."}
    )
    funding = await fundings.create(cluster_id=cluster.id, draft=draft, now=now)
    await events.published(cluster=cluster, now=now, funding_id=funding.id)
    await browser.open(PAGE)
    assert "Funded by the EU. ER227" in browser.text()
    await browser.submit(f"{PAGE}/register", GOOD | {"language": "et"})
    (letter,) = await events.posted()
    assert "Rahastab Euroopa Liit." in letter.text


async def test_registering_seeing_it_and_giving_it_back(browser: Browser, event: Occasion) -> None:
    await browser.open(PAGE)
    sent = await browser.submit(f"{PAGE}/register", GOOD)
    assert sent.url.path == f"{PAGE}/registered"
    (letter,) = await events.posted()
    assert (letter.address, letter.language, letter.method) == ("mari@example.org", "ru", "REQUEST")
    path = await own_path()
    page = await browser.open(path)
    assert '<html lang="ru"' in page.text
    assert "https://video.example.org/secret-room" in page.text
    assert "mari@example.org" in browser.text()
    calendar = await browser.open(f"{path}/calendar/1")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert letter.property("UID") in calendar.text
    await browser.open(f"{path}/cancel")
    assert (await registrants.counts(event_id=event.id)).seated == 1
    await browser.submit(f"{path}/cancel")
    assert browser.page.url.path == path
    assert (await registrants.counts(event_id=event.id)).seated == 0
    assert (await events.posted())[-1].method == "CANCEL"
    again = await browser.open(f"{path}/cancel")
    assert again.url.path == path


async def test_a_full_event_offers_the_waitlist_and_its_page_says_the_place(browser: Browser, event: Occasion) -> None:
    for number in (1, 2, 3):
        await browser.open(PAGE)
        await browser.submit(f"{PAGE}/register", GOOD | {"address": f"m{number}@example.org", "language": "en"})
    await browser.open(await own_path())
    assert "number 1 in line" in browser.text()
    assert "secret-room" not in browser.page.text
    await browser.open(PAGE)
    assert "Join the waitlist" in browser.text()


async def test_nobody_learns_who_is_registered(browser: Browser, event: Occasion) -> None:
    answers = []
    for _ in range(2):
        await browser.open(PAGE)
        answers.append((await browser.submit(f"{PAGE}/register", GOOD)).text)
    assert answers[0] == answers[1]


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(browser: Browser, event: Occasion) -> None:
    await browser.open(PAGE)
    page = await browser.submit(f"{PAGE}/register", GOOD | {"address": "mari@", "name": ""})
    assert page.status_code == 422
    assert 'id="error-address"' in page.text
    assert 'id="error-name"' in page.text
    assert 'value="Narva Disainimaja"' in page.text


async def test_a_robot_sees_success_and_takes_no_seat(browser: Browser, event: Occasion) -> None:
    await browser.open(PAGE)
    sent = await browser.submit(f"{PAGE}/register", GOOD | {"homepage": "https://spam.example.com"})
    assert sent.url.path == f"{PAGE}/registered"
    assert await events.posted() == []


async def test_a_form_sent_after_the_deadline_is_refused_with_a_next_step(
    browser: Browser, cluster: Cluster, now: datetime, clock: Clock
) -> None:
    await events.published(cluster=cluster, now=now, closes_at=now + timedelta(hours=1))
    await browser.open(PAGE)
    clock.now += timedelta(hours=1)
    page = await browser.submit(f"{PAGE}/register", GOOD)
    assert page.status_code == 422
    assert "Registration is closed" in browser.text()
    assert cluster.contact_address in browser.text()


async def test_every_door_says_what_to_do(browser: Browser, cluster: Cluster, now: datetime, clock: Clock, links: Links) -> None:
    later = await events.published(cluster=cluster, now=now, opens_at=now + timedelta(days=1))
    await browser.open(f"{LIST}/{later.slug}")
    assert "It opens on" in browser.text()
    off = await events.published(cluster=cluster, now=now)
    await call_off(office=events.office(cluster, links), event_id=off.id, words={"en": "The **speaker** is ill."}, now=now)
    page = await browser.open(f"{LIST}/{off.slug}")
    assert "<strong>speaker</strong>" in page.text
    closed = await events.published(cluster=cluster, now=now)
    await decide(cluster=cluster, event_id=closed.id, act=Act.CLOSE, now=now)
    await browser.open(f"{LIST}/{closed.slug}")
    assert "Registration is closed" in browser.text()
    clock.now += timedelta(days=60)
    await browser.open(f"{LIST}/{closed.slug}")
    assert "This event is over" in browser.text()


async def test_unknown_drafts_and_other_clusters_events_are_not_there(
    browser: Browser, cluster: Cluster, event: Occasion, now: datetime
) -> None:
    draft = await events.draft(cluster=cluster, now=now, title={"en": "Hidden"})
    await factories.cluster(now=now, slug="kotor", languages=["cnr", "en"])
    for path in (f"{LIST}/{draft.slug}", f"{LIST}/no-such", f"/kotor/en/events/{event.slug}", "/kotor/et/events"):
        assert (await browser.open(path)).status_code == 404


@pytest.mark.parametrize("purpose", ["preferences", "confirm"])
async def test_a_token_of_another_purpose_opens_nothing(browser: Browser, event: Occasion, keys: Keys, purpose: str) -> None:
    await browser.open(PAGE)
    await browser.submit(f"{PAGE}/register", GOOD)
    foreign = keys.sign(purpose=purpose, value=1)
    for path in (
        f"/registration/{foreign}",
        f"/registration/{foreign}/cancel",
        "/registration/made-up",
        f"/registration/{foreign}/calendar/1",
    ):
        assert (await browser.open(path)).status_code == 404
    assert (await registrants.standing(event_id=event.id, state=Standing.SEATED)) != []


async def test_a_link_to_a_registration_that_is_gone_says_so(browser: Browser, event: Occasion, links: Links) -> None:
    assert (await browser.open(urlsplit(links.registration(registration_id=404)).path)).status_code == 404


async def test_the_public_calendar_file_is_the_same_until_the_event_changes(browser: Browser, event: Occasion) -> None:
    one, two = [(await browser.open(f"{PAGE}/event.ics")).content for _ in range(2)]
    assert one == two
    assert b"SUMMARY:Strategy seminar" in one
    assert b"secret-room" not in one
    assert b"METHOD" not in one
