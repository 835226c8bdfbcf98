"""Journey 2: a coordinator writes a newsletter in three languages, looks, tests and schedules it; everybody gets theirs, once."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr, parsedate_to_datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from PIL import Image

from service.persistence.engine import connection
from tests.flows.conftest import Town
from tests.support import events, journeys, mailings, opportunities
from tests.support.browser import Browser
from tests.support.editor import fields_of, links_of
from tests.support.post import Caught, until
from tests.support.subscriptions import rows

TALLINN = ZoneInfo("Europe/Tallinn")
BLOCKS = ("text", "picture", "events", "calls", "button")
WORDS = {
    "et": ("Detsembri uudised", "Seminar ja toetused", "{greeting}\n\n**Õhtul** kohtume.", "Loe lisaks"),
    "ru": ("Новости декабря", "Семинар и поддержка", "{greeting}\n\n**Вечером** встретимся.", "Подробнее"),
    "en": ("News of December", "A seminar and grants", "{greeting}\n\n**Tonight** we meet.", "Read more"),
}
GREETINGS = {"et": "Mari", "ru": "Юрий", "en": "Anna"}
TITLES = {"et": "Strateegiaseminar", "ru": "Семинар по стратегии", "en": "Strategy seminar"}


def edition(language: str) -> dict[str, str]:
    """The editor's fields for one language: a block of every kind that matters."""
    subject, preheader, text, label = WORDS[language]
    kinds = {f"block.{number}.kind": kind for number, kind in enumerate(BLOCKS, start=1)}
    alt = {"block.2.alt": "Vaba Lava", "block.5.label": label, "block.5.link": f"https://example.org/{language}?a=1&b=2"}
    return kinds | alt | {"subject": subject, "preheader": preheader, "block.1.text": text}


def picture() -> dict[str, tuple[str, bytes, str]]:
    """A file for the block of the picture."""
    file = io.BytesIO()
    Image.new("RGB", (600, 300), "teal").save(file, "PNG")
    return {"block.2.file": ("vaba-lava.png", file.getvalue(), "image/png")}


async def write(town: Town, coordinator: Browser) -> str:
    """Estonian from nothing, the others from its copy; returns the newsletter's path."""
    topic = str((await mailings.topic(town.cluster)).id)
    mailing = await journeys.write_newsletter(coordinator, desk=town.desk, title="December", topic=topic, editions={})
    await journeys.write_edition(coordinator, mailing=mailing, language="et", fields=edition("et"), files=picture())
    for language in ("ru", "en"):
        editor = f"{mailing}/write?edition={language}"
        await coordinator.open(editor)
        await coordinator.submit(f"{mailing}/write/copy?edition={language}", {"source": "et"})
        copied = fields_of(coordinator.page.text, editor)
        assert copied["block.2.digest"]
        await coordinator.submit(editor, {**copied, **edition(language), "do": "save"})
    return mailing


async def look(coordinator: Browser, mailing: str, language: str) -> None:
    """The three views of an edition."""
    subject, _, _, label = WORDS[language]
    await coordinator.open(f"{mailing}/preview?edition={language}&as=phone")
    assert subject in coordinator.text()
    await coordinator.open(f"{mailing}/letter?edition={language}")
    assert label in coordinator.text()
    assert TITLES[language] in coordinator.text()
    await coordinator.open(f"{mailing}/preview?edition={language}&as=text")
    assert f"https://example.org/{language}?a=1&b=2" in coordinator.text()


async def schedule(coordinator: Browser, mailing: str, at: datetime) -> None:
    """For a time on the clock in Tallinn."""
    send = f"{mailing}/send"
    await coordinator.open(send)
    await coordinator.submit(send, {**fields_of(coordinator.page.text, send), "send_at": f"{at:%Y-%m-%dT%H:%M}", "do": "at"})
    assert coordinator.page.url.path == send
    assert f"{at:%H:%M}" in coordinator.text()


async def the_hour_comes(mailing: str, at: datetime) -> None:
    """Nobody waits for it here: the scheduled moment, which must be `at`, is moved to now."""
    async with connection() as raw:
        was = await raw.fetchval("SELECT send_at FROM mailing WHERE id = $1", int(mailing.rpartition("/")[2]))
        assert was == at.astimezone(UTC)
        await raw.execute("UPDATE mailing SET send_at = now() WHERE id = $1", int(mailing.rpartition("/")[2]))


async def test_everybody_gets_the_newsletter_in_their_language_once(town: Town, visitor: Browser, coordinator: Browser) -> None:
    mailbox, now = town.live.mailbox, datetime.now(UTC)
    for language, name in GREETINGS.items():
        address = town.address(language)
        await journeys.subscribe(visitor, mailbox, home=town.home(language), address=address, language=language, name=name)
    await events.published(cluster=town.cluster, now=now)
    await opportunities.published(cluster=town.cluster, now=now, title={"et": "Arendustoetus", "ru": "Поддержка", "en": "Grant"})

    mailing = await write(town, coordinator)
    for language in WORDS:
        await look(coordinator, mailing, language)
    preview = f"{mailing}/preview?edition=ru"
    await coordinator.open(preview)
    await coordinator.submit(preview, {"address": town.address("kadri")})
    test = await mailbox.letter(to=town.address("kadri"))
    assert re.fullmatch(r"\[.+\] Новости декабря", test.subject)
    assert TITLES["ru"] in test.html_text

    at = (now.astimezone(TALLINN) + timedelta(days=1)).replace(second=0, microsecond=0)
    await schedule(coordinator, mailing, at)
    await the_hour_comes(mailing, at)
    letters = {language: await mailbox.letter(to=town.address(language), number=3) for language in WORDS}
    for language, letter in letters.items():
        await check(town, letter, language)
    assert len({letter.message["Message-ID"] for letter in letters.values()}) == 3

    await journeys.until_copies(coordinator, mailing, Sent=3)
    assert coordinator.text().count("250 2.0.0 Kept as") == 3
    assert [len(mailbox.letters(to=town.address(language))) for language in WORDS] == [3, 3, 3]
    await the_archive_has_it(town, visitor)


async def check(town: Town, letter: Caught, language: str) -> None:
    """One copy, byte for byte and word for word."""
    subject, _, _, label = WORDS[language]
    message, head = letter.message, letter.raw.partition(b"\r\n\r\n")[0]
    assert letter.structure == ["multipart/alternative", "text/plain", "text/html"]
    assert letter.subject == subject
    assert parseaddr(str(message["From"]))[1] == town.cluster.sender_address
    assert parseaddr(str(message["Reply-To"]))[1] == town.cluster.contact_address
    assert f"<{(await mailings.topic(town.cluster)).list_id}>" in str(message["List-Id"])
    assert re.search(rb"(?m)^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$", head + b"\r")
    assert b"=?" not in re.search(rb"(?m)^List-Unsubscribe: (?:.|\r\n[ \t])*", head)[0]  # type: ignore[index]
    assert re.fullmatch(r"<[^@<>]+@mail\.kutse\.example\.org>", str(message["Message-ID"]))
    assert abs(parsedate_to_datetime(str(message["Date"])) - datetime.now(UTC)) < timedelta(minutes=1)
    assert (message["Precedence"], message["Auto-Submitted"]) == ("bulk", "auto-generated")
    assert letter.raw.isascii()
    assert max(len(line) for line in letter.raw.split(b"\r\n")) <= 998
    for words in (letter.text, letter.html_text):
        assert GREETINGS[language] in words
        assert TITLES[language] in words
        assert label in words
        assert "{" not in words
    assert letter.html.get("lang") == language
    assert f"https://example.org/{language}?a=1&b=2" in letter.links
    assert letter.path("/unsubscribe/") in head.decode().replace("\r\n ", "")
    await the_picture_is_there(town, letter)


async def the_picture_is_there(town: Town, letter: Caught) -> None:
    """Where the letter's image points."""
    (source,) = {one.get("src") for one in letter.html.iter("{http://www.w3.org/1999/xhtml}img") if one.get("alt") == "Vaba Lava"}
    async with town.live.visitor() as mail_program:
        answer = await mail_program.open(source)
    assert answer.headers["content-type"].startswith("image/")
    assert Image.open(io.BytesIO(answer.content)).size == (600, 300)


async def the_archive_has_it(town: Town, visitor: Browser) -> None:
    """Everybody reads it on the site, and nobody's own links are in it."""
    await visitor.open(f"{town.home('ru')}/newsletters")
    (link,) = {urlsplit(link).path for link in links_of(visitor.page.text) if re.search(r"/newsletters/.+/1$", link)}
    await visitor.open(link)
    assert TITLES["ru"] in visitor.text()
    assert "/unsubscribe/" not in visitor.page.text


async def test_a_scheduled_newsletter_does_not_go_before_its_hour_and_not_at_all_once_it_is_taken_back(
    town: Town, visitor: Browser, coordinator: Browser
) -> None:
    mari, mailbox = town.address("mari"), town.live.mailbox
    await journeys.subscribe(visitor, mailbox, home=town.home(), address=mari)
    topic = str((await mailings.topic(town.cluster)).id)
    mailing = await journeys.write_newsletter(
        coordinator, desk=town.desk, title="December", topic=topic, editions={"et": edition_of_text()}
    )
    await schedule(coordinator, mailing, (datetime.now(TALLINN) + timedelta(minutes=2)).replace(second=0, microsecond=0))
    await coordinator.submit(f"{mailing}/take-back")
    assert await rows("SELECT state FROM mailing WHERE id = $1", int(mailing.rpartition("/")[2])) == [("draft",)]
    await journeys.send_now(coordinator, mailing)
    await until(lambda: len(mailbox.letters(to=mari)) == 3, what="the newsletter")


def edition_of_text() -> dict[str, str]:
    """The shortest newsletter."""
    return {"subject": "Uudised", "block.1.kind": "text", "block.1.text": "{greeting}\n\nUudised."}
