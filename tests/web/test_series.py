"""A series at the console and in public: one more date, its page, and one form for several dates."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.clusters.tables import Cluster
from service.events import programme, publishing, series, several
from service.events.lifecycle import Act
from tests.support import events, factories
from tests.support.browser import Browser, parsed
from tests.support.console import signed_in
from tests.support.identity import _cheap_hashes as _cheap_hashes

PAGE = "/loomeklaster/en/series/strateegiaseminar"
GOOD = {"name": "Mari Maasikas", "address": "mari@example.org", "language": "en"}


def typed(browser: Browser) -> dict[str, str]:
    """What stands in the rows of the form."""
    fields = parsed(browser.page.text).iter("{http://www.w3.org/1999/xhtml}input")
    return {one.get("name"): one.get("value") for one in fields if str(one.get("name")).startswith("dates.")}


async def test_rows_are_filled_removed_and_added_and_nothing_that_was_typed_is_lost(
    browser: Browser, cluster: Cluster, now: datetime
) -> None:
    await signed_in(browser, cluster=cluster, now=now)
    event = await events.published(cluster=cluster, now=now)
    here = f"/console/loomeklaster/events/{event.id}/series"
    await browser.open(here)
    first = typed(browser) | {"dates.0.date": "2027-01-05", "dates.0.from": "18:30", "dates.0.to": "20:00"}
    wrong = await browser.submit(here, first | {"do": "fill", "step": "2", "until": "2026-01-01"})
    assert (wrong.status_code, 'id="error-until"' in wrong.text, typed(browser)) == (422, True, first)
    await browser.submit(here, first | {"do": "fill", "step": "2", "until": "2027-02-28"})
    rows = typed(browser)
    assert [rows[f"dates.{row}.date"] for row in range(4)] == ["2027-01-05", "2027-01-19", "2027-02-02", "2027-02-16"]
    assert {rows[f"dates.{row}.from"] for row in range(4)} == {"18:30"}
    await browser.submit(here, rows | {"do": "remove-row:1"})
    rows = typed(browser) | {"dates.2.to": "18:00", "dates.3.date": "2027-02-30"}
    wrong = await browser.submit(here, rows)
    assert 'id="error-dates.3.' in wrong.text
    assert typed(browser) == rows
    await browser.submit(here, rows | {"dates.2.to": "21:00", "dates.3.date": ""})
    assert "The dates are there." in browser.text()
    await browser.submit(f"{here}/publish")
    joined = await series.by_slug(cluster_id=cluster.id, slug="strateegiaseminar")
    clock = ZoneInfo(event.zone)
    said = [
        f"{one.starts_at.astimezone(clock):%d.%m. %H:%M}–{one.ends_at.astimezone(clock):%H:%M}" for one in await series.dates(series=joined)
    ]
    assert said[1:] == ["05.01. 18:30–20:00", "02.02. 18:30–21:00"]


async def test_an_event_of_several_days_asks_for_the_first_alone(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await signed_in(browser, cluster=cluster, now=now)
    days = tuple(events.day(now + timedelta(days=days)) for days in (30, 31))
    event = await events.published(cluster=cluster, now=now, days=days)
    here = f"/console/loomeklaster/events/{event.id}/series"
    await browser.open(here)
    assert list(typed(browser)) == ["dates.0.date"]
    page = await browser.submit(here, {"dates.0.date": "2027-03-02"})
    copy = await programme.by_id(cluster_id=cluster.id, event_id=int(page.url.path.split("/")[4]))
    assert [f"{day.starts_at:%m-%d}" for day in copy.days] == ["03-02", "03-03"]


async def test_a_date_is_added_at_the_console_and_registered_for_in_public(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await signed_in(browser, cluster=cluster, now=now)
    event = await events.published(cluster=cluster, now=now, capacity=1)
    here = f"/console/loomeklaster/events/{event.id}/series"
    await browser.open(here)
    hours = typed(browser)
    for wrong in ("", "x", "0001-01-01", "2026-12-22"):
        page = await browser.submit(here, hours | {"dates.0.date": wrong})
        assert (page.status_code, 'id="error-dates.0.date"' in page.text) == (422, True), wrong
        await browser.open(here)
    page = await browser.submit(here, hours | {"dates.0.date": "2027-02-02"})
    copy_id = int(page.url.path.split("/")[4])
    await publishing.decide(cluster=cluster, event_id=copy_id, act=Act.PUBLISH, now=now)
    await browser.open(here)
    await browser.submit(f"{here}/title", {"title.en": "Mornings"})
    await browser.open("/loomeklaster/en/events/strateegiaseminar")
    assert "Other dates" in browser.text()
    await browser.open(PAGE)
    assert "Mornings" in browser.text()
    assert browser.text().count("Few seats left") == 4  # a card and a box each
    assert (await browser.submit(f"{PAGE}/register", GOOD)).status_code == 422
    assert 'id="error-dates"' in browser.page.text
    both: dict[str, str | list[str]] = {"dates": [str(event.id), str(copy_id)]}
    page = await browser.submit(f"{PAGE}/register", {**GOOD, **both, "address": "mari@"})
    assert (page.status_code, page.text.count("checked>")) == (422, 3)
    done = await browser.submit(f"{PAGE}/register", {**GOOD, **both})
    assert done.url.path == f"{PAGE}/registered"
    assert [one.method for one in await events.posted()] == ["REQUEST", "REQUEST"]
    await browser.open(here)
    await browser.submit(f"{here}/leave")
    assert (await programme.by_id(cluster_id=cluster.id, event_id=event.id)).series_id is None
    await browser.open(PAGE)
    assert browser.text().count("Full: waitlist") == 2


@pytest.mark.parametrize("sent", ["x", "-1", "99999999999999999999"])
async def test_what_is_no_date_is_refused_and_a_robot_gets_nothing(browser: Browser, cluster: Cluster, now: datetime, sent: str) -> None:
    event = await events.published(cluster=cluster, now=now)
    await series.add_date(cluster=cluster, event_id=event.id, on=now.date(), now=now)
    await browser.open(PAGE)
    assert (await browser.submit(f"{PAGE}/register", GOOD | {"dates": [sent]})).status_code == 422
    await browser.submit(f"{PAGE}/register", GOOD | {"dates": [str(event.id)], "homepage": "https://spam.example.com"})
    assert await events.posted() == []


async def test_a_whole_series_is_one_box_and_an_address_gets_no_more_letters_than_that(
    browser: Browser, cluster: Cluster, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several, "MOST_LETTERS", 2)
    event = await events.published(cluster=cluster, now=now)
    copy_id = await series.add_date(cluster=cluster, event_id=event.id, on=now.date() + timedelta(days=9), now=now)
    await browser.open(PAGE)
    assert 'value="all"' not in browser.page.text
    await publishing.decide(cluster=cluster, event_id=copy_id, act=Act.PUBLISH, now=now)
    await browser.open(PAGE)
    whole: dict[str, str | list[str]] = {**GOOD, "dates": ["all"]}
    done = await browser.submit(f"{PAGE}/register", whole)
    assert done.url.path == f"{PAGE}/registered"
    assert [one.method for one in await events.posted()] == ["REQUEST", "REQUEST"]
    await browser.open(PAGE)
    assert (await browser.submit(f"{PAGE}/register", whole)).status_code == 429
    assert len(await events.posted()) == 2


async def test_another_clusters_series_is_not_there(browser: Browser, cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", languages=["en"])
    theirs = await events.published(cluster=other, now=now)
    await series.add_date(cluster=other, event_id=theirs.id, on=now.date(), now=now)
    await signed_in(browser, cluster=cluster, now=now)
    for path in (PAGE, f"{PAGE}/registered", f"/console/loomeklaster/events/{theirs.id}/series"):
        assert (await browser.open(path)).status_code == 404
    await browser.open("/console/account")
    for act in ("", "/publish", "/title", "/leave"):
        await browser.submit(f"/console/loomeklaster/events/{theirs.id}/series{act}", {"dates.0.date": "2027-02-02", "title.en": "Ours"})
    assert (await programme.by_id(cluster_id=other.id, event_id=theirs.id)).series_id is not None
    assert len(await series.dates(series=await series.by_slug(cluster_id=other.id, slug="strategy-seminar"), with_drafts=True)) == 2


async def test_a_series_of_drafts_is_not_there_yet(browser: Browser, cluster: Cluster, now: datetime) -> None:
    event = await events.draft(cluster=cluster, now=now)
    await series.add_date(cluster=cluster, event_id=event.id, on=now.date(), now=now)
    for path in (PAGE, f"{PAGE}/registered"):
        assert (await browser.open(path)).status_code == 404
    await publishing.decide(cluster=cluster, event_id=event.id, act=Act.PUBLISH, now=now)
    assert (await browser.open(PAGE)).status_code == 200
