"""Look, test, schedule, send, stop; and what became of it."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from service.clusters.tables import Cluster
from service.delivery import pacing
from service.delivery.tables import Delivery
from service.letters.links import Links
from service.mailings import records, tick
from service.mailings.content import Content
from service.mailings.lifecycle import State
from service.mailings.tables import Mailing
from service.persistence.engine import connection
from tests.conftest import Clock
from tests.support import mailings as support
from tests.support.browser import Browser
from tests.support.editor import fields_of, links_of
from tests.support.subscriptions import outbox
from tests.web.test_mailings import console

LIST = "/console/loomeklaster/mailings"

__all__ = ["console"]


async def _state(mailing: Mailing) -> str:
    return (await records.find(cluster_id=mailing.cluster_id, mailing_id=mailing.id)).state


async def test_the_preview_shows_each_edition_as_letter_and_as_text(console: Browser, cluster: Cluster, clock: Clock) -> None:
    made = await support.draft(cluster, "et", "ru", now=clock())
    for language in ("et", "ru"):
        await console.open(f"{LIST}/{made.id}/preview?edition={language}&as=text")
        assert f"Text in {language}." in console.text()
        letter = await console.open(f"{LIST}/{made.id}/letter?edition={language}")
        assert f"Text in {language}." in letter.text
        assert "style-src 'unsafe-inline'" in letter.headers["content-security-policy"]
    await console.open(f"{LIST}/{made.id}/preview?edition=en")
    assert "Nothing is written in this language yet" in console.text()


async def test_a_test_goes_to_the_coordinator_or_to_whom_they_name(console: Browser, cluster: Cluster, clock: Clock) -> None:
    made = await support.draft(cluster, "et", now=clock())
    page = await console.open(f"{LIST}/{made.id}/preview?edition=et")
    path = f"{LIST}/{made.id}/preview?edition=et"
    await console.submit(path, fields_of(page.text, path))
    assert "The test is on its way" in console.text()
    assert [copy.address for copy in await outbox()] == ["kadri@example.org"]
    page = await console.submit(path, {"address": "kadri@@example"})
    assert page.status_code == 422
    assert fields_of(page.text, path)["address"] == "kadri@@example"


async def test_who_gets_it_is_shown_before_it_is_scheduled_and_a_missing_language_must_be_decided(
    console: Browser, cluster: Cluster, clock: Clock
) -> None:
    await support.readers(cluster, now=clock(), et=3, ru=2, pl=1)
    made = await support.draft(cluster, "et", now=clock())
    path = f"{LIST}/{made.id}/send"
    page = await console.open(path)
    assert "6 people read “Newsletter” today. 3 of them get this newsletter." in console.text()
    fields = {**fields_of(page.text, path), "send_at": "2026-12-01T09:00", "do": "at"}
    page = await console.submit(path, fields)
    assert page.status_code == 422
    assert "Decide what the people who read Русский get" in console.text()
    assert fields_of(page.text, path)["send_at"] == "2026-12-01T09:00"
    page = await console.submit(path, {**fields, "fallback.ru": "et", "fallback.pl": "none"})
    assert page.status_code == 200
    found = await records.find(cluster_id=cluster.id, mailing_id=made.id)
    assert (found.state, records.fallback_of(found)) == (State.SCHEDULED, {"ru": "et", "pl": None})
    assert found.send_at is not None
    assert found.send_at.isoformat() == "2026-12-01T07:00:00+00:00"  # nine o'clock in Tallinn
    assert "It goes out on 1 Dec 2026, 09:00 (Tallinn)" in console.text()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-11-22T10:59", "This time has passed."),
        ("", "Give a date and a time"),
        ("tomorrow", "Give a date and a time"),
        ("2027-03-28T03:30", "does not exist in"),
        ("2027-10-31T03:30", "comes twice in"),
        ("2028-11-22T09:00", "more than a year away"),
    ],
)
async def test_a_time_that_cannot_be_is_refused_with_a_sentence_at_its_field(
    console: Browser, cluster: Cluster, clock: Clock, typed: str, sentence: str
) -> None:
    await support.readers(cluster, now=clock(), et=1)
    made = await support.draft(cluster, "et", now=clock())
    page = await console.open(f"{LIST}/{made.id}/send")
    fields = {**fields_of(page.text, f"{LIST}/{made.id}/send"), "send_at": typed, "do": "at"}
    page = await console.submit(f"{LIST}/{made.id}/send", fields)
    assert page.status_code == 422
    assert sentence in console.text()
    assert 'id="error-send_at"' in page.text
    assert await _state(made) == State.DRAFT


async def test_what_is_in_the_way_leads_to_its_field_in_the_editor(console: Browser, cluster: Cluster, clock: Clock) -> None:
    await support.readers(cluster, now=clock(), et=1)
    made = await support.draft(cluster, now=clock(), editions_={"et": Content("", "", ())})
    await support.write(cluster, made.id, "et", Content("", "Only this"), now=clock(), version=1)
    page = await console.open(f"{LIST}/{made.id}/send")
    assert "Write a subject" in console.text()
    assert f"{LIST}/{made.id}/write?edition=et&check=1#field-subject" in links_of(page.text)


async def test_sending_now_is_asked_once_more_and_then_starts_at_the_next_tick(
    console: Browser, cluster: Cluster, links: Links, clock: Clock
) -> None:
    await support.readers(cluster, now=clock(), et=2)
    made = await support.draft(cluster, "et", now=clock())
    path = f"{LIST}/{made.id}/send"
    page = await console.open(path)
    page = await console.submit(path, {**fields_of(page.text, path), "do": "now"})
    assert "Send to 2 people now" in console.text()
    assert await _state(made) == State.DRAFT
    page = await console.submit(path, fields_of(page.text, path))
    assert page.url.path == f"{LIST}/{made.id}/results"
    assert "It starts within seconds" in console.text()
    await tick.tick(links=links, now=clock())
    assert await _state(made) == State.SENDING


async def test_a_scheduled_newsletter_can_be_taken_back(console: Browser, cluster: Cluster, links: Links, clock: Clock) -> None:
    await support.readers(cluster, now=clock(), et=1)
    made = await support.scheduled(cluster, "et", links=links, now=clock(), at=clock() + timedelta(days=1))
    await console.open(f"{LIST}/{made.id}")
    await console.submit(f"{LIST}/{made.id}/take-back")
    assert await _state(made) == State.DRAFT


async def test_a_newsletter_changed_meanwhile_is_409_and_not_sent(console: Browser, cluster: Cluster, clock: Clock) -> None:
    await support.readers(cluster, now=clock(), et=1)
    made = await support.draft(cluster, "et", now=clock())
    path = f"{LIST}/{made.id}/send"
    page = await console.open(path)
    fields = fields_of(page.text, path)
    await Mailing.update({Mailing.version: made.version + 1}).where(Mailing.id == made.id)
    page = await console.submit(path, {**fields, "do": "now", "sure": "yes"})
    assert page.status_code == 409
    assert await _state(made) == State.DRAFT


async def test_pause_continue_and_stop_while_it_is_being_sent(console: Browser, cluster: Cluster, links: Links, clock: Clock) -> None:
    await support.readers(cluster, now=clock(), et=2)
    made = await support.started(cluster, "et", links=links, now=clock())
    page = await console.open(f"{LIST}/{made.id}/results")
    assert page.headers["refresh"] == "5"
    await console.submit(f"{LIST}/{made.id}/pause")
    assert await _state(made) == State.PAUSED
    await console.submit(f"{LIST}/{made.id}/resume")
    assert await _state(made) == State.SENDING
    await console.open(f"{LIST}/{made.id}/cancel")
    assert await _state(made) == State.SENDING
    await console.submit(f"{LIST}/{made.id}/cancel")
    assert await _state(made) == State.CANCELLED
    assert "It was stopped by a coordinator." in console.text()


async def test_a_newsletter_that_stopped_itself_says_why_with_figures_and_goes_on_when_told(
    console: Browser, cluster: Cluster, links: Links, clock: Clock
) -> None:
    await support.readers(cluster, now=clock(), et=2)
    made = await support.started(cluster, "et", links=links, now=clock())
    async with connection() as raw:
        await raw.execute("UPDATE dispatch SET state = 'paused', reason = 'hard', figures = '{\"bad\": 11, \"settled\": 120}'")
    await tick.tick(links=links, now=clock())
    await console.open(f"{LIST}/{made.id}/results")
    assert "11 of 120 copies" in console.text()
    assert "Look at where these addresses came from" in console.text()
    await console.submit(f"{LIST}/{made.id}/resume")
    assert await _state(made) == State.SENDING
    assert "11 of 120 copies" not in console.text()


async def test_a_destination_held_alone_is_shown_and_let_go_on(console: Browser, cluster: Cluster, links: Links, clock: Clock) -> None:
    await support.readers(cluster, now=clock(), et=2)
    made = await support.started(cluster, "et", links=links, now=clock())
    async with connection() as raw:
        await raw.execute(
            """INSERT INTO dispatch_hold (dispatch_id, destination, domains, reason, bad, settled, since)
               VALUES ($1, 'example.org', '{example.org}', 'ours', 20, 40, $2)""",
            made.dispatch_id,
            clock(),
        )
        await raw.execute("UPDATE delivery SET reason = 'held'")
    await console.open("/console/loomeklaster")
    assert "is held at example.org and goes on elsewhere" in console.text()
    await console.open(f"{LIST}/{made.id}/results")
    assert "20 of 40 copies" in console.text()
    assert "It is held at their provider" in console.text()
    await console.submit(f"{LIST}/{made.id}/release", {"destination": "example.org"})
    assert "20 of 40 copies" not in console.text()


async def test_quiet_hours_are_told_before_and_while_it_waits(console: Browser, cluster: Cluster, links: Links, clock: Clock) -> None:
    await Cluster.update({Cluster.quiet_from: time(10), Cluster.quiet_to: time(12, 30)}).where(Cluster.id == cluster.id)
    await support.readers(cluster, now=clock(), et=2)
    waits = await support.scheduled(cluster, "et", links=links, now=clock(), at=clock() + timedelta(hours=1))
    await console.open(f"{LIST}/{waits.id}/send")
    assert "the first copies leave at 12:30" in console.text()
    made = await support.started(cluster, "et", links=links, now=clock())
    await console.open(f"{LIST}/{made.id}/results")
    assert "It waits until 12:30: quiet hours." in console.text()


async def test_a_provider_that_asked_for_less_mail_stands_on_the_overview(console: Browser, clock: Clock) -> None:
    await pacing.slow(refusals={"gmail.com": "421 4.7.28 unusual rate"}, now=clock())
    await console.open("/console/loomeklaster")
    for words in ("“gmail.com” has asked for less mail since", "60 letters a minute", "421 4.7.28 unusual rate"):
        assert words in console.text()


async def test_the_results_say_for_every_person_when_or_why_not(console: Browser, cluster: Cluster, links: Links, clock: Clock) -> None:
    await support.readers(cluster, now=clock(), et=2, ru=1)
    made = await support.started(cluster, "et", links=links, now=clock(), fallback={"ru": None})
    await support.settle(made.dispatch_id, now=clock().replace(second=11))
    async with connection() as raw:
        await raw.execute(
            "UPDATE delivery SET state = 'failed', reason = 'refused 5.1.1 at rcpt', reply = '550 5.1.1 no such user' WHERE address = 'et2@example.org'"
        )
    await console.open(f"{LIST}/{made.id}/results")
    shown = console.text()
    for words in (
        "22 Nov 2026, 11:00:11",
        "250 2.0.0 Ok: queued as 4F1",
        "550 5.1.1 no such user",
        "There is no edition in a language they read.",
    ):
        assert words in shown
    for query, seen, unseen in (
        ("state=failed", "et2@example.org", "et1@example.org"),
        ("search=RU1", "ru1@example.org", "et1@example.org"),
    ):
        await console.open(f"{LIST}/{made.id}/results?{query}")
        assert seen in console.text()
        assert unseen not in console.text()
    assert "do not add up" not in console.text()
    await Delivery.delete().where(Delivery.address == "et1@example.org")
    await console.open(f"{LIST}/{made.id}/results")
    assert "The figures do not add up: 3 people were counted when it started, and 2 have a row" in console.text()


@pytest.mark.parametrize(
    "query", ["after=x", "after=" + "9" * 30, "state=gone", "search=%25", "search=" + "x" * 900, "search=%27%22%3Cb%3E%5C"]
)
async def test_whatever_stands_in_the_address_of_the_results_is_answered_calmly(
    console: Browser, cluster: Cluster, links: Links, clock: Clock, query: str
) -> None:
    await support.readers(cluster, now=clock(), et=1)
    made = await support.started(cluster, "et", links=links, now=clock())
    assert (await console.open(f"{LIST}/{made.id}/results?{query}")).status_code == 200


async def test_a_long_list_of_results_has_pages(console: Browser, cluster: Cluster, links: Links, clock: Clock) -> None:
    await support.readers(cluster, now=clock(), et=52)
    made = await support.started(cluster, "et", links=links, now=clock())
    first = (await console.open(f"{LIST}/{made.id}/results")).text
    second = (await console.open(next(url for url in links_of(first) if "after=" in url))).text
    pages = [{n for n in range(1, 53) if f">et{n}@example.org<" in text} for text in (first, second)]
    assert [len(page) for page in pages] == [50, 2]
    assert pages[0] | pages[1] == set(range(1, 53))


async def test_everybody_reads_the_archive_and_each_issue_as_it_was_sent(
    browser: Browser, cluster: Cluster, links: Links, clock: Clock
) -> None:
    await support.readers(cluster, now=clock(), et=1)
    await support.started(cluster, "et", links=links, now=clock())
    page = await browser.open("/loomeklaster/ru/newsletters")
    assert "Subject in et" in browser.text()
    url = next(one for one in links_of(page.text) if one.endswith("/newsletters/newsletter/1"))
    page = await browser.open(url)
    assert page.status_code == 200
    assert "Text in et." in page.text
    assert "KUTSE7" not in page.text
    for missing in ("/loomeklaster/et/newsletters/newsletter/2", "/loomeklaster/et/newsletters/gossip/1", "/loomeklaster/pl/newsletters"):
        assert (await browser.open(missing)).status_code == 404


async def test_a_newsletter_that_does_not_start_is_not_silent(console: Browser, cluster: Cluster, links: Links, clock: Clock) -> None:
    await support.readers(cluster, now=clock(), et=1)
    made = await support.scheduled(cluster, "et", links=links, now=clock(), at=clock() + timedelta(minutes=5))
    clock.now += timedelta(minutes=6)
    for path in ("/console/loomeklaster", f"/console/loomeklaster/mailings/{made.id}"):
        await console.open(path)
        assert "has not started" not in console.text()
    clock.now += timedelta(minutes=2)
    for path in ("/console/loomeklaster", f"/console/loomeklaster/mailings/{made.id}"):
        await console.open(path)
        assert "has not started" in console.text()
