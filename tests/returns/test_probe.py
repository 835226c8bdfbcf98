"""An address whose mail came back is tried once when its owner seems to ask for it, and lives again when a letter is answered."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from service.clusters.tables import Cluster
from service.delivery import claim, copies, suppressions
from service.delivery.outbox import Kind
from service.errors import Stale
from service.events import registration, series
from service.letters.links import Links
from service.people import directory
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from service.returns import intake, reports
from service.returns.complaints import Complaint
from service.returns.intake import Arrival
from service.returns.tables import Report
from service.subscriptions import optin
from service.tokens import Keys
from tests.conftest import Clock
from tests.support import delivery, events, replies, returns, subscriptions
from tests.support.browser import Browser
from tests.support.replies import Press
from tests.support.turns import meet

ADDRESS = "mari1@example.org"
REGISTER = "/loomeklaster/en/events/{slug}/register"


async def hold(cluster: Cluster, now: datetime, reason: str = "bounce: 5.1.1 unknown") -> None:
    await suppressions.add(cluster_id=cluster.id, address=ADDRESS, scope=suppressions.ALL, reason=reason, now=now)


async def held(cluster: Cluster) -> bool:
    return bool(await suppressions.find(cluster_id=cluster.id, address=ADDRESS))


async def fates(now: datetime, kind: Kind = Kind.SERVICE) -> list[str]:
    """What becomes of the letters that wait."""
    await delivery.claimed(kind=kind, now=now)
    async with connection() as raw:
        rows = await raw.fetch("SELECT state FROM delivery ORDER BY id")
    return [row["state"] for row in rows]


async def ask(cluster: Cluster, links: Links, now: datetime) -> None:
    await subscriptions.offered(cluster)
    await subscriptions.ask(cluster=cluster, links=links, now=now, address=ADDRESS)


async def test_who_asks_again_gets_one_letter_in_seven_days(cluster: Cluster, links: Links, now: datetime) -> None:
    await hold(cluster, now)
    await ask(cluster, links, now)
    await subscriptions.ask(cluster=cluster, links=links, now=now + timedelta(days=6), address=ADDRESS)
    await subscriptions.ask(cluster=cluster, links=links, now=now + timedelta(days=7), address=ADDRESS)
    assert await fates(now + timedelta(days=7)) == ["expired", "skipped", "sending"]


async def test_the_letter_itself_goes_out(cluster: Cluster, links: Links, now: datetime) -> None:
    await hold(cluster, now)
    await ask(cluster, links, now)
    assert await fates(now) == ["sending"]
    async with connection() as raw:
        lease_id = await raw.fetchval("SELECT id FROM delivery")
    assert await claim.still_good(lease=1, ids=[lease_id], now=now) == {lease_id}


async def test_a_subscriber_whose_mail_came_back_is_asked_again_and_a_yes_lets_all_mail_in(
    cluster: Cluster, links: Links, keys: Keys, now: datetime, tmp_path: Path
) -> None:
    await subscriptions.subscriber(cluster=cluster, now=now - timedelta(days=40), address=ADDRESS, slugs=("newsletter",))
    sent = await returns.sent(cluster=cluster, keys=keys, now=now - timedelta(days=1), address=ADDRESS)
    desk = returns.reception(keys, tmp_path)
    await intake.take(Arrival(sent.bounce, "", returns.report(final=ADDRESS), "smtp"), desk=desk, now=now)
    assert await held(cluster)
    await subscriptions.ask(cluster=cluster, links=links, now=now, address=ADDRESS)
    async with connection() as raw:
        optin_id = await raw.fetchval("SELECT id FROM optin")
    await optin.confirm(optin_id=optin_id, links=links, now=now + timedelta(minutes=5))
    assert not await held(cluster)
    later = await returns.sent(cluster=cluster, keys=keys, now=now + timedelta(days=1), address=ADDRESS)
    full = returns.report(final=ADDRESS, status="4.2.2", words="452 4.2.2 mailbox full", message_id="<2@mx.example.net>")
    await intake.take(Arrival(later.bounce, "", full, "smtp"), desk=desk, now=now + timedelta(days=2))
    assert not await held(cluster), "the bounce before the yes counts no more"


async def test_a_probe_that_comes_back_leaves_the_address_held(
    cluster: Cluster, links: Links, keys: Keys, now: datetime, tmp_path: Path
) -> None:
    await hold(cluster, now)
    await ask(cluster, links, now)
    async with connection() as raw:
        delivery_id = await raw.fetchval("UPDATE delivery SET state = 'sent', settled_at = $1 RETURNING id", now)
    desk = returns.reception(keys, tmp_path)
    bounce = f"bounce+{desk.returns.token(delivery_id)}@{returns.DOMAIN}"
    await intake.take(Arrival(bounce, "", returns.report(final=ADDRESS), "smtp"), desk=desk, now=now + timedelta(minutes=1))
    assert await held(cluster)
    await subscriptions.ask(cluster=cluster, links=links, now=now + timedelta(hours=1), address=ADDRESS)
    assert (await fates(now + timedelta(hours=1)))[-1] == "skipped"


async def test_who_complained_is_not_tried(cluster: Cluster, links: Links, now: datetime) -> None:
    await hold(cluster, now, "complaint: abuse")
    await ask(cluster, links, now)
    assert await fates(now) == ["skipped"]


async def test_a_confirmation_of_a_seat_goes_out_and_the_letters_after_it_do_not(cluster: Cluster, links: Links, now: datetime) -> None:
    await hold(cluster, now)
    event = await events.published(cluster=cluster, now=now)
    office = events.office(cluster, links)
    await events.register(office=office, event=event, now=now)
    assert await fates(now) == ["sending"]
    await registration.cancel(office=office, event_id=event.id, registration_id=1, by="attendee", now=now + timedelta(minutes=1))
    assert (await fates(now + timedelta(minutes=1)))[-1] == "skipped"


@pytest.mark.parametrize("form", ["register", "subscribe"])
async def test_a_form_and_a_yes_of_the_same_person_never_wait_for_each_other(
    cluster: Cluster, links: Links, now: datetime, form: str
) -> None:
    await hold(cluster, now)
    person = await subscriptions.subscriber(cluster=cluster, now=now - timedelta(days=1), address=ADDRESS)
    event = await events.published(cluster=cluster, now=now)
    forms = {
        "register": lambda: events.register(office=events.office(cluster, links), event=event, now=now),
        "subscribe": lambda: ask(cluster, links, now),
    }
    await meet(
        first=lambda: directory.lock(person_id=person.id),
        other=forms[form],
        then=lambda: suppressions.revive(cluster_id=cluster.id, address=ADDRESS),
    )
    assert not await held(cluster)


async def test_a_decision_about_a_complaint_and_a_lifted_suppression_never_wait_for_each_other(
    cluster: Cluster, keys: Keys, now: datetime
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now, address=ADDRESS, kind=Kind.SERVICE)
    async with transaction():
        copy = await copies.find(delivery_id=sent.id)
        assert copy is not None
        await reports.complained(copy=copy, complaint=Complaint("abuse", ADDRESS, "feedback loop"), channel="smtp", now=now)
    await hold(cluster, now)
    (report,) = await Report.objects()
    decide = partial(reports.decide, cluster_id=cluster.id, report_id=report.id, scope=suppressions.ALL, actor_id=7, now=now)
    await meet(
        first=lambda: suppressions.revive(cluster_id=cluster.id, address=ADDRESS),
        other=decide,
        then=lambda: Report.update({Report.forgiven_at: now}).where(Report.address == ADDRESS),
    )
    assert await held(cluster), "the decision came after"
    with pytest.raises(Stale):
        await decide()


async def test_a_calendar_that_answers_proves_that_the_address_works(
    cluster: Cluster, links: Links, keys: Keys, now: datetime, tmp_path: Path
) -> None:
    await hold(cluster, now)
    event = await events.published(cluster=cluster, now=now)
    await events.register(office=events.office(cluster, links), event=event, now=now)
    async with connection() as raw:
        row = await raw.fetchrow("SELECT uid, organizer FROM invitation")
    assert row is not None
    content = replies.content(Press(row["uid"], row["organizer"], stamp="20261122T090500Z"))
    await intake.take(
        Arrival(row["organizer"], ADDRESS, content, "smtp"), desk=returns.reception(keys, tmp_path), now=now + timedelta(hours=1)
    )
    assert not await held(cluster)


async def test_the_pages_say_that_mail_came_back_and_only_then(browser: Browser, cluster: Cluster, clock: Clock, links: Links) -> None:
    event = await events.published(cluster=cluster, now=clock())
    path = f"/loomeklaster/en/events/{event.slug}"
    fields = {"name": "Mari", "address": " MARI1@example.org", "language": "en", "organisation": "", "role": ""}
    await hold(cluster, clock())
    await browser.open(path)
    await browser.submit(f"{path}/register", fields)
    assert "Earlier mail to this address came back" in browser.text()
    await browser.open(path)
    await browser.submit(f"{path}/register", {**fields, "address": "jaan@example.org"})
    assert "Look into your mailbox" in browser.text()
    assert "came back" not in browser.text()
    await series.add_date(cluster=cluster, event_id=event.id, on=date(2027, 2, 2), now=clock())
    await browser.open(f"/loomeklaster/en/series/{event.slug}")
    await browser.submit(f"/loomeklaster/en/series/{event.slug}/register", {**fields, "dates": str(event.id)})
    assert "Earlier mail to this address came back" in browser.text()
    await subscriptions.offered(cluster)
    await browser.open("/loomeklaster/en/subscribe")
    await browser.submit(fields={"address": ADDRESS, "language": "en", "topics": "newsletter", "name": ""})
    assert "Earlier mail to this address came back" in browser.text()
    own = await browser.open(links.registration(registration_id=1))
    assert "Yes, letters reach me" in browser.text()
    await browser.submit(f"{own.url}/reached")
    assert not await held(cluster)
    assert "Yes, letters reach me" not in browser.text()
