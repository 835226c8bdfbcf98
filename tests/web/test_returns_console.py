"""The console's returned mail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.delivery import outbox, suppressions
from service.letters.links import Links
from service.persistence.engine import connection
from service.returns import intake
from service.returns.intake import Arrival
from service.returns.tables import Answer, Report
from service.tokens import Keys
from tests.conftest import Clock
from tests.support import events, factories, identity, replies, returns
from tests.support.browser import Browser
from tests.support.console import signed_in

HOME = "/console/loomeklaster/returns"
COMPLAINT = Path(__file__).parent.parent / "returns" / "samples" / "yahoo_arf.eml"


@pytest_asyncio.fixture(loop_scope="session")
async def console(browser: Browser, cluster: Cluster, clock: Clock) -> Browser:
    await signed_in(browser, cluster=cluster, now=clock())
    return browser


async def come_in(keys: Keys, clock: Clock, state: Path, recipient: str, content: bytes, sender: str = "") -> None:
    await intake.take(Arrival(recipient, sender, content, "smtp"), desk=returns.reception(keys, state), now=clock())


async def test_an_answer_is_listed_and_read_whole_without_its_markup(
    console: Browser, cluster: Cluster, keys: Keys, clock: Clock, tmp_path: Path
) -> None:
    await come_in(keys, clock, tmp_path, cluster.sender_address, returns.answer(text="Tere <script>alert(1)</script>"), "mari@example.net")
    await console.open(HOME)
    assert "Mari Maasikas" in console.text()
    assert "Passed on" in console.text()
    row = await Answer.objects().first()
    assert row is not None
    page = await console.open(f"{HOME}/answers/{row.id}")
    assert "Tere <script>alert(1)</script>" in console.text()
    assert "<script>alert" not in page.text


async def test_programs_and_calendars_have_lists_of_their_own(
    console: Browser, cluster: Cluster, keys: Keys, clock: Clock, tmp_path: Path
) -> None:
    await come_in(keys, clock, tmp_path, cluster.sender_address, returns.answer(subject="Automaatvastus"), "mari@example.net")
    await come_in(keys, clock, tmp_path, cluster.sender_address, returns.calendar_reply(), "mari@example.org")
    await console.open(HOME)
    assert "Nothing came back yet" in console.text()
    await console.open(f"{HOME}?kind=automatic")
    assert "A program wrote it" in console.text()
    await console.open(f"{HOME}?kind=calendar")
    assert "Nothing shows that it comes from the invited person" in console.text()
    row = await Answer.objects().where(Answer.kind == "calendar").first()
    assert row is not None
    await console.open(f"{HOME}/answers/{row.id}")
    assert "Accepted" in console.text()
    assert "No: nothing shows that it is from the invited person" in console.text()


async def test_a_bounce_shows_the_server_s_words_and_a_reason_lets_the_address_back_in(
    console: Browser, cluster: Cluster, keys: Keys, clock: Clock, tmp_path: Path
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=clock())
    await come_in(keys, clock, tmp_path, sent.bounce, returns.report(words="550 5.1.1 <b>gone</b> for good"))
    await console.open(f"{HOME}/reports")
    assert "550 5.1.1 <b>gone</b> for good" in console.text()
    assert "Address does not work" in console.text()
    await console.open(f"{HOME}/held?search=mari")
    assert "No mail at all" in console.text()
    (held,) = await suppressions.find(cluster_id=cluster.id, address=sent.address)
    await console.open(f"{HOME}/held/{held.id}")
    await console.submit(f"{HOME}/held/{held.id}", {"reason": ""})
    assert console.page.status_code == 422
    assert "Write why" in console.text()
    await console.submit(f"{HOME}/held/{held.id}", {"reason": "The domain is renewed"})
    assert "Mail goes to this address again." in console.text()
    assert await suppressions.find(cluster_id=cluster.id, address=sent.address) == []


async def test_who_left_by_their_own_wish_cannot_be_let_back_in(console: Browser, cluster: Cluster, clock: Clock) -> None:
    await suppressions.add(cluster_id=cluster.id, address="mari@example.net", scope="news", reason="left everything", now=clock())
    (held,) = await suppressions.find(cluster_id=cluster.id, address="mari@example.net")
    await console.open(f"{HOME}/held")
    assert "Left by their own wish" in console.text()
    assert "Send mail again" not in console.text()
    await console.open(f"{HOME}/held/{held.id}")
    await console.submit(f"{HOME}/held/{held.id}", {"reason": "x"})
    assert console.page.status_code == 409


@pytest.mark.parametrize(("scope", "held"), [("keep", []), ("news", ["news"]), ("all", ["all"])])
async def test_a_complaint_about_a_service_letter_is_the_coordinator_s_to_decide(
    console: Browser, cluster: Cluster, keys: Keys, clock: Clock, tmp_path: Path, scope: str, held: list[str]
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=clock(), kind=outbox.Kind.SERVICE, list_id=None)
    content = COMPLAINT.read_text().replace("TOKEN", sent.token).replace("\n", "\r\n").encode()
    await come_in(keys, clock, tmp_path, f"fbl@{returns.DOMAIN}", content)
    report = await Report.objects().first()
    assert report is not None
    await console.open(f"{HOME}/reports")
    assert "reported a letter as spam" in console.text()
    await console.open(f"{HOME}/reports/{report.id}")
    await console.submit(f"{HOME}/reports/{report.id}", {"scope": scope})
    assert "Noted." in console.text()
    assert [one.scope for one in await suppressions.find(cluster_id=cluster.id, address=sent.address)] == held


async def test_nothing_of_another_cluster_is_there(console: Browser, cluster: Cluster, keys: Keys, clock: Clock, tmp_path: Path) -> None:
    other = await factories.cluster(now=clock(), slug="teine", sender_address="uudised@teine.example.org")
    sent = await returns.sent(cluster=other, keys=keys, now=clock())
    await come_in(keys, clock, tmp_path, sent.bounce, returns.report())
    await come_in(keys, clock, tmp_path, "uudised@teine.example.org", returns.answer(), "mari@example.net")
    (held,) = await suppressions.find(cluster_id=other.id, address=sent.address)
    for path in ("reports/1", "answers/1", f"held/{held.id}"):
        await console.open(f"{HOME}/{path}")
        assert console.page.status_code == 404
    await console.open(f"{HOME}/reports")
    assert sent.address not in console.text()


async def test_what_was_set_aside_is_for_operators(browser: Browser, cluster: Cluster, keys: Keys, clock: Clock, tmp_path: Path) -> None:
    await come_in(keys, clock, tmp_path, f"abuse@{returns.DOMAIN}", b"garbage", "x@example.net")
    await signed_in(browser, cluster=cluster, now=clock(), is_operator=True)
    await browser.open(f"{HOME}/aside")
    assert "says of no cluster" in browser.text()
    browser.client.cookies.clear()
    kadri = await identity.coordinator(now=clock(), cluster=cluster, address="kati@example.org")
    assert kadri.id
    await browser.open("/console/sign-in")
    await browser.submit("/console/sign-in", {"address": "kati@example.org", "password": identity.PASSWORD})
    await browser.open(f"{HOME}/aside")
    assert browser.page.status_code == 404


async def test_a_proposal_of_another_time_is_read_in_words_and_marked_as_handled(
    console: Browser, cluster: Cluster, keys: Keys, links: Links, clock: Clock, tmp_path: Path
) -> None:
    event = await events.published(cluster=cluster, now=clock())
    await events.register(office=events.office(cluster, links), event=event, now=clock())
    async with connection() as raw:
        row = await raw.fetchrow("SELECT uid, organizer FROM invitation")
    assert row is not None
    press = replies.Press(
        row["uid"], row["organizer"], method="COUNTER", partstat="TENTATIVE", starts="20261223T080000Z", ends="20261223T100000Z"
    )
    await come_in(keys, clock, tmp_path, row["organizer"], replies.content(press), "mari1@example.org")
    await console.open(f"{HOME}?kind=calendar")
    assert "Proposes another time" in console.text()
    page = await console.open(f"{HOME}/answers/1")
    assert "Wednesday, 23 December 2026, 10:00–12:00" in console.text()
    assert "Strategy seminar" in console.text()
    await console.submit(f"{HOME}/answers/1/handled")
    assert "Marked as handled" in console.text()
    await console.open(str(page.url))
    assert "Mark as handled" not in console.text()


async def test_the_list_of_participants_says_what_their_calendars_say_and_the_page_of_one_what_follows(
    console: Browser, cluster: Cluster, keys: Keys, links: Links, clock: Clock, tmp_path: Path
) -> None:
    event = await events.published(cluster=cluster, now=clock())
    await events.register(office=events.office(cluster, links), event=event, now=clock())
    async with connection() as raw:
        row = await raw.fetchrow("SELECT uid, organizer FROM invitation")
    assert row is not None
    press = replies.Press(row["uid"], row["organizer"], partstat="DECLINED", stamp="20261122T085900Z")
    await come_in(keys, clock, tmp_path, row["organizer"], replies.content(press), "mari1@example.org")
    await console.open(f"/console/loomeklaster/events/{event.id}/participants")
    assert "Calendar: no" in console.text()
    question = links.registration(registration_id=1) + "/cancel?declined"
    await console.open(question)
    assert "You need do nothing" not in console.text()
    later = replace(press, partstat="ACCEPTED", stamp="20261122T085930Z")
    await come_in(keys, clock, tmp_path, row["organizer"], replies.content(later), "mari1@example.org")
    await console.open(question, language="et")
    assert len(console.page.history) == 0
    assert "notice" in console.page.text
