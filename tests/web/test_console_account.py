"""A coordinator's own account, the way in by invitation or set-up, and the overview they land on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest

from service.clusters.tables import Cluster
from service.delivery import relays
from service.delivery.tables import SigningKey
from service.identity import accounts, invitations, one_time
from service.identity.one_time import Purpose
from service.letters.links import Links
from service.settings import Relay, Settings
from tests.support import events, factories, opportunities
from tests.support.browser import Browser
from tests.support.console import signed_in
from tests.support.identity import PASSWORD, coordinator
from tests.support.identity import _cheap_hashes as _cheap_hashes
from tests.support.subscriptions import outbox, subscriber


@pytest.fixture
async def welcome(browser: Browser, database: None, links: Links, now: datetime) -> Browser:
    """The set-up page of an empty installation, open."""
    row = await one_time.issue(purpose=Purpose.WELCOME, now=now)
    await browser.open(urlsplit(links.welcome(one_time_id=row.id, expires_at=row.expires_at)).path)
    return browser


async def test_the_first_coordinator_sets_the_site_up_and_founds_a_cluster(welcome: Browser) -> None:
    path = welcome.page.url.path
    await welcome.submit(None, {"address": "kadri@example.org", "name": "Kadri Kask", "language": "et", "password": PASSWORD})
    assert welcome.page.url.path == "/console/new"
    made = await accounts.by_address(address="kadri@example.org")
    assert made is not None
    assert made.is_operator
    await welcome.open(path)
    assert welcome.page.status_code == 410


async def test_every_problem_of_the_set_up_is_told_at_once(welcome: Browser) -> None:
    await welcome.submit(None, {"address": "nobody", "name": "", "language": "xx", "password": "short"})
    assert welcome.page.status_code == 422
    for name in ("address", "name", "language", "password"):
        assert f'id="error-{name}"' in welcome.page.text
    assert not await accounts.any()


async def test_an_invitation_leads_into_the_cluster(browser: Browser, cluster: Cluster, links: Links, now: datetime) -> None:
    await invitations.invite(address="mari@example.org", cluster=cluster, language="et", links=links, now=now, actor_id=None)
    (copy,) = await outbox()
    await browser.open(urlsplit(copy.slots["welcome_url"]).path)
    assert "mari@example.org" in browser.text()
    await browser.submit(None, {"name": "Mari Mets", "language": "en", "password": "Mari Mets 2026"})
    assert (browser.page.status_code, 'id="error-password"' in browser.page.text) == (422, True)
    await browser.submit(None, {"name": "Mari Mets", "language": "en", "password": PASSWORD})
    assert browser.page.url.path == "/console/loomeklaster"


async def test_name_and_language_are_changed_and_the_console_follows(browser: Browser, cluster: Cluster, now: datetime) -> None:
    made = await signed_in(browser, cluster=cluster, now=now)
    await browser.open("/console/account")
    await browser.submit(None, {"name": "Kadri Kuusk", "language": "et"})
    assert '<html lang="et">' in browser.page.text
    assert (await accounts.by_id(coordinator_id=made.id)).name == "Kadri Kuusk"
    await browser.submit("/console/account", {"name": "", "language": "et"})
    assert browser.page.status_code == 422


async def test_the_password_is_changed_by_who_knows_it(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await signed_in(browser, cluster=cluster, now=now)
    await browser.open("/console/account")
    await browser.submit("/console/account/password", {"current": "wrong", "new": "kuus musta kassi"})
    assert (browser.page.status_code, 'id="error-current"' in browser.page.text) == (422, True)
    await browser.submit("/console/account/password", {"current": PASSWORD, "new": "kuus musta kassi"})
    assert "holds from now on" in browser.text()
    await browser.open("/console/loomeklaster")
    assert browser.page.status_code == 200


async def test_an_error_page_in_the_console_speaks_the_coordinators_language(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await signed_in(browser, cluster=cluster, now=now, language="et")
    await browser.open("/console/nobody", language="en")
    assert browser.page.status_code == 404
    assert '<html lang="et">' in browser.page.text


async def test_who_works_for_one_cluster_lands_there_and_who_works_for_several_chooses(
    browser: Browser, cluster: Cluster, now: datetime
) -> None:
    await signed_in(browser, cluster=cluster, now=now)
    await browser.open("/console")
    assert browser.page.url.path == "/console/loomeklaster"
    await browser.submit("/console/sign-out", {})
    await factories.cluster(slug="tartu", name="Tartu loomeklaster", now=now)
    await signed_in(browser, cluster=None, now=now, address="all@example.org", is_operator=True)
    await browser.open("/console")
    assert "Tartu loomeklaster" in browser.text()


async def test_who_works_for_none_is_told_whom_to_ask(browser: Browser, database: None, now: datetime) -> None:
    await signed_in(browser, cluster=None, now=now)
    await browser.open("/console")
    assert "Ask the people who run this site" in browser.text()


async def test_the_overview_tells_what_comes_next(browser: Browser, cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(slug="tartu", now=now)
    event = await events.published(cluster=cluster, now=now)
    call = await opportunities.published(cluster=cluster, now=now)
    await subscriber(cluster=cluster, now=now)
    await signed_in(browser, cluster=cluster, now=now)
    await browser.open("/console/loomeklaster")
    assert f"/console/loomeklaster/events/{event.id}" in browser.page.text
    assert f"/console/loomeklaster/calls/{call.id}" in browser.page.text
    assert "1 Newsletter" in browser.text()
    assert other.name


class TestHeld:
    """Two relays, of which the first takes all letters and the second only newsletters."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, relays=(Relay(name="relay"), Relay(name="bulk", kinds=("news",), priority=1)))

    @pytest.mark.parametrize(("name", "holds_up", "missing"), [("relay", True, True), ("bulk", False, False), ("an old one", None, False)])
    async def test_the_overview_and_the_health_check_say_what_holds_the_mail_up(
        self, browser: Browser, cluster: Cluster, now: datetime, name: str, holds_up: bool | None, missing: bool
    ) -> None:
        held = relays.HeldRelay(name=name, stage="auth", reply="535 <b>no</b>", refusals=2, since=now, until=now + timedelta(minutes=5))
        await relays.hold(held=held)
        await signed_in(browser, cluster=cluster, now=now)
        await browser.open("/console/loomeklaster")
        assert ("22 Nov 2026, 11:00" in browser.text()) is (holds_up is not None)
        assert ("535 <b>no</b>" in browser.text()) is (holds_up is not None)
        assert ("Mail is held up" in browser.text()) is bool(holds_up)
        assert ("Another one takes its letters" in browser.text()) is (holds_up is False)
        assert ("relay" in (await browser.open("/health/whole")).json()["missing"]) is missing


async def test_the_overview_and_the_health_check_say_that_letters_wait_for_their_key(
    browser: Browser, cluster: Cluster, now: datetime
) -> None:
    domain = "loomeklaster.example.org"
    await SigningKey(
        domain=domain,
        selector="s",
        algorithm="rsa",
        sealed=b"by another secret",
        public=b"",
        state="active",
        created_at=now,
        active_since=now,
    ).save()
    await signed_in(browser, cluster=cluster, now=now)
    await browser.open("/console/loomeklaster")
    assert f"Letters from {domain} wait and are not lost" in browser.text()
    assert "signing" in (await browser.open("/health/whole")).json()["missing"]
    await SigningKey.delete(force=True)
    await browser.open("/console/loomeklaster")
    assert "wait and are not lost" not in browser.text()


async def test_a_closed_account_is_out_at_once(browser: Browser, cluster: Cluster, now: datetime) -> None:
    made = await signed_in(browser, cluster=cluster, now=now)
    await accounts.disable(coordinator_id=made.id, now=now, actor_id=None)
    await browser.open("/console/loomeklaster")
    assert browser.page.url.path == "/console/sign-in"


async def test_the_account_page_is_for_the_signed_in(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await coordinator(now=now, cluster=cluster)
    await browser.open("/console/account")
    assert browser.page.url.path == "/console/sign-in"
    assert browser.page.url.params["next"] == "/console/account"
