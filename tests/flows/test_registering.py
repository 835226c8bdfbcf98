"""Journey 3: a seat, a place in line, giving the seat back, moving the event; and what each calendar is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest_asyncio

from service.events.occasion import Kind, Occasion
from tests.flows.conftest import Town
from tests.support import events, journeys
from tests.support.browser import Browser
from tests.support.editor import fields_of
from tests.support.post import Caught

TALLINN = ZoneInfo("Europe/Tallinn")


@pytest_asyncio.fixture(loop_scope="session")
async def event(town: Town) -> Occasion:
    """A training of two days with one seat."""
    start = (datetime.now(TALLINN) + timedelta(days=30)).replace(hour=10, minute=0, second=0, microsecond=0)
    days = tuple(events.day((start + timedelta(days=number)).astimezone(UTC), hours=6) for number in range(2))
    return await events.published(cluster=town.cluster, now=datetime.now(UTC), kind=Kind.TRAINING, days=days, capacity=1)


def invitation(letter: Caught, *, to: str, method: str, sequence: int) -> str:
    """Check a letter with a calendar object as RFC 6047 and real clients want it; returns the UID."""
    assert letter.structure == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    inline, attached = letter.calendars
    assert inline == attached
    part = next(part for part in letter.message.walk() if part.get_content_type() == "text/calendar")
    assert (part.get_param("method"), str(part.get_content_charset()).lower()) == (method, "utf-8")
    assert part["Content-Transfer-Encoding"] in ("base64", "quoted-printable")
    assert b"\r\n" in inline
    assert inline.count(b"\n") == inline.count(b"\r\n")
    assert max(len(line) for line in inline.split(b"\r\n")) <= 75

    calendar = letter.calendar
    entry = calendar.vevent
    assert calendar.method.value == method
    assert int(entry.sequence.value) == sequence
    (attendee,) = entry.contents["attendee"]
    assert attendee.value.lower() == f"mailto:{to}"
    assert entry.organizer.value.startswith("mailto:reply+")
    assert "Precedence" not in letter.message
    if method == "REQUEST":
        assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == (["NEEDS-ACTION"], ["TRUE"])
    else:
        assert entry.status.value == "CANCELLED"
        assert "valarm" not in entry.contents
    return str(entry.uid.value)


def occurrences(letter: Caught) -> list[datetime]:
    """The moments at which the entry begins, by vobject and dateutil."""
    entry = letter.calendar.vevent
    return [start.astimezone(UTC) if start.tzinfo else start.replace(tzinfo=TALLINN).astimezone(UTC) for start in entry.getrruleset()]


async def test_a_seat_goes_from_one_to_the_next_and_every_calendar_hears_of_it(
    town: Town, visitor: Browser, coordinator: Browser, event: Occasion
) -> None:
    mari, jaan, mailbox, page = town.address("mari"), town.address("jaan"), town.live.mailbox, f"{town.home()}/events/{event.slug}"

    invited = await journeys.register(visitor, mailbox, event=page, address=mari)
    uid = invitation(invited, to=mari, method="REQUEST", sequence=0)
    assert occurrences(invited) == [day.starts_at for day in event.days]

    waiting = await journeys.register(visitor, mailbox, event=page, address=jaan, name="Jaan Tamm", language="en")
    assert waiting.structure == ["multipart/alternative", "text/plain", "text/html"]
    await visitor.open(waiting.path("/registration/"))
    assert "number 1 in line" in visitor.text()

    await visitor.open(f"{invited.path('/registration/')}/cancel")
    assert len(mailbox.letters(to=mari)) == 1
    await journeys.give_back(visitor, letter=invited)
    cancelled = await mailbox.letter(to=mari, number=2)
    assert invitation(cancelled, to=mari, method="CANCEL", sequence=1) == uid
    promoted = await mailbox.letter(to=jaan, number=2)
    other = invitation(promoted, to=jaan, method="REQUEST", sequence=0)
    assert other != uid

    moved_to = await move(town, coordinator, event)
    moved = await mailbox.letter(to=jaan, number=3)
    assert invitation(moved, to=jaan, method="REQUEST", sequence=1) == other
    assert occurrences(moved)[0] == moved_to
    assert len(mailbox.letters(to=mari)) == 2


async def move(town: Town, coordinator: Browser, event: Occasion) -> datetime:
    """An hour later in the console: the form, what will be sent, yes; returns when it begins now."""
    path = f"{town.desk}/events/{event.id}"
    edit = f"{path}/edit"
    await coordinator.open(edit)
    form = fields_of(coordinator.page.text, edit)
    hours = {f"days.{number}.{name}": hour for number in range(2) for name, hour in (("from", "11:00"), ("to", "17:00"))}
    await coordinator.submit(edit, {**form, **hours})
    assert "1 letter will be sent" in coordinator.text()
    assert len(town.live.mailbox.letters(to=town.address("jaan"))) == 2
    await coordinator.submit(edit, fields_of(coordinator.page.text, edit))
    assert coordinator.page.url.path == path
    return event.days[0].starts_at + timedelta(hours=1)


async def test_whoever_registers_again_sees_the_same_and_gets_their_link_by_mail(town: Town, visitor: Browser, event: Occasion) -> None:
    mari, mailbox, page = town.address("mari"), town.live.mailbox, f"{town.home()}/events/{event.slug}"
    invited = await journeys.register(visitor, mailbox, event=page, address=mari)
    first = visitor.text()
    await visitor.open(page)
    await visitor.submit(f"{page}/register", {"name": " mari  MAASIKAS", "address": mari.replace("mari", "MARI"), "language": "en"})
    assert visitor.text() == first
    again = await mailbox.letter(to=mari, number=2)
    assert again.calendars == []
    await visitor.open(again.path("/registration/"))
    assert again.path("/registration/") == invited.path("/registration/")
    assert "Mari Maasikas" in visitor.text()
    assert "mari MAASIKAS" not in visitor.text()
