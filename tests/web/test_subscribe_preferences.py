"""The preferences page."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from service.clusters.tables import Cluster
from service.letters.links import Links
from service.people.tables import Person
from service.tokens import Keys
from tests.conftest import Clock
from tests.support.browser import Browser
from tests.support.subscriptions import rows, subscriber


@pytest.fixture
async def mari(cluster: Cluster, clock: Clock) -> Person:
    """Reads newsletter and seminars, in Estonian."""
    return await subscriber(cluster=cluster, now=clock(), slugs=("newsletter", "events"))


@pytest.fixture
def path(mari: Person, links: Links) -> str:
    """Her preferences link."""
    return urlsplit(links.preferences(person_id=mari.id)).path


async def test_the_page_shows_the_choice_and_what_is_kept(browser: Browser, path: str) -> None:
    page = await browser.open(path)
    assert '<html lang="et"' in page.text
    ticked = [part for part in page.text.split("<input")[1:] if 'name="topics"' in part and " checked" in part.split(">")[0]]
    assert len(ticked) == 2
    for kept in ("mari@example.org", "Mari Maasikas", "klaster@loomeklaster.example.org"):
        assert kept in page.text


async def test_saving_changes_topics_language_and_name(browser: Browser, path: str) -> None:
    await browser.open(path)
    page = await browser.submit(path, {"topics": ["funding"], "language": "ru", "name": "Mari Mustikas"})
    assert page.status_code == 200
    assert '<html lang="ru"' in page.text
    assert 'role="status"' in page.text
    assert await rows("SELECT name, language FROM person") == [("Mari Mustikas", "ru")]
    assert await rows("SELECT state FROM subscription ORDER BY topic_id") == [("left",), ("left",), ("active",)]


async def test_what_is_wrong_is_said_and_nothing_changes(browser: Browser, path: str) -> None:
    await browser.open(path)
    page = await browser.submit(path, {"topics": [], "language": "pl", "name": "https://example.net"})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert await rows("SELECT DISTINCT state FROM subscription") == [("active",)]


async def test_everything_can_be_left_by_one_button(browser: Browser, path: str) -> None:
    await browser.open(path)
    await browser.submit(f"{path}/leave")
    assert await rows("SELECT DISTINCT state FROM subscription") == [("left",)]
    assert f"{path}/leave" not in browser.page.text


async def test_nothing_is_written_without_the_pages_token(browser: Browser, path: str) -> None:
    for target in (path, f"{path}/leave"):
        assert (await browser.client.post(target, data={"language": "et"})).status_code == 403
    assert await rows("SELECT DISTINCT state FROM subscription") == [("active",)]


async def test_a_forged_foreign_or_orphaned_link_is_not_found(browser: Browser, path: str, keys: Keys) -> None:
    for token in (
        "x",
        path[:-1].removeprefix("/preferences/"),
        keys.sign(purpose="confirm", value=1),
        keys.sign(purpose="preferences", value=99),
    ):
        assert (await browser.open(f"/preferences/{token}")).status_code == 404
