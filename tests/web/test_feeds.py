"""Calendar feeds, as a calendar program asks for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import pairwise

import httpx
import pytest
import vobject

from service.clusters.tables import Cluster
from service.events import changes, publishing, registration
from service.events.occasion import Kind, Occasion
from service.letters.links import Links
from service.opportunities import announcing
from service.opportunities.opportunity import Act as CallAct
from service.persistence.engine import connection
from service.web import unchanged
from tests.conftest import Clock
from tests.support import events, factories, opportunities
from tests.support.browser import Browser

EVENTS = "/loomeklaster/et/events.ics"


async def get(browser: Browser, path: str = EVENTS, **headers: str) -> httpx.Response:
    return await browser.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def summaries(response: httpx.Response) -> list[str]:
    whole = vobject.readOne(response.text)
    return sorted(one.summary.value for one in getattr(whole, "vevent_list", []))


async def test_the_programme_is_a_feed_that_says_how_to_ask_again(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    await events.published(cluster=cluster, now=clock())
    response = await get(browser)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["cache-control"] == "public, no-cache"
    assert "set-cookie" not in response.headers  # a cache may keep it for everybody
    assert response.headers["etag"].startswith('"')
    assert summaries(response) == ["Strateegiaseminar"]
    assert "SOURCE;VALUE=URI:https://kutse.example.org/loomeklaster/et/events.ics" in response.text.replace("\r\n ", "")


async def test_what_has_not_changed_is_not_sent_again(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    await events.published(cluster=cluster, now=clock())
    first = await get(browser)
    again = await get(browser, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert "content-security-policy" in again.headers
    assert (await get(browser, if_none_match=f'"x", W/{first.headers["etag"]}')).status_code == 304
    assert (await get(browser, if_none_match='"x"')).status_code == 200
    assert (await get(browser, if_modified_since=first.headers["last-modified"])).status_code == 304
    assert (await get(browser, if_none_match='"x"', if_modified_since=first.headers["last-modified"])).status_code == 200
    assert (await get(browser, if_modified_since="yesterday")).status_code == 200


async def test_head_is_get_without_the_body(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    whole, head = await get(browser), await browser.client.head(EVENTS)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", whole.headers["etag"])


async def test_a_program_that_asks_for_an_unknown_feed_is_told_so(browser: Browser, cluster: Cluster) -> None:
    for path in ("/elsewhere/et/events.ics", "/loomeklaster/pl/events.ics", "/feed/forged.ics"):
        assert (await get(browser, path, if_none_match='"x"')).status_code == 404


Change = Callable[[Cluster, Occasion, Links, datetime], Awaitable[object]]


async def _edit(cluster: Cluster, event: Occasion, links: Links, now: datetime, **values: object) -> None:
    facts = events.facts(now=now, **values)
    await changes.edit(office=events.office(cluster, links), event_id=event.id, facts=facts, version=event.version, announced=True, now=now)


async def _move(cluster: Cluster, event: Occasion, links: Links, now: datetime) -> None:
    await _edit(cluster, event, links, now, days=(events.day(now + timedelta(days=31)),))


async def _add_a_day(cluster: Cluster, event: Occasion, links: Links, now: datetime) -> None:
    await _edit(cluster, event, links, now, days=(events.day(now + timedelta(days=30)), events.day(now + timedelta(days=60))))


async def _call_off(cluster: Cluster, event: Occasion, links: Links, now: datetime) -> None:
    await publishing.call_off(office=events.office(cluster, links), event_id=event.id, words={}, now=now)


async def _publish_another(cluster: Cluster, event: Occasion, links: Links, now: datetime) -> None:
    await events.published(cluster=cluster, now=now, kind=Kind.TRAINING)


async def _rename(cluster: Cluster, event: Occasion, links: Links, now: datetime) -> None:
    await Cluster.update({Cluster.name: "Loomeklaster"}).where(Cluster.id == cluster.id)


@pytest.mark.parametrize("change", [_move, _add_a_day, _call_off, _publish_another, _rename])
async def test_every_change_is_in_the_next_answer(browser: Browser, cluster: Cluster, clock: Clock, links: Links, change: Change) -> None:
    event = await events.published(cluster=cluster, now=clock())
    before = await get(browser)
    await change(cluster, event, links, clock())
    after = await get(browser, if_none_match=before.headers["etag"])
    assert after.status_code == 200
    assert after.content != before.content
    assert (await get(browser, if_modified_since=before.headers["last-modified"])).status_code == 200
    assert (await get(browser, if_none_match=after.headers["etag"])).status_code == 304


async def test_a_registration_and_another_cluster_s_event_change_nothing(
    browser: Browser, cluster: Cluster, clock: Clock, links: Links
) -> None:
    event = await events.published(cluster=cluster, now=clock())
    before = await get(browser)
    await events.register(office=events.office(cluster, links), event=event, now=clock())
    other = await factories.cluster(now=clock(), slug="other", sender_address="other@example.org")
    await events.published(cluster=other, now=clock())
    assert (await get(browser, if_none_match=before.headers["etag"])).status_code == 304


async def test_what_is_called_off_says_so_and_what_is_long_over_has_left(
    browser: Browser, cluster: Cluster, clock: Clock, links: Links
) -> None:
    event = await events.published(cluster=cluster, now=clock())
    await _call_off(cluster, event, links, clock())
    called_off = await get(browser)
    assert "STATUS:CANCELLED" in called_off.text
    clock.now += timedelta(days=190)
    later = await get(browser, if_none_match=called_off.headers["etag"])
    assert summaries(later) == []


async def test_a_feed_has_the_language_of_its_address_and_what_was_chosen(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    await events.published(cluster=cluster, now=clock())
    await events.published(cluster=cluster, now=clock(), kind=Kind.TRAINING, title={"en": "Training"})
    await opportunities.published(cluster=cluster, now=clock())
    deadline = "Deadline: Development projects in creative industries"
    assert summaries(await get(browser, "/loomeklaster/en/events.ics")) == ["Strategy seminar", "Training"]
    assert summaries(await get(browser, "/loomeklaster/en/events.ics?kind=training")) == ["Training"]
    assert summaries(await get(browser, "/loomeklaster/en/events.ics?kind=unknown")) == ["Strategy seminar", "Training"]
    assert summaries(await get(browser, "/loomeklaster/en/calls.ics")) == [deadline]
    assert summaries(await get(browser, "/loomeklaster/en/all.ics")) == [deadline, "Strategy seminar", "Training"]
    assert summaries(await get(browser, "/loomeklaster/en/events.ics?topic=newsletter")) == []
    assert summaries(await get(browser, "/loomeklaster/en/events.ics?town=Tallinn&language=et")) == []
    assert summaries(await get(browser, "/loomeklaster/en/events.ics?town=Narva")) == ["Strategy seminar", "Training"]


async def test_a_call_that_is_edited_or_closed_changes_the_feed(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    call = await opportunities.published(cluster=cluster, now=clock())
    path = "/loomeklaster/en/calls.ics"
    first = await get(browser, path)
    clock.now += timedelta(hours=1)
    facts = opportunities.facts(now=clock(), title={"en": "Another name"})
    await announcing.edit(cluster=cluster, call_id=call.id, facts=facts, version=call.version, now=clock())
    second = await get(browser, path, if_none_match=first.headers["etag"])
    assert summaries(second) == ["Deadline: Another name"]
    assert "DTSTAMP:20261122T100000Z" in second.text
    await announcing.decide(cluster=cluster, call_id=call.id, act=CallAct.CLOSE, now=clock())
    assert summaries(await get(browser, path, if_none_match=second.headers["etag"])) == []


async def test_one_s_own_feed_leaves_out_what_was_sent_as_an_invitation(
    browser: Browser, cluster: Cluster, clock: Clock, links: Links
) -> None:
    event = await events.published(cluster=cluster, now=clock())
    await events.published(cluster=cluster, now=clock(), title={"et": "Koolitus"})
    person = await factories.person(cluster=cluster, now=clock(), address="mari1@example.org")
    path = links.feed(person_id=person.id)
    before = await get(browser, path)
    assert summaries(before) == ["Koolitus", "Strateegiaseminar"]
    assert before.headers["cache-control"] == "private, no-cache"
    await events.register(office=events.office(cluster, links), event=event, now=clock())
    after = await get(browser, path, if_none_match=before.headers["etag"])
    assert summaries(after) == ["Koolitus"]
    assert (await get(browser, path, if_none_match=after.headers["etag"])).status_code == 304
    assert summaries(await get(browser, f"{path}?own")) == ["Koolitus", "Strateegiaseminar"]
    await registration.cancel(office=events.office(cluster, links), event_id=event.id, registration_id=1, by="attendee", now=clock())
    assert summaries(await get(browser, path, if_none_match=after.headers["etag"])) == ["Koolitus", "Strateegiaseminar"]


async def test_an_erased_person_s_feed_is_gone(browser: Browser, cluster: Cluster, clock: Clock, links: Links) -> None:
    person = await factories.person(cluster=cluster, now=clock(), erased_at=clock())
    assert (await get(browser, links.feed(person_id=person.id), if_none_match='"x"')).status_code == 404


async def test_versions_rise_one_after_the_other_and_their_moments_too(
    browser: Browser, cluster: Cluster, clock: Clock, links: Links
) -> None:
    answers = [await get(browser)]
    for _ in range(3):
        await events.published(cluster=cluster, now=clock())
        answers.append(await get(browser))
    moments = [unchanged.moment(one.headers["last-modified"]) for one in answers]
    assert all(earlier < later for earlier, later in pairwise(moments) if earlier and later)
    assert len({one.headers["etag"] for one in answers}) == 4


async def test_a_cluster_with_a_programme_can_be_removed(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    await events.published(cluster=cluster, now=clock())
    await opportunities.published(cluster=cluster, now=clock())
    async with connection() as raw:
        await raw.execute("DELETE FROM cluster WHERE id = $1", cluster.id)
    assert (await get(browser, if_none_match='"x"')).status_code == 404


async def test_the_pages_say_where_the_feeds_are(browser: Browser, cluster: Cluster, clock: Clock, links: Links) -> None:
    person = await factories.person(cluster=cluster, now=clock())
    for kind in (Kind.TRAINING, Kind.SEMINAR):
        await events.published(cluster=cluster, now=clock(), kind=kind)
    for path, feed in (
        ("/loomeklaster/en/events", "kutse.example.org/loomeklaster/en/events.ics"),
        ("/loomeklaster/en/events?kind=training", "kutse.example.org/loomeklaster/en/events.ics?kind=training"),
        ("/loomeklaster/en/calls", "kutse.example.org/loomeklaster/en/calls.ics"),
        (links.preferences(person_id=person.id), links.feed(person_id=person.id).removeprefix("https://")),
    ):
        page = await browser.open(path)
        assert f'href="webcal://{feed}"' in page.text
        assert (await get(browser, f"https://{feed}")).status_code == 200
