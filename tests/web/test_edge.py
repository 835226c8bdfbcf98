"""What surrounds every page: headers, ids, errors in the reader's language, nothing that a stranger can turn into a 500."""

import pytest

from service.clusters.tables import Cluster
from tests.support.browser import Browser


async def test_every_response_carries_the_security_headers(browser: Browser) -> None:
    page = await browser.open("/nowhere/at/all")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/unknown", "/unknown/en", "/loomeklaster/pl", "/loomeklaster/xx", "/loomeklaster/en/nothing", "/%00", "/a/b/c/d/e"]
)
async def test_an_unknown_path_is_a_404_page_that_says_what_to_do(browser: Browser, cluster: Cluster, path: str) -> None:
    page = await browser.open(path)
    assert page.status_code == 404
    assert "Traceback" not in page.text
    assert "<h1" in page.text


async def test_an_error_page_speaks_the_language_of_the_path_then_of_the_browser(browser: Browser, cluster: Cluster) -> None:
    assert '<html lang="et"' in (await browser.open("/loomeklaster/et/nothing", language="ru")).text
    assert '<html lang="ru"' in (await browser.open("/unknown", language="ru")).text


async def test_a_head_request_is_a_get_without_its_body(browser: Browser, cluster: Cluster) -> None:
    page = await browser.client.head("/loomeklaster/et")
    assert page.status_code == 200
    assert page.content == b""


async def test_the_root_of_a_site_with_one_cluster_is_its_home_in_the_wished_language(browser: Browser, cluster: Cluster) -> None:
    page = await browser.open("/", language="fr, ru;q=0.8, en;q=0.3")
    assert page.url.path == "/loomeklaster/ru"
    assert page.status_code == 200


@pytest.mark.parametrize("cookie", ["õ", "short", "x" * 128, "é" * 128])
async def test_a_broken_csrf_cookie_is_refused_and_replaced(browser: Browser, cluster: Cluster, cookie: str) -> None:
    header = [(b"Cookie", f"__Host-kutse_csrf={cookie}".encode())]
    page = await browser.client.post("/loomeklaster/en", headers=header, data={"_csrf_token": cookie})
    assert page.status_code in (403, 405)
    assert page.status_code != 403 or "__Host-kutse_csrf=" in page.headers["set-cookie"]


async def test_ready_says_what_this_process_needs_and_whole_names_what_is_missing(browser: Browser) -> None:
    assert (await browser.open("/health/ready")).status_code == 200
    page = await browser.open("/health/whole")
    assert page.status_code == 503
    assert page.json()["missing"] == ["valkey", "worker", "relay"]
