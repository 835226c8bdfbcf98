"""Whatever anybody sends: a calm page in the reader's language that says what to do, never a 500. Single forms have their own tests beside this."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from urllib.parse import quote_from_bytes

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.handlers import HTTPRouteHandler

from service.clusters.tables import Cluster
from service.identity import accounts
from service.letters.links import Links
from service.tokens import Keys
from service.web.routes import ROUTES
from tests.support import agenda, events, factories, mailings, opportunities
from tests.support.browser import Browser
from tests.support.console import signed_in
from tests.support.identity import _cheap_hashes as _cheap_hashes

FORM = "/loomeklaster/et/subscribe"
TOKEN_PAGES = {
    "/confirm/{token}": "confirm",
    "/preferences/{token}": "preferences",
    "/unsubscribe/{token}": "unsubscribe",
    "/registration/{token}": "registration",
    "/registration/{token}/cancel": "registration",
    "/registration/{token}/programme": "registration",
    "/registration/{token}/calendar/1": "registration",
    "/registration/{token}/change": "registration",
    "/registration/{token}/hand-on": "registration",
    "/not-me/{token}": "not-me",
    "/invited/{token}": "invited",
    "/sign-in/{token}": "sign-in",
    "/welcome/{token}": "welcome",
}
NOT_THERE = (
    "/nowhere/{}",
    "/nowhere/{}/events",
    "/loomeklaster/{}/events/nothing",
    "/loomeklaster/{}/events/nothing/registered",
    "/loomeklaster/{}/events/nothing/event.ics",
    "/loomeklaster/{}/events?month=x",
    "/loomeklaster/{}/series/nothing",
    "/loomeklaster/{}/series/nothing/registered",
    "/loomeklaster/{}/calls/nothing",
    "/loomeklaster/{}/newsletters/nothing/1",
    "/loomeklaster/{}/newsletters/newsletter/99",
    "/loomeklaster/{}/newsletters/newsletter/99999999999999999999",
    "/loomeklaster/{}/nothing",
)
MALFORMED = (
    *("", "mari", "@example.org", "mari@", "a@b@c.example.org", "mari @example.org", "mari@example..org", "mari@[127.0.0.1]"),
    *("m" * 65 + "@example.org", "mari@" + "x" * 250 + ".example.org", "mari@" + "x." * 1000 + "org", "mari@localhost"),
    *("\u202emari@example.org", "mari@example.org\r\nBcc: jaan@example.org", "mari@example.org, jaan@example.org", "<mari@example.org>"),
)
NASTY = (
    b"\x00",
    b"\xed\xa0\x80",  # a lone surrogate
    b"\xff\xfe",
    b"9" * 30,
    b"9223372036854775808",
    b"2147483648",
    b"-1",
    "٣".encode(),
    b"1e9",
    b"nan",
    b"\r\nLocation: https://example.net",
    b"../../etc/passwd",
    b"{greeting} {0} %s %(name)s {{ 7*7 }}",
    b"<script>alert(1)</script>",
    b"' OR 1=1 --",
    "õ\u202e\u200b😀".encode(),
    b"x" * 3000,
    b"",
)
FIELDS = (
    *(
        "address",
        "name",
        "language",
        "topics",
        "password",
        "next",
        "homepage",
        "slug",
        "zone",
        "languages",
        "brand_color",
        "contact_address",
    ),
    *(
        "do",
        "send_at",
        "sure",
        "version",
        "title",
        "topic",
        "funding",
        "source",
        "subject",
        "preheader",
        "act",
        "confirmed",
        "state",
        "search",
    ),
    *(
        "block.1.kind",
        "block.1.text",
        "block.1.limit",
        "block.1.digest",
        "fallback.ru",
        "kind",
        "capacity",
        "opens_at",
        "funding_id",
        "image_digest",
    ),
    *(
        "chosen",
        "dates",
        "date",
        "day",
        "from",
        "to",
        "month",
        "town",
        "topic.1",
        "days.0.date",
        "days.0.from",
        "days.0.to",
        "days.0.id",
        "title.et",
        "words.et",
        "cutoffs.0.at",
        "cutoffs.0.zone",
        "funder",
        "code",
        "role",
    ),
    *("question.1", "person.1.name", "person.1.question.1", "diet", "mode", "chosen", "mark", "questions.0.kind", "questions.0.when"),
)


@dataclass(frozen=True)
class Route:
    """One address and method of the site; `{…}` in `path` are its parameters."""

    method: str
    path: str
    is_one_click: bool

    def at(self, parameters: Iterator[str]) -> str:
        """The path with its parameters filled in."""
        return re.sub(r"\{[^}]+\}", lambda _: next(parameters), self.path)


def routes() -> list[Route]:
    """Every route that there is."""
    handlers = [one for one in ROUTES if isinstance(one, HTTPRouteHandler)]
    return [
        Route(method, path, bool(one.opt.get("exclude_from_csrf")))
        for one in handlers
        for path in sorted(one.paths)
        for method in sorted(one.http_methods)
        if method in ("GET", "POST")
    ]


ALL = routes()
POSTS = [one for one in ALL if one.method == "POST" and not one.is_one_click]
GOOD = {"cluster": "loomeklaster", "language": "et", "slug": "strateegiaseminar"}
PARAMETERS = st.sampled_from([*(quote_from_bytes(one, safe="") or "-" for one in NASTY), *GOOD.values(), "1", "newsletter"])
VALUES = st.one_of(st.sampled_from(NASTY), st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")), st.just(b"1"))


@pytest_asyncio.fixture(loop_scope="session")
async def world(cluster: Cluster, now: datetime, links: Links) -> AsyncIterator[Cluster]:
    """Something behind number 1 of everything."""
    event = await events.published(cluster=cluster, now=now)
    await agenda.item(events.office(cluster, links), event, is_chosen=True)
    await opportunities.published(cluster=cluster, now=now)
    await mailings.draft(cluster, "et", now=now)
    await factories.person(cluster=cluster, now=now)
    yield cluster


def test_every_route_is_known_here() -> None:
    assert len(ALL) > 80
    assert {one.path.split("/")[1] for one in ALL if one.is_one_click} <= {"unsubscribe", "webhooks"}


@pytest.mark.parametrize("who", ["visitor", "coordinator"])
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_address_and_no_field_is_a_defect_of_ours(
    browser: Browser, world: Cluster, now: datetime, who: str, data: st.DataObject
) -> None:
    if who == "coordinator" and not await accounts.any():
        await signed_in(browser, cluster=world, now=now)
    await browser.open(FORM)
    route = data.draw(st.sampled_from(ALL))
    near = route.path.replace("{cluster:str}", "loomeklaster") if data.draw(st.booleans()) else route.path
    path = Route(route.method, near, False).at(iter(lambda: data.draw(PARAMETERS), None))
    pairs = data.draw(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6))
    encoded = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in pairs.items())
    if route.method == "GET":
        page = await browser.client.get(f"{path}?{encoded}")
    else:
        form = {"content-type": "application/x-www-form-urlencoded"}
        page = await browser.client.post(path, content=f"_csrf_token={browser.token()}&{encoded}", headers=form)
    # 503 is the honest answer of /health/whole here: no worker runs.
    assert page.status_code < 500 or (route.path, page.status_code) == ("/health/whole", 503), (route, path, pairs)
    assert "\n" not in page.headers.get("location", "")


async def test_no_form_is_taken_without_its_token(browser: Browser, world: Cluster) -> None:
    for route in POSTS:
        page = await browser.client.post(route.at(iter(lambda: "1", None)), data={"name": "Mari"}, headers={"Accept-Language": "ru"})
        assert (page.status_code, '<html lang="ru"' in page.text) == (403, True), route


async def test_what_is_no_form_is_a_page_and_no_defect(browser: Browser, world: Cluster) -> None:
    await browser.open(FORM)
    expected = {"application/json": 415, "text/plain": 415, "application/xml": 415, "nonsense": 415, "multipart/form-data": 400}
    for kind, status in expected.items():
        page = await browser.client.post(FORM, content=b"\xff{", headers={"content-type": kind, "x-csrftoken": browser.token()})
        assert (page.status_code, '<html lang="et"' in page.text) == (status, True), kind


async def test_ten_megabytes_are_a_page_that_says_so(browser: Browser, world: Cluster) -> None:
    await browser.open(FORM)
    data = {"_csrf_token": browser.token(), "name": "m" * 10_000_000}
    for path in (FORM, "/loomeklaster/et/events/strateegiaseminar/register", "/console/sign-in"):
        page = await browser.client.post(path, data=data, headers={"Accept-Language": "et"})
        assert (page.status_code, '<html lang="et"' in page.text) == (413, True), path


async def test_what_is_not_there_is_said_in_the_readers_language(browser: Browser, world: Cluster) -> None:
    for path, language in product(NOT_THERE, ("et", "ru", "en")):
        page = await browser.open(path.format(language))
        assert (page.status_code, f'<html lang="{language}"' in page.text, "<h1" in page.text) == (404, True, True), path


async def test_no_forged_foreign_or_broken_token_opens_a_page(browser: Browser, world: Cluster, keys: Keys) -> None:
    for path, purpose in TOKEN_PAGES.items():
        others = [one for one in set(TOKEN_PAGES.values()) if one != purpose]
        foreign = Keys(secrets=("another installation's secret, as long",)).sign(purpose=purpose, value=1)
        good = keys.sign(purpose=purpose, value="1:x" if purpose == "unsubscribe" else 1)
        for token in ("x", "%00", "%ED%A0%80", "a.b.c", good[:-1], good[1:], foreign, *(keys.sign(purpose=one, value=1) for one in others)):
            page = await browser.open(path.format(token=token), language="ru")
            assert (page.status_code, '<html lang="ru"' in page.text) == (404, True), (path, token)


async def test_an_expired_token_or_one_for_a_row_that_cannot_be_is_no_key(
    browser: Browser, world: Cluster, keys: Keys, now: datetime
) -> None:
    for path, purpose in TOKEN_PAGES.items():
        for row, expires_at in ((1, now - timedelta(seconds=1)), (2**70, None), (-1, None), (0, None)):
            value = f"{row}:x" if purpose == "unsubscribe" else row
            token = keys.sign(purpose=purpose, value=value, expires_at=expires_at)
            page = await browser.open(path.format(token=token), language="ru")
            gone = (404, 410) if purpose != "unsubscribe" or expires_at else (200, 404)  # whoever is unknown there sees a calm page
            assert page.status_code in gone, (path, row)
            assert '<html lang="ru"' in page.text


async def test_another_method_is_refused_calmly(browser: Browser, world: Cluster) -> None:
    paths = ("/", FORM, "/console/sign-in", "/health/ready", "/loomeklaster/et/events/strateegiaseminar/register")
    for path, method in product(paths, ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")):
        page = await browser.client.request(method, path, headers={"Accept-Language": "et"})
        assert page.status_code in (204, 403, 404, 405), (method, path)


async def test_an_address_registers_however_it_is_written_only_once(browser: Browser, world: Cluster) -> None:
    page = "/loomeklaster/et/events/strateegiaseminar"
    for domain in ("öökull.example.org", "XN--KULL-4QAA.example.org", "ÖÖKULL.EXAMPLE.ORG "):
        await browser.open(page)
        done = await browser.submit(f"{page}/register", {"name": "Jaan Tamm", "address": f" jaan@{domain}", "language": "et"})
        assert done.url.path == f"{page}/registered"
    letters = await events.posted()
    assert {one.address for one in letters} == {"jaan@xn--kull-4qaa.example.org"}
    assert [one.method for one in letters] == ["REQUEST", None, None]


@pytest.mark.parametrize("path", ["/loomeklaster/et/events/strateegiaseminar/register", FORM])
async def test_no_malformed_address_gets_a_letter(browser: Browser, world: Cluster, path: str) -> None:
    for address in MALFORMED:
        await browser.open(path.removesuffix("/register"))
        done = await browser.submit(path, {"name": "Mari Maasikas", "address": address, "language": "et", "topics": ["newsletter"]})
        assert (done.status_code, 'aria-invalid="true"' in done.text) in ((422, True), (429, False)), address
    assert await events.posted() == []
