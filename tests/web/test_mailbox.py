"""`/mailbox`: the newcomer's proof, at this machine only."""

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from service import app
from service.mailbox import store
from service.settings import Settings, Site
from tests.conftest import SECRET, Clock
from tests.support.browser import Browser


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        secret=SECRET,
        state=tmp_path,
        site=Site(url="http://localhost:8000"),
        catcher="127.0.0.1:1025",
        embedded=frozenset({"postgresql", "catcher"}),
    )


@pytest.fixture
def caught(settings: Settings, now: datetime) -> str:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "Kutse seminarile", "klaster@example.org", "mari@example.org"
    letter.set_content("Tere, Mari")
    letter.add_alternative(
        "<html><head></head><body><p>Tere, <b>Mari</b> <a href='https://example.org'>x</a></p></body></html>", subtype="html"
    )
    letter.add_attachment(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", maintype="application", subtype="ics", filename="invite.ics")
    return store.Writer(settings.state / "mailbox").add(
        store.Envelope("bounce@example.org", ("mari@example.org",)), letter.as_bytes(), now=now
    )


async def test_the_newest_message_is_listed_and_opens_in_every_view(browser: Browser, caught: str) -> None:
    await browser.open("/mailbox")
    assert "Kutse seminarile" in browser.text()
    for view, words in {"html": "iframe", "text": "Tere, Mari", "headers": "MIME-Version", "raw": "Content-Type: text/html"}.items():
        page = await browser.open(f"/mailbox/{caught}?view={view}")
        assert page.status_code == 200
        assert words in page.text


async def test_the_letter_is_shown_without_scripts_and_its_links_open_beside_it(browser: Browser, caught: str) -> None:
    page = await browser.open(f"/mailbox/{caught}/letter")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert '<base target="_blank">' in page.text


async def test_an_attachment_is_a_download(browser: Browser, caught: str) -> None:
    page = await browser.open(f"/mailbox/{caught}/parts/0")
    assert page.headers["content-disposition"] == 'attachment; filename="invite.ics"'
    assert page.content.startswith(b"BEGIN:VCALENDAR")


@pytest.mark.parametrize("path", ["/mailbox/1", "/mailbox/..%2fsecret", "/mailbox/1234567890123456789", "/mailbox/{id}/parts/7"])
async def test_what_is_not_there_is_a_404_page(browser: Browser, caught: str, path: str) -> None:
    assert (await browser.open(path.format(id=caught))).status_code == 404


async def test_recipients_are_found_and_the_mailbox_can_be_emptied(browser: Browser, caught: str) -> None:
    assert "Kutse seminarile" in (await browser.open("/mailbox?to=MARI@")).text
    assert "Kutse seminarile" not in (await browser.open("/mailbox?to=juri@")).text
    await browser.open("/mailbox")
    await browser.submit("/mailbox/clear")
    assert "Kutse seminarile" not in browser.text()


@pytest.mark.parametrize(
    ("client", "host"), [("192.0.2.1", "localhost:8000"), ("127.0.0.1", "kutse.example.org"), ("127.0.0.1", "evil.example")]
)
async def test_nobody_elsewhere_reads_it(database: None, clock: Clock, settings: Settings, caught: str, client: str, host: str) -> None:
    transport = httpx.ASGITransport(app=app.build(settings=settings, clock=clock, connect=False), client=(client, 1))  # type: ignore[arg-type]  # the same ASGI, typed twice
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as elsewhere:
        assert (await elsewhere.get("/mailbox")).status_code == 404
        assert (await elsewhere.get(f"/mailbox/{caught}/letter")).status_code == 404


async def test_with_a_real_relay_there_is_no_mailbox(database: None, clock: Clock, settings: Settings) -> None:
    external = replace(settings, embedded=frozenset({"postgresql"}))
    transport = httpx.ASGITransport(app=app.build(settings=external, clock=clock, connect=False))  # type: ignore[arg-type]  # the same ASGI, typed twice
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        assert (await client.get("/mailbox")).status_code == 404
