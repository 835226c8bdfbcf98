"""Letters that come back for our sake: operators hear of them, once a day at most, and see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.clusters.tables import Cluster
from service.delivery import outbox, relays
from service.delivery.tables import Delivery
from service.identity.tables import Coordinator
from service.letters.links import Links
from service.returns import about_us, intake
from service.returns.intake import Arrival
from service.settings import Relay, Settings
from service.tokens import Keys
from tests.conftest import Clock
from tests.support import mailings, returns
from tests.support.browser import Browser
from tests.support.console import signed_in

WORDS = "550 5.7.1 blocked using a list of example.net"


async def refuse(
    cluster: Cluster, keys: Keys, now: datetime, state: Path, number: int = 1, kind: outbox.Kind = outbox.Kind.SERVICE
) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=now, address=f"p{number}@example.net", kind=kind, list_id=None)
    told = returns.report(status="5.7.1", words=WORDS, final=sent.address, message_id=f"<{number}@mx.example.net>")
    await intake.take(Arrival(sent.bounce, "", told, "smtp"), desk=returns.reception(keys, state), now=now)


async def letters_to(address: str) -> int:
    return len(await Delivery.objects().where(Delivery.address == address))


async def test_an_operator_gets_one_letter_a_day_about_service_letters_too(
    cluster: Cluster, keys: Keys, links: Links, now: datetime, tmp_path: Path
) -> None:
    operator = Coordinator(address="root@example.org", name="", language="en", created_at=now, is_operator=True)
    await operator.save()
    await about_us.tick(links=links, now=now)
    assert await letters_to(operator.address) == 0
    await refuse(cluster, keys, now, tmp_path)
    await about_us.tick(links=links, now=now)
    await about_us.tick(links=links, now=now)
    assert await letters_to(operator.address) == 1
    later = now + timedelta(hours=20)
    await refuse(cluster, keys, later, tmp_path, 2)
    await about_us.tick(links=links, now=later)
    assert await letters_to(operator.address) == 1
    await about_us.tick(links=links, now=now + timedelta(hours=25))
    assert await letters_to(operator.address) == 2
    await about_us.tick(links=links, now=now + timedelta(days=3))
    assert await letters_to(operator.address) == 2


async def test_without_an_operator_the_cluster_s_coordinators_are_told(
    cluster: Cluster, keys: Keys, links: Links, now: datetime, tmp_path: Path, browser: Browser
) -> None:
    coordinator = await signed_in(browser, cluster=cluster, now=now)
    await refuse(cluster, keys, now, tmp_path)
    await about_us.tick(links=links, now=now)
    assert await letters_to(coordinator.address) == 1
    await browser.open("/console/loomeklaster")
    assert "1 letter came back since 22 Nov 2026, 11:00 because of our sending" in browser.text()
    assert WORDS in browser.text()
    await browser.open("/console/loomeklaster/returns/reports?about=us")
    assert "p1@example.net" in browser.text()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, relays=(Relay(name="relay"),))


async def test_operators_see_on_their_first_page_what_holds_the_mail_up(
    browser: Browser, cluster: Cluster, keys: Keys, clock: Clock, tmp_path: Path
) -> None:
    now = clock()
    await signed_in(browser, cluster=None, now=now, is_operator=True)
    await refuse(cluster, keys, now, tmp_path)
    await relays.hold(held=relays.HeldRelay("relay", "auth", "535 no", 2, now, now + timedelta(minutes=5)))
    await browser.open("/console")
    assert "535 no" in browser.text()
    assert WORDS in browser.text()


async def test_what_came_back_of_a_newsletter_is_counted_once_and_listed(
    browser: Browser, cluster: Cluster, keys: Keys, links: Links, now: datetime, tmp_path: Path
) -> None:
    await signed_in(browser, cluster=cluster, now=now)
    await mailings.readers(cluster, now=now, et=1)
    mailing = await mailings.started(cluster, "et", links=links, now=now)
    sent = await returns.sent(cluster=cluster, keys=keys, now=now, about=f"mailing:{mailing.id}")
    for status in ("5.1.1", "4.2.2"):
        told = returns.report(status=status, words=f"550 {status} no", message_id=f"<{status}@mx.example.net>")
        await intake.take(Arrival(sent.bounce, "", told, "smtp"), desk=returns.reception(keys, tmp_path), now=now)
    await browser.open(f"/console/loomeklaster/mailings/{mailing.id}/results")
    assert "1 came back" in browser.text() or "1 of them came back" in browser.text()
    assert "1 Address does not work" in browser.text()
    await browser.open(f"/console/loomeklaster/returns/reports?mailing={mailing.id}")
    assert "mari@example.net" in browser.text()
    await browser.open(f"/console/loomeklaster/returns/reports?mailing={mailing.id + 1}")
    assert "mari@example.net" not in browser.text()
