"""Leaving by the link of a letter: by page, and by one click of the mail program (RFC 8058)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from service.clusters.tables import Cluster
from service.delivery import suppressions
from service.letters.links import Links
from service.tokens import Keys
from tests.conftest import Clock
from tests.support import factories
from tests.support.browser import Browser
from tests.support.subscriptions import rows, subscriber

NEWSLETTER = "newsletter.loomeklaster.kutse.example.org"


@pytest.fixture
async def path(cluster: Cluster, clock: Clock, links: Links) -> str:
    """The unsubscribe link of the newsletter for somebody who reads it and the seminars."""
    mari = await subscriber(cluster=cluster, now=clock(), slugs=("newsletter", "events"))
    return urlsplit(links.unsubscribe(person_id=mari.id, list_id=NEWSLETTER)).path


async def states() -> list[str]:
    return [state for (state,) in await rows("SELECT state FROM subscription ORDER BY topic_id")]


async def test_opening_the_link_shows_a_button_and_changes_nothing(browser: Browser, path: str) -> None:
    page = await browser.open(path)
    assert page.status_code == 200
    assert '<html lang="et"' in page.text
    assert await states() == ["active", "active"]


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
    ],
    ids=["urlencoded", "multipart"],
)
async def test_one_click_without_cookies_is_answered_200_without_redirect_again_and_again(
    browser: Browser, path: str, body: dict[str, object]
) -> None:
    for _ in range(2):
        answer = await browser.client.post(path, follow_redirects=False, **body)  # type: ignore[arg-type]
        assert answer.status_code == 200
    assert await states() == ["left", "active"]
    assert await rows("SELECT how FROM consent WHERE act = 'withdrawn'") == [("one-click",)]
    assert await rows("SELECT scope FROM suppression") == [(NEWSLETTER,)]


async def test_the_pages_button_leaves_and_says_so(browser: Browser, path: str) -> None:
    await browser.open(path)
    page = await browser.submit(path)
    assert page.status_code == 200
    assert f"{path}/undo" in page.text
    assert await states() == ["left", "active"]
    assert await rows("SELECT how, language FROM consent WHERE act = 'withdrawn'") == [("page", "et")]


async def test_leaving_by_mistake_is_undone_by_a_button(browser: Browser, path: str) -> None:
    await browser.open(path)
    await browser.submit(path)
    await browser.submit(f"{path}/undo")
    assert await states() == ["active", "active"]
    assert await rows("SELECT count(*) FROM suppression") == [(0,)]


async def test_leaving_everything_leaves_service_mail_alone(browser: Browser, cluster: Cluster, path: str) -> None:
    await browser.open(path)
    page = await browser.submit(f"{path}/everything")
    assert page.status_code == 200
    assert await states() == ["left", "left"]
    scopes = {one.scope for one in await suppressions.find(cluster_id=cluster.id, address="mari@example.org")}
    assert suppressions.ALL not in scopes
    assert suppressions.NEWS in scopes


@pytest.mark.parametrize("way", ["everything", "undo"])
async def test_the_other_buttons_need_the_pages_token(browser: Browser, path: str, way: str) -> None:
    assert (await browser.client.post(f"{path}/{way}")).status_code == 403
    assert await states() == ["active", "active"]


async def test_another_content_type_leaves_nothing(browser: Browser, path: str) -> None:
    answer = await browser.client.post(path, content=b"List-Unsubscribe=One-Click", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert await states() == ["active", "active"]


async def test_whoever_is_unknown_sees_the_same_calm_page(browser: Browser, cluster: Cluster, clock: Clock, links: Links) -> None:
    await subscriber(cluster=cluster, now=clock())
    other = await factories.cluster(now=clock(), slug="kotor", name="Kotor")
    stranger = await factories.person(cluster=other, now=clock(), address="jaan@example.org")
    pages = []
    for person_id, list_id in ((999, NEWSLETTER), (stranger.id, NEWSLETTER), (stranger.id, "gossip.kotor.example.org")):
        path = urlsplit(links.unsubscribe(person_id=person_id, list_id=list_id)).path
        pages.append(await browser.open(path))
        answer = await browser.client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert {page.status_code for page in pages} == {200}
    assert len({page.text for page in pages}) == 1
    assert await rows("SELECT count(*) FROM suppression") == [(0,)]


async def test_a_forged_or_foreign_link_is_not_found(browser: Browser, path: str, keys: Keys) -> None:
    for token in ("x", path[:-2].removeprefix("/unsubscribe/"), keys.sign(purpose="preferences", value=f"1:{NEWSLETTER}")):
        assert (await browser.open(f"/unsubscribe/{token}")).status_code == 404
        assert (await browser.client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})).status_code == 404
    assert await states() == ["active", "active"]
