"""The programme in public as a list and as a month, narrowed by kind, topic, language and town."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from PIL import Image

from service.clusters import images
from service.clusters.tables import Cluster
from service.events.occasion import Kind
from service.events.terms import Access, Terms
from service.subscriptions import topics
from tests.support import events
from tests.support.browser import Browser, parsed

LIST = "/loomeklaster/en/events"


@pytest_asyncio.fixture(loop_scope="session")
async def programme(cluster: Cluster, now: datetime) -> Cluster:
    """Three events in December 2026 and one in January: a study trip of four days in Narva, a seminar in Tartu, one online, one later."""
    await topics.create_defaults(cluster=cluster, mail_domain="mail.kutse.example.org")
    wanted = [one.id for one in await topics.of(cluster_id=cluster.id) if one.slug == "events"]
    trip = tuple(events.day(now + timedelta(days=20 + number), hours=3) for number in range(4))
    await events.published(cluster=cluster, now=now, kind=Kind.STUDY_TRIP, title={"en": "To Amsterdam"}, days=trip, languages=("en",))
    await events.published(
        cluster=cluster, now=now, title={"en": "In Tartu"}, place_town="Tartu", languages=("et", "ru"), topic_ids=tuple(wanted)
    )
    nowhere = {"place_name": "", "place_address": "", "place_town": "", "online_url": "https://video.example.org/1"}
    await events.published(cluster=cluster, now=now, title={"en": "Everywhere"}, languages=("et",), **nowhere)
    await events.published(cluster=cluster, now=now, title={"en": "Next year"}, days=(events.day(now + timedelta(days=60)),))
    await events.draft(cluster=cluster, now=now, title={"en": "Secret draft"})
    invited = Terms(access=Access.INVITED)
    await events.published(
        cluster=cluster, now=now, title={"en": "By invitation"}, kind=Kind.CONFERENCE, place_town="Sillamäe", terms=invited
    )
    return cluster


def shown(browser: Browser) -> set[str]:
    """Which of the events are on the page."""
    return {
        name for name in ("To Amsterdam", "In Tartu", "Everywhere", "Next year", "Secret draft", "By invitation") if name in browser.text()
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"To Amsterdam", "In Tartu", "Everywhere", "Next year"}),
        ("kind=seminar&language=et", {"In Tartu", "Everywhere"}),
        ("language=et&town=Tartu", {"In Tartu"}),
        ("topic=events", {"In Tartu"}),
        ("town=Narva&kind=study_trip&language=en&topic=", {"To Amsterdam"}),
        ("kind=study_trip&town=Tartu", set()),
        ("kind=x&topic=%00&language=xx&town=%3Cb%3E&page=x", {"To Amsterdam", "In Tartu", "Everywhere", "Next year"}),
        ("month=2026-12", {"To Amsterdam", "In Tartu", "Everywhere"}),
        ("month=2026-12&language=et", {"In Tartu", "Everywhere"}),
        ("month=2027-01&page=7", {"Next year"}),
        ("month=now", set()),
        ("month=2030-02", set()),
    ],
)
async def test_what_is_wanted_is_shown_and_nothing_else(browser: Browser, programme: Cluster, query: str, found: set[str]) -> None:
    assert (await browser.open(f"{LIST}?{query}")).status_code == 200
    assert shown(browser) == found


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-01", "2026-11-01", "%00"])
async def test_a_month_that_is_none_is_not_there(browser: Browser, cluster: Cluster, month: str) -> None:
    assert (await browser.open(f"{LIST}?month={month}")).status_code == 404


async def test_the_month_is_a_table_in_which_several_days_have_a_cell_each(browser: Browser, programme: Cluster) -> None:
    page = await browser.open(f"{LIST}?month=2026-12&kind=study_trip")
    assert "day 1 of 4" in browser.text()
    assert "day 4 of 4" in browser.text()
    assert page.text.count("To Amsterdam") == 4
    heads = list(parsed(page.text).iter("{http://www.w3.org/1999/xhtml}th"))
    assert "".join(heads[0].itertext()) == "MonMonday"
    assert 'rel="next" href="/loomeklaster/en/events?month=2027-01&amp;kind=study_trip"' in page.text
    assert 'rel="prev"' in page.text  # to the month of today
    await browser.open(f"{LIST}?month=2027-01")
    assert 'rel="next"' not in browser.page.text


async def test_an_event_by_invitation_is_reached_by_its_link_only(browser: Browser, programme: Cluster) -> None:
    page = await browser.open(LIST)
    assert "Sill" not in page.text
    assert "By invitation" not in (await browser.open(LIST.removesuffix("/events"))).text
    feed = await browser.open("/loomeklaster/en/events.ics")
    assert (feed.status_code, "In Tartu" in feed.text, "By invitation" in feed.text) == (200, True, False)
    page = await browser.open(f"{LIST}/by-invitation")
    assert (page.status_code, '<meta name="robots" content="noindex">' in page.text) == (200, True)


async def test_pages_keep_what_was_chosen_and_say_how_many_there_are(browser: Browser, programme: Cluster, now: datetime) -> None:
    for number in range(12):
        await events.published(cluster=programme, now=now, title={"en": f"Number {number}"}, languages=("pl",))
    page = await browser.open(f"{LIST}?language=pl")
    assert "12 events" in browser.text()
    assert "page=2" not in page.text
    await events.published(cluster=programme, now=now, title={"en": "Number 12"}, languages=("pl",))
    assert "/events?language=pl&amp;page=2" in (await browser.open(f"{LIST}?language=pl")).text


async def test_a_shared_page_shows_the_events_picture_or_the_clusters_sign(browser: Browser, cluster: Cluster, now: datetime) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(drawn, "PNG")
    picture = await images.store(cluster_id=cluster.id, content=drawn.getvalue(), now=now)
    await events.published(cluster=cluster, now=now, title={"en": "Bare"}, zone="Europe/Warsaw")
    await events.published(cluster=cluster, now=now, title={"en": "Shown"}, image_digest=picture.digest)
    page = await browser.open(f"{LIST}/shown")
    assert page.text.count("og:image") == 1
    assert f'content="https://kutse.example.org/media/{picture.digest}"' in page.text
    assert 'name="twitter:card" content="summary_large_image"' in page.text
    assert 'name="twitter:card" content="summary"' in (await browser.open(f"{LIST}/bare")).text
    await browser.open(LIST)
    assert browser.text().count("(Warsaw)") == 1
    assert 'href="/loomeklaster/en/newsletters"' in browser.page.text
