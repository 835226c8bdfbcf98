"""Journey 4: a funding call with two cut-offs on its funder's clock, written in the console, read in public and in a newsletter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from tests.flows.conftest import Town
from tests.support import journeys, mailings
from tests.support.browser import Browser
from tests.support.editor import fields_of, links_of

TITLES = {"et": "Loova Euroopa koostööprojektid", "en": "Creative Europe cooperation projects"}


async def write(coordinator: Browser, desk: str, first: datetime) -> str:
    """A draft with two cut-offs, at 17:00 in Brussels; returns its path."""
    new = f"{desk}/calls/new"
    await coordinator.open(new)
    await coordinator.submit(new, {**fields_of(coordinator.page.text, new), "do": "add-cutoff"})
    form = fields_of(coordinator.page.text, new)
    cutoffs = {
        f"cutoffs.{number}.{name}": value
        for number, day in enumerate((first, first + timedelta(days=90)))
        for name, value in (("at", f"{day:%Y-%m-%d}T17:00"), ("zone", "Europe/Brussels"), ("label.et", f"{number + 1}. voor"))
    }
    texts = {f"title.{language}": title for language, title in TITLES.items()} | {"amount.et": "kuni 200 000 €", "summary.et": "Koostöö."}
    await coordinator.submit(new, {**form, **cutoffs, **texts, "funder": "EACEA", "programme_url": "https://eacea.example.org/"})
    return coordinator.page.url.path


async def test_a_call_is_written_published_read_and_put_into_a_newsletter(town: Town, visitor: Browser, coordinator: Browser) -> None:
    mari, mailbox, listed = town.address("mari"), town.live.mailbox, f"{town.home()}/calls"
    first = datetime.now(UTC) + timedelta(days=30)
    call = await write(coordinator, town.desk, first)
    await visitor.open(listed)
    assert TITLES["et"] not in visitor.text()

    await coordinator.submit(f"{call}/decide", {"act": "publish"})
    await visitor.open(listed)
    (page,) = {urlsplit(link).path for link in links_of(visitor.page.text) if urlsplit(link).path.startswith(f"{listed}/")}
    await visitor.open(page)
    for said in (TITLES["et"], "EACEA", "kuni 200 000 €", "17:00", "1. voor", "2. voor"):
        assert said in visitor.text()
    assert "https://eacea.example.org/" in links_of(visitor.page.text)
    await visitor.open(page.replace("/et/", "/ru/"))
    assert TITLES["et"] in visitor.text()

    await journeys.subscribe(visitor, mailbox, home=town.home(), address=mari)
    topic = str((await mailings.topic(town.cluster)).id)
    words = {"subject": "Toetused", "block.1.kind": "calls"}
    await journeys.send_now(
        coordinator, await journeys.write_newsletter(coordinator, desk=town.desk, title="Toetused", topic=topic, editions={"et": words})
    )
    letter = await mailbox.letter(to=mari, number=3)
    assert letter.path(page) == page
    for told in (letter.text, letter.html_text):
        for said in (TITLES["et"], "EACEA", "17:00"):
            assert said in told
