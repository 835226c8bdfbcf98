"""Into the console and out of it, as a browser sees it."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest

from service.clusters.tables import Cluster
from service.identity import accounts, one_time, sessions
from service.identity.one_time import Purpose
from service.identity.tables import Session
from service.letters.links import Links
from tests.support import factories
from tests.support.browser import Browser
from tests.support.console import signed_in
from tests.support.identity import PASSWORD, coordinator
from tests.support.identity import _cheap_hashes as _cheap_hashes
from tests.support.subscriptions import outbox

SESSION = "__Host-kutse_session"  # the tests' site is reached over https


async def enter(browser: Browser, *, address: str = "kadri@example.org", password: str = PASSWORD, to: str = "/console") -> None:
    await browser.open("/console/sign-in")
    await browser.submit("/console/sign-in", {"address": address, "password": password, "next": to}, follow=False)


async def test_address_and_password_lead_to_the_page_one_wanted(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await coordinator(now=now, cluster=cluster)
    await browser.open("/console/loomeklaster/settings")
    assert browser.page.url.path == "/console/sign-in"
    fields = {"address": "kadri@example.org", "password": PASSWORD, "next": browser.page.url.params["next"]}
    await browser.submit("/console/sign-in", fields)
    assert (browser.page.status_code, browser.page.url.path) == (200, "/console/loomeklaster/settings")


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example.com/", "//evil.example.com", "/\\evil.example.com", "javascript:alert(1)", "/console.evil", "/console/x\\y", ""],
)
async def test_no_link_leads_to_another_site_after_sign_in(browser: Browser, cluster: Cluster, now: datetime, wanted: str) -> None:
    await coordinator(now=now, cluster=cluster)
    await enter(browser, to=wanted)
    assert browser.page.headers["location"] == "/console"


async def test_a_wrong_password_and_an_unknown_address_look_the_same(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await coordinator(now=now, cluster=cluster)
    await enter(browser, password="a wrong password")
    known = browser.page.text.replace("kadri@", "mari@").replace(browser.token(), "")
    await enter(browser, address="mari@example.org")
    assert browser.page.status_code == 422
    assert browser.page.text.replace(browser.token(), "") == known
    assert PASSWORD not in browser.page.text


async def test_every_sign_in_hands_out_a_new_session_and_ends_the_old(
    browser: Browser, cluster: Cluster, now: datetime, links: Links
) -> None:
    made = await signed_in(browser, cluster=cluster, now=now)
    before = browser.client.cookies[SESSION]
    row = await one_time.issue(purpose=Purpose.SIGN_IN, coordinator_id=made.id, now=now)
    path = urlsplit(links.sign_in(one_time_id=row.id, expires_at=row.expires_at)).path
    await browser.open(path)
    await browser.submit(path, {}, follow=False)
    assert browser.client.cookies[SESSION] != before
    assert await sessions.find(value=before, now=now) is None


async def test_a_planted_session_cookie_is_not_taken_over(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await coordinator(now=now, cluster=cluster)
    browser.client.cookies.set(SESSION, "planted", domain="kutse.example.org")
    await enter(browser)
    assert SESSION in browser.page.headers["set-cookie"]
    assert "planted" not in browser.page.headers["set-cookie"]
    assert await sessions.find(value="planted", now=now) is None


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await signed_in(browser, cluster=cluster, now=now)
    cookie = browser.page.headers["set-cookie"].lower()
    assert cookie.startswith("__host-")
    for attribute in ("httponly", "samesite=lax", "path=/", "secure"):
        assert attribute in cookie


async def test_the_eleventh_attempt_is_told_to_wait(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await coordinator(now=now, cluster=cluster)
    for _ in range(10):
        await enter(browser, password="a wrong password")
    await enter(browser)
    assert browser.page.status_code == 429
    assert int(browser.page.headers["retry-after"]) > 0
    assert "Sign in" in browser.text()


async def test_without_the_forms_token_nobody_signs_in(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await coordinator(now=now, cluster=cluster)
    await browser.open("/console/sign-in")
    await browser.submit("/console/sign-in", {"_csrf_token": "forged", "address": "kadri@example.org", "password": PASSWORD}, follow=False)
    assert browser.page.status_code == 403


async def test_sign_out_ends_the_session(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await signed_in(browser, cluster=cluster, now=now)
    await browser.open("/console/loomeklaster")
    assert browser.page.status_code == 200
    await browser.submit("/console/sign-out", {})
    await browser.open("/console/loomeklaster")
    assert browser.page.url.path == "/console/sign-in"
    assert await Session.count() == 0


async def test_a_foreign_cluster_is_not_there(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await factories.cluster(slug="tartu", now=now)
    await signed_in(browser, cluster=cluster, now=now)
    for path in ("/console/tartu", "/console/tartu/settings", "/console/nobody"):
        await browser.open(path)
        assert browser.page.status_code == 404


async def test_a_form_sent_after_the_session_ended_says_so_and_changes_nothing(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await signed_in(browser, cluster=cluster, now=now)
    await browser.open("/console/account")
    await Session.delete(force=True)
    await browser.submit("/console/account", {"name": "Somebody", "language": "en"}, follow=False)
    assert browser.page.status_code == 403
    assert "signed out" in browser.text()


async def test_a_one_time_link_shows_a_button_and_works_once(browser: Browser, cluster: Cluster, now: datetime, links: Links) -> None:
    made = await coordinator(now=now, cluster=cluster)
    row = await one_time.issue(purpose=Purpose.SIGN_IN, coordinator_id=made.id, now=now)
    path = urlsplit(links.sign_in(one_time_id=row.id, expires_at=row.expires_at)).path
    for _ in range(2):
        await browser.open(path)
        assert browser.page.status_code == 200
    assert await Session.count() == 0
    await browser.submit(path, {})
    assert browser.page.url.path == "/console/loomeklaster"
    await browser.open(path)
    assert browser.page.status_code == 410


async def test_an_expired_or_forged_link_says_what_to_do(browser: Browser, cluster: Cluster, now: datetime, links: Links) -> None:
    made = await coordinator(now=now, cluster=cluster)
    old = await one_time.issue(purpose=Purpose.SIGN_IN, coordinator_id=made.id, now=now - timedelta(days=2))
    path = urlsplit(links.sign_in(one_time_id=old.id, expires_at=old.expires_at)).path
    for wrong, status in ((path, 410), (path[:-2] + "xx", 404), (path.replace("sign-in", "welcome"), 404)):
        await browser.open(wrong)
        assert browser.page.status_code == status


async def test_a_forgotten_password_is_replaced_by_mail(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await coordinator(now=now, cluster=cluster)
    await browser.open("/console/sign-in/forgotten")
    await browser.submit("/console/sign-in/forgotten", {"address": "KADRI@example.org"})
    (copy,) = await outbox()
    assert copy.address == "kadri@example.org"
    await browser.open(urlsplit(copy.slots["sign_in_url"]).path)
    await browser.submit(None, {"password": "short"})
    assert browser.page.status_code == 422
    await browser.submit(None, {"password": "kuus musta kassi"})
    assert browser.page.url.path == "/console/loomeklaster"
    await browser.submit("/console/sign-out", {})
    await enter(browser, password="kuus musta kassi")
    assert browser.page.status_code == 303


async def test_asking_for_an_unknown_or_closed_account_looks_the_same_and_sends_nothing(
    browser: Browser, cluster: Cluster, now: datetime
) -> None:
    await coordinator(now=now, cluster=cluster)
    closed = await coordinator(now=now, cluster=cluster, address="closed@example.org")
    await accounts.disable(coordinator_id=closed.id, now=now, actor_id=None)
    pages = set()
    for address in ("kadri@example.org", "unknown@example.org", "closed@example.org", "no address"):
        await browser.open("/console/sign-in/forgotten")
        await browser.submit("/console/sign-in/forgotten", {"address": address})
        pages.add((browser.page.status_code, browser.page.text.replace(browser.token(), "")))
    assert len(pages) == 1
    assert [copy.address for copy in await outbox()] == ["kadri@example.org"]
