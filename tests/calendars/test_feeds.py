"""Feeds: what a calendar that asks again gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import vobject

from service.calendars import feeds
from service.calendars.feeds import Entry
from service.calendars.occurrences import Day

CHANGED = datetime(2026, 11, 20, 8, 30, 1, 999, tzinfo=UTC)


def entry(uid: str = "event-1@kutse.example.org", start: datetime = datetime(2027, 2, 2, 8, tzinfo=UTC), **changes: object) -> Entry:
    usual = Entry(
        uid=uid,
        changed_at=CHANGED,
        summary="Avaseminar",
        zone="Europe/Tallinn",
        days=(Day(start, start + timedelta(hours=4)),),
        url="https://x.example.org",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def deadline(**changes: object) -> Entry:
    midnight = datetime(2027, 2, 28, 22, tzinfo=UTC)
    one = entry("call-1@kutse.example.org", midnight, all_day=True, is_busy=False, alarms=(timedelta(days=7),), summary="Tähtaeg")
    return replace(one, days=(Day(midnight, midnight + timedelta(days=1)),), **changes)  # type: ignore[arg-type]


def feed(*entries: Entry, colour: str = "#0b5c6b") -> bytes:
    return feeds.feed(entries, name="Ida-Viru Loomeklaster", source_url="https://kutse.example.org/feeds/a.ics", colour=colour)


def test_a_feed_says_what_it_is_and_when_to_come_back() -> None:
    assert feed().decode().split("\r\n") == [
        *("BEGIN:VCALENDAR", "PRODID:-//Kutse//Kutse//EN", "VERSION:2.0", "CALSCALE:GREGORIAN"),
        *("NAME:Ida-Viru Loomeklaster", "X-WR-CALNAME:Ida-Viru Loomeklaster", "COLOR:teal", "X-APPLE-CALENDAR-COLOR:#0b5c6b"),
        *("SOURCE;VALUE=URI:https://kutse.example.org/feeds/a.ics", "REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H"),
        *("END:VCALENDAR", ""),
    ]


def test_the_same_entries_give_the_same_bytes_in_whatever_order() -> None:
    assert feed(entry(), deadline()) == feed(deadline(), entry())


def test_a_feed_invites_nobody_and_is_stamped_with_the_last_change() -> None:
    content = feed(entry())
    for absent in (b"METHOD", b"ATTENDEE", b"ORGANIZER"):
        assert absent not in content
    assert b"DTSTAMP:20261120T083001Z\r\nSEQUENCE:0\r\nLAST-MODIFIED:20261120T083001Z\r\n" in content


def test_a_deadline_is_a_day_that_leaves_people_free_and_rings() -> None:
    content = feed(deadline())
    assert b"DTSTART;VALUE=DATE:20270301\r\nDTEND;VALUE=DATE:20270302\r\n" in content
    assert b"TRANSP:TRANSPARENT" in content
    assert b"TRIGGER:-P7D" in content
    assert b"VTIMEZONE" not in content


def test_what_was_called_off_stays_and_says_so() -> None:
    content = feed(entry(is_cancelled=True, alarms=(timedelta(hours=1),)))
    assert b"STATUS:CANCELLED" in content
    assert b"TRANSP:TRANSPARENT" in content
    assert b"VALARM" not in content


def test_every_zone_is_told_once_for_the_years_it_needs() -> None:
    later = entry("event-2@kutse.example.org", datetime(2029, 1, 1, 8, tzinfo=UTC))
    kotor = entry("event-3@kutse.example.org", zone="Europe/Podgorica")
    content = feed(entry(), later, kotor)
    assert content.count(b"BEGIN:VTIMEZONE") == 2
    assert b"DTSTART:20281029T040000" in content
    assert content.index(b"BEGIN:VTIMEZONE") < content.index(b"BEGIN:VEVENT")


def test_another_library_reads_days_and_categories() -> None:
    first = datetime(2027, 6, 2, 6, tzinfo=UTC)
    days = tuple(Day(first + timedelta(days=step), first + timedelta(days=step, hours=8 - step)) for step in range(3))
    whole = vobject.readOne(feed(entry(days=days, categories=("Õppereis, välismaa", "Disain"))).decode())
    assert [one.dtend.value.astimezone(UTC) - one.dtstart.value.astimezone(UTC) for one in whole.vevent_list] == [
        timedelta(hours=hours) for hours in (8, 7, 6)
    ]
    assert whole.vevent.categories.value == ["Õppereis, välismaa", "Disain"]


@pytest.mark.parametrize(("colour", "name"), [("#ffd700", "gold"), ("#841008", "maroon"), ("#000000", "black"), ("#0B5C6B", "teal")])
def test_a_brand_colour_has_the_name_of_the_nearest(colour: str, name: str) -> None:
    assert f"\r\nCOLOR:{name}\r\n".encode() in feed(colour=colour)
