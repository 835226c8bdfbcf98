"""What comes in lands in the room that owns it, once, and nothing stops the intake."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.clusters.tables import Cluster
from service.delivery import outbox, suppressions
from service.delivery.tables import Delivery
from service.errors import NotFound, Stale
from service.letters.links import Links
from service.persistence.engine import connection
from service.returns import aside, forgetting, intake, refusals, reports, sweep
from service.returns.intake import Arrival
from service.returns.reception import Reception
from service.returns.tables import Answer, Aside, Report
from service.tokens import Keys
from tests.support import events, factories, returns, subscriptions
from tests.support.returns import DOMAIN, Sent


@pytest.fixture
def desk(keys: Keys, tmp_path: Path) -> Reception:
    return returns.reception(keys, tmp_path, authserv_id="mx.kutse.example.org")


async def take(desk: Reception, now: datetime, recipient: str, content: bytes, sender: str = "") -> str:
    return await intake.take(Arrival(recipient, sender, content, "smtp"), desk=desk, now=now)


async def scopes(cluster: Cluster, address: str) -> dict[str, str]:
    return {one.scope: one.reason for one in await suppressions.find(cluster_id=cluster.id, address=address)}


async def reported() -> list[Report]:
    return await Report.objects().order_by(Report.id)


async def answered() -> Answer:
    found = await Answer.objects().first()
    assert found is not None
    return found


async def fetched(sql: str, *values: object) -> Any:
    async with connection() as raw:
        return await raw.fetchrow(sql, *values)


async def forwarded() -> list[Delivery]:
    return await Delivery.objects().where(Delivery.state == "queued").order_by(Delivery.id)


# ---- bounces


async def test_a_hard_bounce_holds_the_address_back_at_once_with_the_server_s_words(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    assert await take(desk, now, sent.bounce.upper(), returns.report()) == "taken"
    assert await scopes(cluster, sent.address) == {"all": "bounce: 5.1.1 550 5.1.1 User unknown"}
    (one,) = await reported()
    assert (one.verdict, one.outcome, one.delivery_id) == ("hard", "suppressed", sent.id)


async def test_what_cannot_be_stored_costs_a_report_its_characters_and_not_its_meaning(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    told = returns.report(words="550 5.1.1 no such \x00 user", final="mari\x00@example.net")
    assert await take(desk, now, sent.bounce, told) == "taken"
    assert [one.words for one in await reported()] == ["550 5.1.1 no such user"]


async def test_the_same_bounce_twice_is_one(cluster: Cluster, keys: Keys, desk: Reception, now: datetime) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    assert await take(desk, now, sent.bounce, returns.report(status="4.2.2", words="mailbox full")) == "taken"
    assert await take(desk, now, sent.bounce, returns.report(status="4.2.2", words="mailbox full")) == "again"
    assert await take(desk, now, sent.bounce, returns.report(status="4.2.2", words="full", message_id="<2@mx.example.net>")) == "taken"
    assert len(await reported()) == 1


async def test_a_forged_name_is_nobody_s_and_suppresses_nobody(cluster: Cluster, keys: Keys, desk: Reception, now: datetime) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    forged = sent.bounce.replace(sent.token[:4], "aaaa" if sent.token[:4] != "aaaa" else "bbbb", 1).replace(
        sent.token[-1] + "@", "c@" if sent.token[-1] != "c" else "d@"
    )
    assert await take(desk, now, forged, returns.report()) == "aside"
    assert await scopes(cluster, sent.address) == {}


async def test_a_bounce_that_lost_its_envelope_is_known_by_the_returned_letter(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    headers = f"--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {sent.message_id}\r\n--B--".encode()
    await take(desk, now, f"postmaster@{DOMAIN}", returns.report().replace(b"--B--", headers))
    assert "all" in await scopes(cluster, sent.address)


async def test_a_hard_code_of_another_domain_is_recorded_and_counts_as_soft(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    await take(desk, now, sent.bounce, returns.report(final="mari@workplace.example.com"))
    (one,) = await reported()
    assert (one.verdict, one.final_recipient, one.outcome) == ("soft", "mari@workplace.example.com", "counted")
    assert await scopes(cluster, sent.address) == {}


async def test_zeros_in_a_report_cost_none_of_its_meaning(cluster: Cluster, keys: Keys, desk: Reception, now: datetime) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    assert await take(desk, now, sent.bounce, returns.report(words="550 5.1.1 User\0 unknown", final="ma\0ri@example.net")) == "taken"
    (one,) = await reported()
    assert (one.verdict, one.words, one.final_recipient) == ("hard", "550 5.1.1 User unknown", "")


async def test_a_delay_is_noted_and_no_bounce(cluster: Cluster, keys: Keys, desk: Reception, now: datetime) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    await take(desk, now, sent.bounce, returns.report(action="delayed", status="5.1.1"))
    (one,) = await reported()
    assert (one.kind, one.outcome) == ("delay", "noted")
    assert await scopes(cluster, sent.address) == {}


async def test_what_is_about_us_is_shown_and_never_suppresses(cluster: Cluster, keys: Keys, desk: Reception, now: datetime) -> None:
    for day in range(0, 40, 4):
        sent = await returns.sent(cluster=cluster, keys=keys, now=now + timedelta(days=day))
        content = returns.report(status="5.7.1", words="550 5.7.1 blocked by policy", message_id=f"<{day}@mx.example.net>")
        await take(desk, now + timedelta(days=day), sent.bounce, content)
    assert {(one.verdict, one.outcome) for one in await reported()} == {("ours", "told")}
    assert await scopes(cluster, sent.address) == {}


async def _soft(cluster: Cluster, keys: Keys, desk: Reception, at: datetime) -> Sent:
    sent = await returns.sent(cluster=cluster, keys=keys, now=at)
    content = returns.report(status="4.2.2", words="452 4.2.2 mailbox full", message_id=f"<{at:%d%H}@mx.example.net>")
    await take(desk, at + timedelta(hours=1), sent.bounce, content)
    return sent


async def test_the_third_letter_that_bounces_softly_over_a_week_holds_the_address_back(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime
) -> None:
    for day in (0, 4):
        sent = await _soft(cluster, keys, desk, now + timedelta(days=day))
        assert await scopes(cluster, sent.address) == {}
    await _soft(cluster, keys, desk, now + timedelta(days=8))
    assert "all" in await scopes(cluster, sent.address)
    assert [one.outcome for one in await reported()] == ["counted", "counted", "suppressed"]


async def test_a_letter_between_that_stayed_proves_the_address_alive(cluster: Cluster, keys: Keys, desk: Reception, now: datetime) -> None:
    await _soft(cluster, keys, desk, now)
    await returns.sent(cluster=cluster, keys=keys, now=now + timedelta(days=1))
    await _soft(cluster, keys, desk, now + timedelta(days=4))
    sent = await _soft(cluster, keys, desk, now + timedelta(days=8))
    assert await scopes(cluster, sent.address) == {}


async def test_a_letter_of_the_last_days_proves_nothing_yet(cluster: Cluster, keys: Keys, desk: Reception, now: datetime) -> None:
    await _soft(cluster, keys, desk, now)
    await _soft(cluster, keys, desk, now + timedelta(days=4))
    await returns.sent(cluster=cluster, keys=keys, now=now + timedelta(days=5))
    sent = await _soft(cluster, keys, desk, now + timedelta(days=8))
    assert "all" in await scopes(cluster, sent.address)


@pytest.mark.parametrize(("hours", "outcome"), [(-1, "counted"), (1, "suppressed")])
async def test_a_letter_proves_the_address_alive_after_five_days_and_not_before(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime, hours: int, outcome: str
) -> None:
    await _soft(cluster, keys, desk, now)
    await _soft(cluster, keys, desk, now + timedelta(days=1))
    await returns.sent(cluster=cluster, keys=keys, now=now + timedelta(days=3, hours=1 + hours))
    await _soft(cluster, keys, desk, now + timedelta(days=8))  # its bounce comes an hour later
    assert (await reported())[-1].outcome == outcome


async def test_a_letter_that_came_back_for_our_sake_proves_nothing_and_counts_for_nothing(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime
) -> None:
    await _soft(cluster, keys, desk, now)
    sent = await returns.sent(cluster=cluster, keys=keys, now=now + timedelta(days=1))
    await take(desk, now + timedelta(days=1), sent.bounce, returns.report(status="5.7.1", words="blocked", message_id="<o@mx.example.net>"))
    await _soft(cluster, keys, desk, now + timedelta(days=4))
    assert await scopes(cluster, sent.address) == {}
    await _soft(cluster, keys, desk, now + timedelta(days=8))
    assert [one.outcome for one in await reported()] == ["counted", "told", "counted", "suppressed"]


@pytest.mark.parametrize("status", ["5.2.1", "5.7.13"])
async def test_what_counts_after_a_second_letter_takes_two_letters(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime, status: str
) -> None:
    for day, held in ((0, False), (1, True)):
        at = now + timedelta(days=day)
        sent = await returns.sent(cluster=cluster, keys=keys, now=at)
        for number in range(2):  # the same letter twice is one
            content = returns.report(status=status, words=f"550 {status} no", message_id=f"<{day}{number}@mx.example.net>")
            await take(desk, at, sent.bounce, content)
        assert ("all" in await scopes(cluster, sent.address)) is held


async def test_the_same_address_at_another_cluster_is_another_story(cluster: Cluster, keys: Keys, desk: Reception, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="teine")
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    await take(desk, now, sent.bounce, returns.report())
    assert await scopes(other, sent.address) == {}


async def test_a_coordinator_lifts_a_suppression_with_a_reason_and_the_story_begins_anew(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime
) -> None:
    for day in (0, 4, 8):
        sent = await _soft(cluster, keys, desk, now + timedelta(days=day))
    (held,) = await suppressions.find(cluster_id=cluster.id, address=sent.address)
    await reports.lift(cluster_id=cluster.id, suppression_id=held.id, reason="She made room", actor_id=7, now=now + timedelta(days=9))
    await _soft(cluster, keys, desk, now + timedelta(days=10))
    assert await scopes(cluster, sent.address) == {}
    entry = await fetched("SELECT actor_id, details FROM audit_entry WHERE action = 'suppression.lifted'")
    assert entry["actor_id"] == 7
    assert json.loads(entry["details"]) == {"scope": "all", "reason": "She made room"}


async def test_what_a_person_wished_is_not_lifted_by_a_coordinator_nor_by_another_cluster_s(cluster: Cluster, now: datetime) -> None:
    await suppressions.add(cluster_id=cluster.id, address="mari@example.net", scope="news", reason="left everything", now=now)
    (held,) = await suppressions.find(cluster_id=cluster.id, address="mari@example.net")
    with pytest.raises(Stale):
        await reports.lift(cluster_id=cluster.id, suppression_id=held.id, reason="x", actor_id=7, now=now)
    with pytest.raises(NotFound):
        await reports.lift(cluster_id=cluster.id + 1, suppression_id=held.id, reason="x", actor_id=7, now=now)


async def test_what_the_relay_refuses_for_good_is_weighed_like_a_bounce_once(
    cluster: Cluster, keys: Keys, links: Links, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    other = await returns.sent(cluster=cluster, keys=keys, now=now, address="jaan@example.net")
    async with connection() as raw:
        refuse = "UPDATE delivery SET state = 'failed', reason = $2, reply = $3 WHERE id = $1"
        await raw.execute(refuse, sent.id, "refused 5.1.1 at rcpt", "550 5.1.1 User unknown")
        await raw.execute(refuse, other.id, "5.6.7", "The address has letters that this mail relay cannot take")
    for _ in range(2):
        await refusals.tick(links=links, now=now + timedelta(minutes=1))
    (one,) = await reported()
    assert (one.delivery_id, one.verdict, one.channel, one.outcome) == (sent.id, "hard", "relay", "suppressed")
    assert "all" in await scopes(cluster, sent.address)
    assert await scopes(cluster, other.address) == {}


async def test_what_was_refused_for_four_days_counts_like_a_bounce_that_came_back(
    cluster: Cluster, keys: Keys, links: Links, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    async with connection() as raw:
        refuse = "UPDATE delivery SET state = 'failed', reason = $2, reply = $3 WHERE id = $1"
        await raw.execute(refuse, sent.id, "refused 4.2.2 at rcpt, gave up", "452 4.2.2 Mailbox full")
    await refusals.tick(links=links, now=now + timedelta(minutes=1))
    (one,) = await reported()
    assert (one.delivery_id, one.verdict, one.outcome) == (sent.id, "soft", "counted")


# ---- complaints


def _complaint(sent: Sent) -> bytes:
    text = (Path(__file__).parent / "samples" / "yahoo_arf.eml").read_text().replace("TOKEN", sent.token)
    return text.replace("\n", "\r\n").encode()


async def test_a_complaint_about_news_ends_the_news_and_not_the_service(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    await take(desk, now, f"fbl@{DOMAIN}", _complaint(sent))
    assert list(await scopes(cluster, sent.address)) == ["news"]


async def test_a_complaint_about_a_service_letter_waits_for_a_coordinator(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now, kind=outbox.Kind.SERVICE, list_id=None)
    await take(desk, now, f"fbl@{DOMAIN}", _complaint(sent))
    (one,) = await reported()
    assert one.outcome == "waiting"
    assert await scopes(cluster, sent.address) == {}
    await reports.decide(cluster_id=cluster.id, report_id=one.id, scope="all", actor_id=7, now=now)
    assert list(await scopes(cluster, sent.address)) == ["all"]
    with pytest.raises(Stale):
        await reports.decide(cluster_id=cluster.id, report_id=one.id, scope="keep", actor_id=7, now=now)


# ---- leaving by mail


async def test_a_letter_to_leave_leaves_the_topic(cluster: Cluster, keys: Keys, desk: Reception, now: datetime) -> None:
    person = await subscriptions.subscriber(cluster=cluster, now=now, address="mari@example.net", slugs=("newsletter", "events"))
    topic = (await subscriptions.offered(cluster))["newsletter"]
    sent = await returns.sent(cluster=cluster, keys=keys, now=now, list_id=topic.list_id)
    assert sent.person_id == person.id
    leave = sent.bounce.replace("bounce+", "leave+")
    assert await take(desk, now, leave, returns.answer(subject="unsubscribe", text=""), "mari@example.net") == "taken"
    async with connection() as raw:
        states = dict(await raw.fetch("SELECT t.slug, s.state FROM subscription s JOIN topic t ON t.id = s.topic_id"))
    assert states == {"newsletter": "left", "events": "active"}
    assert list(await scopes(cluster, sent.address)) == [topic.list_id]


# ---- answers


async def test_a_person_s_answer_goes_to_the_contact_and_an_answer_to_it_goes_to_the_person(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    await take(desk, now, sent.bounce, returns.answer(), "mari@example.net")
    row = await answered()
    assert (row.kind, row.state, row.text) == ("answer", "forwarded", "Tere! Kas kohti veel on?")
    (copy,) = await forwarded()
    assert copy.address == cluster.contact_address
    letter = await fetched(
        "SELECT d.reply_to, l.subject, l.text, l.html FROM dispatch d JOIN letter l ON l.dispatch_id = d.id WHERE d.id = $1",
        copy.dispatch_id,
    )
    assert letter["reply_to"] == "mari@example.net"
    assert "Mari Maasikas" in letter["subject"]
    assert "> Tere! Kas kohti veel on?" in letter["text"]
    assert f"/console/loomeklaster/returns/answers/{row.id}" in letter["text"]


async def test_an_answer_to_the_cluster_s_own_sender_address_is_the_cluster_s(cluster: Cluster, desk: Reception, now: datetime) -> None:
    await take(desk, now, cluster.sender_address.upper(), returns.answer(), "mari@example.net")
    assert (await answered()).cluster_id == cluster.id
    assert len(await forwarded()) == 1


async def test_an_answer_with_files_is_passed_on_whole(cluster: Cluster, desk: Reception, now: datetime) -> None:
    content = returns.crlf("""
From: mari@example.net
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

Vaata manust KUTSE7name7SLOT <b>
--x
Content-Type: application/pdf; name=kava.pdf

PDF
--x--
""")
    await take(desk, now, cluster.sender_address, content, "mari@example.net")
    letter = await fetched("SELECT text, html, attachments::jsonb #>> '{0,filename}' AS name FROM letter")
    assert letter["name"] == "answer.eml"
    assert "kava.pdf" in letter["text"]
    assert "KUTSE7name7SLOT" not in letter["text"]
    assert "&lt;b&gt;" in letter["html"]


@pytest.mark.parametrize(
    ("reason", "sender", "more", "envelope"),
    [
        ("program", "mari@example.net", "Auto-Submitted: auto-replied\n", "mari@example.net"),
        ("program", "mari@example.net", "", ""),
        ("loop", "mari@example.net", f"X-Loop: {DOMAIN}\n", "mari@example.net"),
        ("loop", "mari@example.net", "Received: from a by b\n" * 30, "mari@example.net"),
        ("own", f"reply@{DOMAIN}", "", "x@example.net"),
        ("own", "Klaster@Loomeklaster.example.org", "", "x@example.net"),
        ("address", "nobody", "", "x@example.net"),
    ],
)
async def test_what_could_run_in_a_circle_is_listed_and_not_passed_on(
    cluster: Cluster, desk: Reception, now: datetime, reason: str, sender: str, more: str, envelope: str
) -> None:
    await take(desk, now, cluster.sender_address, returns.answer(sender=sender, more=more), envelope)
    row = await answered()
    assert (row.state, row.reason) == ("kept", reason)
    assert await forwarded() == []


async def test_our_own_letter_that_comes_back_is_a_loop(cluster: Cluster, keys: Keys, desk: Reception, now: datetime) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    await take(desk, now, cluster.sender_address, returns.answer(message_id=sent.message_id), "mari@example.net")
    assert (await answered()).reason == "loop"


async def test_who_writes_more_than_a_person_does_is_listed_and_not_passed_on(cluster: Cluster, desk: Reception, now: datetime) -> None:
    for number in range(12):
        await take(desk, now, cluster.sender_address, returns.answer(message_id=f"<{number}@example.net>"), "mari@example.net")
    assert len(await forwarded()) == 10
    await take(desk, now + timedelta(days=2), cluster.sender_address, returns.answer(message_id="<x@example.net>"), "mari@example.net")
    assert len(await forwarded()) == 11


# ---- calendars


async def test_a_calendar_s_answer_to_the_token_is_believed_and_kept_once(
    cluster: Cluster, links: Links, desk: Reception, now: datetime
) -> None:
    organizer = await _invited(cluster, links, now)
    await take(desk, now, organizer.upper(), returns.calendar_reply(), "mari1@example.org")
    row = await answered()
    assert (row.kind, row.reason, row.trust) == ("calendar", "unknown", "token")  # its UID is made up
    assert json.loads(row.reply)["answer"] == "ACCEPTED"
    assert await Answer.count() == 1


async def _invited(cluster: Cluster, links: Links, now: datetime) -> str:
    event = await events.published(cluster=cluster, now=now)
    await events.register(office=events.office(cluster, links), event=event, now=now)
    async with connection() as raw:
        return str(await raw.fetchval("SELECT organizer FROM invitation"))


@pytest.mark.parametrize(
    ("author", "trust"),
    [("Mari <mari@example.org>", "dmarc"), ("Jaan <jaan@example.org>", ""), ("Mari <mari@example.org>\nFrom: Jaan <jaan@example.org>", "")],
)
async def test_without_the_token_only_the_attendee_s_own_mail_that_our_server_vouches_for_is_believed(
    cluster: Cluster, desk: Reception, now: datetime, author: str, trust: str
) -> None:
    """Jaan shares the domain, and his mail passes DMARC for it like everybody's there."""
    own = b"Authentication-Results: mx.kutse.example.org; dmarc=pass header.from=example.org\r\n"
    content = returns.calendar_reply().replace(b"From: Mari <mari@example.org>", f"From: {author}".replace("\n", "\r\n").encode())
    await take(desk, now, cluster.sender_address, own + content, "jaan@example.org")
    assert (await answered()).trust == trust


async def test_a_calendar_object_that_cannot_be_read_is_kept_aside_with_the_reason(
    cluster: Cluster, desk: Reception, now: datetime
) -> None:
    content = returns.calendar_reply(partstat="PERHAPS")
    assert await take(desk, now, cluster.sender_address, content, "mari@example.org") == "aside"
    (one,) = await Aside.objects()
    assert "does not say accepted" in one.reason


# ---- what cannot be taken in


async def test_what_nobody_can_place_is_kept_aside_as_it_came(cluster: Cluster, desk: Reception, now: datetime) -> None:
    content = b"\x00\xff garbage \x00"
    assert await take(desk, now, f"abuse@{DOMAIN}", content, "x@example.net") == "aside"
    (one,) = await Aside.objects()
    assert one.reason
    assert one.file is not None
    assert (desk.state / "intake-aside" / one.file).read_bytes() == content


async def test_fifty_megabytes_are_kept_aside_and_their_beginning_is_taken_in(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    content = returns.report().replace(b"--B--", b"--B\r\nContent-Type: message/rfc822\r\n\r\n" + b"x" * 50_000_000)
    assert await take(desk, now, sent.bounce, content) == "taken"
    assert "all" in await scopes(cluster, sent.address)
    (one,) = await Aside.objects()
    assert one.octets > 50_000_000


async def test_trouble_of_ours_with_one_message_keeps_it_aside_and_lets_the_next_come_in(
    cluster: Cluster, keys: Keys, desk: Reception, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)

    async def stumble(**_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(reports, "bounced", stumble)
        assert await take(desk, now, sent.bounce, returns.report()) == "aside"
    assert await take(desk, now, sent.bounce, returns.report()) == "taken"


async def test_nobody_fills_the_disk_or_the_table_with_what_is_kept_aside(
    cluster: Cluster, desk: Reception, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "_MOST_ROWS", 3)
    monkeypatch.setattr(aside, "_MOST_FILES", 4)
    monkeypatch.setattr(aside, "_MOST_OCTETS", 30)
    for content in (b"a" * 10, b"b" * 10, b"c" * 11, b"d" * 10, b"e" * 2):
        await take(desk, now, f"abuse@{DOMAIN}", content, "x@example.net")
    assert [(one.octets, one.file is not None) for one in await aside.listed()] == [(2, False), (10, True), (11, False)]
    assert len(list((desk.state / "intake-aside").iterdir())) == 3
    monkeypatch.setattr(aside, "_MOST_OCTETS", 1000)
    for content in (b"f", b"g"):
        await take(desk, now, f"abuse@{DOMAIN}", content, "x@example.net")
    assert [one.file is not None for one in await aside.listed(limit=2)] == [False, True]


async def test_a_file_whose_row_is_gone_is_removed_in_its_time(desk: Reception, now: datetime, database: None) -> None:
    await aside.keep(content=b"x", reason="of another machine", channel="smtp", state=desk.state, now=now)
    await Aside.delete(force=True)
    await sweep.forget(state=desk.state, now=now + timedelta(days=89))
    assert len(list((desk.state / "intake-aside").iterdir())) == 1
    await sweep.forget(state=desk.state, now=now + timedelta(days=91))
    assert list((desk.state / "intake-aside").iterdir()) == []


async def test_after_its_time_everything_is_forgotten(cluster: Cluster, desk: Reception, now: datetime) -> None:
    await take(desk, now, f"abuse@{DOMAIN}", b"x", "x@example.net")
    await take(desk, now, cluster.sender_address, returns.answer(), "mari@example.net")
    await sweep.forget(state=desk.state, now=now + timedelta(days=91))
    assert (await Aside.count(), list((desk.state / "intake-aside").iterdir()), await Answer.count()) == (0, [], 1)
    await sweep.forget(state=desk.state, now=now + timedelta(days=731))
    assert await Answer.count() == 0


async def test_who_is_erased_is_not_named_by_what_came_back(cluster: Cluster, keys: Keys, desk: Reception, now: datetime) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now)
    await take(desk, now, sent.bounce, returns.report())
    await take(desk, now, cluster.sender_address, returns.answer(), "mari@example.net")
    await take(desk, now, cluster.sender_address, returns.calendar_reply(sender="mari@example.net"), "mari@example.net")
    await take(
        desk,
        now,
        cluster.sender_address,
        returns.answer(sender="Jaan <jaan@example.net>", message_id="<a2@example.net>"),
        "jaan@example.net",
    )
    await forgetting.forget(cluster_id=cluster.id, address="MARI@example.net", person_id=sent.person_id)
    async with connection() as raw:
        kept = await raw.fetchval(
            "SELECT concat((SELECT string_agg(r::text, '') FROM returned_report r), (SELECT string_agg(a::text, '') FROM returned_answer a))"
        )
    assert "mari" not in kept.lower()
    assert "jaan@example.net" in kept
    assert (await Report.count(), await Answer.count()) == (1, 3)
    assert "all" in await scopes(cluster, sent.address)
