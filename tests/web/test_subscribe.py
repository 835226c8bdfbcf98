"""The subscribe form and the page behind its letter's link."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from service.clusters.tables import Cluster
from service.letters.links import Links
from service.subscriptions import optin
from service.tokens import Keys
from tests.conftest import Clock
from tests.support import factories
from tests.support.browser import Browser
from tests.support.subscriptions import offered, outbox, rows, subscriber

FORM = "/loomeklaster/et/subscribe"
GOOD = {"address": "mari@example.org", "name": "Mari Maasikas", "language": "ru", "topics": ["newsletter", "funding"]}


async def confirm_path() -> str:
    """The path in the last letter that asks."""
    return urlsplit([copy for copy in await outbox() if copy.about.startswith("optin:")][-1].slots["confirm_url"]).path


@pytest.fixture
async def form(browser: Browser, cluster: Cluster) -> Browser:
    """A visitor who has the form open."""
    await offered(cluster)
    await browser.open(FORM)
    return browser


async def test_the_form_shows_the_words_that_the_ledger_will_keep_and_ticks_nothing(form: Browser) -> None:
    assert form.page.status_code == 200
    assert 'type="checkbox"' in form.page.text
    assert " checked" not in form.page.text.split('name="language"')[0]
    await form.submit(FORM, GOOD)
    ((words, language),) = await rows("SELECT words, words_language FROM optin")
    await form.open(FORM)
    assert words in form.text()
    assert language == "et"


async def test_subscribing_asks_confirms_and_ends_with_a_thank_you(form: Browser, links: Links) -> None:
    sent = await form.submit(FORM, GOOD)
    assert sent.url.path == f"{FORM}/sent"
    path = await confirm_path()
    question = await form.open(path)
    assert '<html lang="ru"' in question.text
    assert "mari@example.org" in form.text()
    assert await rows("SELECT count(*) FROM person") == [(0,)]
    done = await form.submit(path)
    assert done.status_code == 200
    assert links.preferences(person_id=1) in done.text
    assert await rows("SELECT name, language FROM person") == [("Mari Maasikas", "ru")]
    assert await rows("SELECT state FROM subscription") == [("active",)] * 2


async def test_opening_the_link_again_and_again_changes_nothing(form: Browser) -> None:
    await form.submit(FORM, GOOD)
    for _ in range(3):
        assert (await form.open(await confirm_path())).status_code == 200
    assert await rows("SELECT count(*) FROM person") == [(0,)]


async def test_the_answer_is_the_same_for_known_unknown_and_much_asked_addresses(form: Browser, cluster: Cluster, clock: Clock) -> None:
    await subscriber(cluster=cluster, now=clock(), address="jaan@example.org", slugs=("newsletter", "funding"))
    pages = []
    for address in ("mari@example.org", "jaan@example.org", *["piret@example.org"] * (optin.PER_ADDRESS + 1)):
        await form.open(FORM)
        pages.append(await form.submit(FORM, {**GOOD, "address": address}))
    assert len({(page.status_code, page.url.path, page.text.replace(form.token(), "")) for page in pages}) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": ""}, "Write the e-mail address."),
        ({"address": "mari@"}, "typing mistake"),
        ({"address": "õnne@example.org"}, "letters a–z"),
        ({"address": "m" * 300 + "@example.org"}, "too long"),
        ({"address": "m" * 5000 + "@example.org"}, "too long"),
        ({"name": "www.example.org"}, "links"),
        ({"topics": []}, "Choose at least one topic."),
        ({"topics": ["gossip"]}, "not offered any more"),
        ({"language": "pl"}, "Choose one of the languages."),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_with_what_was_typed_kept(
    form: Browser, change: dict[str, str | list[str]], said: str
) -> None:
    path = FORM.replace("/et/", "/en/")
    page = await form.submit(path, {**GOOD, **change})
    assert page.status_code == 422
    assert said in form.text()
    assert 'aria-invalid="true"' in page.text
    assert 'value="Mari Maasikas"' in page.text or "name" in change
    assert await outbox() == []


async def test_an_idn_address_is_accepted_and_shown_in_its_own_script(form: Browser) -> None:
    await form.submit(FORM, {**GOOD, "address": "mari@ÖÖKULL.example.org"})
    await form.open(await confirm_path())
    assert "mari@öökull.example.org" in form.text()


async def test_a_robot_that_fills_the_trap_sees_the_same_and_gets_nothing(form: Browser) -> None:
    page = await form.submit(FORM, {**GOOD, "homepage": "https://example.net"})
    assert page.url.path == f"{FORM}/sent"
    assert await outbox() == []


@pytest.mark.parametrize("path", ["/unknown/et/subscribe", "/loomeklaster/pl/subscribe"])
async def test_the_form_of_an_unknown_cluster_or_language_is_not_found(browser: Browser, cluster: Cluster, path: str) -> None:
    assert (await browser.open(path)).status_code == 404


async def test_the_form_without_its_token_is_refused(browser: Browser, cluster: Cluster) -> None:
    page = await browser.client.post(FORM, data=GOOD)
    assert page.status_code == 403


async def test_another_content_type_is_refused(form: Browser) -> None:
    page = await form.client.post(FORM, json=GOOD, headers={"x-csrftoken": form.token()})
    assert page.status_code == 415


async def test_a_network_that_asks_too_often_is_told_when_to_come_back(form: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optin, "PER_NETWORK", 1)
    await form.submit(FORM, GOOD)
    await form.open(FORM)
    page = await form.submit(FORM, {**GOOD, "address": "jaan@example.org"})
    assert page.status_code == 429
    assert int(page.headers["retry-after"]) > 0


async def test_two_people_pressing_the_same_button_at_once_subscribe_once(form: Browser) -> None:
    await form.submit(FORM, GOOD)
    path = await confirm_path()
    await form.open(path)
    data = {"_csrf_token": form.token()}
    answers = await asyncio.gather(*(form.client.post(path, data=data) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert await rows("SELECT count(*), count(DISTINCT topic_id) FROM consent") == [(2, 2)]
    assert await rows("SELECT count(*) FROM subscription") == [(2,)]


async def test_an_expired_link_says_where_to_start_again_in_the_language_of_the_letter(form: Browser, clock: Clock) -> None:
    await form.submit(FORM, GOOD)
    path = await confirm_path()
    await form.open(path)
    clock.now += timedelta(days=7, seconds=1)
    for page in (await form.submit(path), await form.open(path)):
        assert page.status_code == 410
        assert 'href="/loomeklaster/ru/subscribe"' in page.text
    assert await rows("SELECT count(*) FROM person") == [(0,)]


async def test_a_forged_or_foreign_link_is_not_found(form: Browser, keys: Keys, links: Links) -> None:
    await form.submit(FORM, GOOD)
    good = (await confirm_path()).removeprefix("/confirm/")
    foreign = Keys(secrets=("another installation's secret, as long",)).sign(purpose="confirm", value=1)
    other_purpose = keys.sign(purpose="preferences", value=1)
    unknown = keys.sign(purpose="confirm", value=99)
    for token in ("x", good[:-2], foreign, other_purpose, unknown):
        assert (await form.open(f"/confirm/{token}")).status_code == 404


async def test_a_cluster_of_one_language_asks_for_no_language(browser: Browser, database: None, clock: Clock) -> None:
    kotor = await factories.cluster(now=clock(), slug="kotor", name="Kotor", languages=["cnr"])
    await offered(kotor)
    page = await browser.open("/kotor/cnr/subscribe")
    assert '<input type="hidden" name="language" value="cnr">' in page.text
