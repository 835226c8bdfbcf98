"""Invitations: the bytes that a calendar gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from service.calendars import invitation
from service.calendars.invitation import Meeting
from service.calendars.occurrences import Day

NOW = datetime(2026, 11, 22, 9, 0, 7, 123456, tzinfo=UTC)


def day(when: str, end: str, *, zone: str = "Europe/Tallinn", title: str = "", location: str = "") -> Day:
    """A day from wall clock times, `2027-06-02T09:00`."""
    starts, ends = (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for text in (when, end))
    return Day(starts, ends, title, location)


def meeting(*days: Day, **changes: object) -> Meeting:
    usual = Meeting(
        uid="0f3c@kutse.example.org",
        sequence=2,
        summary="Strateegiaseminar",
        zone="Europe/Tallinn",
        days=days or (day("2027-04-13T12:00", "2027-04-13T15:00"),),
        organizer_address="reply+abc@kutse.example.org",
        organizer_name="Ida-Viru Loomeklaster",
        attendee_address="mari@example.org",
        attendee_name="Mari Maasikas",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def lines(content: bytes) -> list[str]:
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def values(content: bytes, name: str) -> list[str]:
    """The values of a property of the events, parameters and all, in order."""
    events = content.partition(b"BEGIN:VEVENT")[2]
    return [line for line in lines(events) if line.startswith((f"{name}:", f"{name};"))]


def test_a_request_is_exactly_these_bytes() -> None:
    told = meeting(
        location="Narva", url="https://kutse.example.org/registration/x", alarms=(timedelta(days=1),), description="Kava; lingid"
    )
    assert invitation.request(told, now=NOW).decode() == "\r\n".join(
        [
            *("BEGIN:VCALENDAR", "PRODID:-//Kutse//Kutse//EN", "VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:REQUEST"),
            *("BEGIN:VTIMEZONE", "TZID:Europe/Tallinn"),
            *("BEGIN:STANDARD", "DTSTART:20261231T020000", "TZNAME:EET", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0200", "END:STANDARD"),
            *("BEGIN:DAYLIGHT", "DTSTART:20270328T030000", "TZNAME:EEST", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0300", "END:DAYLIGHT"),
            *("BEGIN:STANDARD", "DTSTART:20271031T040000", "TZNAME:EET", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0200", "END:STANDARD"),
            "END:VTIMEZONE",
            *("BEGIN:VEVENT", "UID:0f3c@kutse.example.org", "DTSTAMP:20261122T090007Z", "SEQUENCE:2", "SUMMARY:Strateegiaseminar"),
            *("DESCRIPTION:Kava\\; lingid", "LOCATION:Narva", "URL:https://kutse.example.org/registration/x"),
            'ORGANIZER;CN="Ida-Viru Loomeklaster":mailto:reply+abc@kutse.example.org',
            *("DTSTART;TZID=Europe/Tallinn:20270413T120000", "DTEND;TZID=Europe/Tallinn:20270413T150000"),
            *("STATUS:CONFIRMED", "TRANSP:OPAQUE"),
            'ATTENDEE;CN="Mari Maasikas";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT',
            " =NEEDS-ACTION;RSVP=TRUE:mailto:mari@example.org",
            *("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P1D", "DESCRIPTION:Strateegiaseminar", "END:VALARM"),
            *("END:VEVENT", "END:VCALENDAR", ""),
        ]
    )


def test_a_cancel_takes_out_the_same_entry_and_rings_no_alarm() -> None:
    called_off = meeting(sequence=3, alarms=(timedelta(hours=1),))
    content = invitation.cancel(called_off, now=NOW)
    assert "METHOD:CANCEL" in lines(content)
    assert values(content, "UID") == ["UID:0f3c@kutse.example.org"]
    assert values(content, "SEQUENCE") == ["SEQUENCE:3"]
    assert values(content, "STATUS") == ["STATUS:CANCELLED"]
    assert values(content, "ATTENDEE") == ['ATTENDEE;CN="Mari Maasikas":mailto:mari@example.org']
    assert values(content, "ORGANIZER") == values(invitation.request(meeting(), now=NOW), "ORGANIZER")
    assert b"VALARM" not in content


def test_cancelling_several_days_is_one_event_without_overrides() -> None:
    content = invitation.cancel(meeting(*TRIP), now=NOW)
    assert content.count(b"BEGIN:VEVENT") == 1
    assert values(content, "RRULE") == ["RRULE:FREQ=DAILY;COUNT=4"]


TRIP = (
    day("2027-06-02T09:00", "2027-06-02T17:00"),
    day("2027-06-03T09:00", "2027-06-03T17:00", title="Ettevõtted", location="Haarlem"),
    day("2027-06-05T10:00", "2027-06-05T12:00"),
)


def test_days_that_follow_each_other_are_a_daily_rule_with_what_differs_beside_it() -> None:
    content = invitation.request(meeting(*TRIP, location="Amsterdam"), now=NOW)
    assert values(content, "RRULE") == ["RRULE:FREQ=DAILY;COUNT=4"]
    assert values(content, "EXDATE") == ["EXDATE;TZID=Europe/Tallinn:20270604T090000"]
    assert values(content, "RECURRENCE-ID") == [
        "RECURRENCE-ID;TZID=Europe/Tallinn:20270603T090000",
        "RECURRENCE-ID;TZID=Europe/Tallinn:20270605T090000",
    ]
    assert values(content, "DTSTART")[1:] == ["DTSTART;TZID=Europe/Tallinn:20270603T090000", "DTSTART;TZID=Europe/Tallinn:20270605T100000"]
    assert values(content, "DTEND")[2] == "DTEND;TZID=Europe/Tallinn:20270605T120000"
    assert values(content, "SUMMARY") == ["SUMMARY:Strateegiaseminar", "SUMMARY:Strateegiaseminar: Ettevõtted", "SUMMARY:Strateegiaseminar"]
    assert values(content, "LOCATION") == ["LOCATION:Amsterdam", "LOCATION:Haarlem", "LOCATION:Amsterdam"]
    assert b"RDATE" not in content


def test_one_object_has_one_uid_and_each_event_one_attendee() -> None:
    content = invitation.request(meeting(*TRIP), now=NOW)
    for name in ("UID", "SEQUENCE", "DTSTAMP", "ORGANIZER", "ATTENDEE"):
        assert len(values(content, name)) == 3
        assert len(set(values(content, name))) == 1


def test_equal_days_need_no_overrides_in_whatever_order_they_are_given() -> None:
    days = [day(f"2027-06-0{number}T09:00", f"2027-06-0{number}T17:00") for number in (2, 3, 4)]
    content = invitation.request(meeting(*days), now=NOW)
    assert content == invitation.request(meeting(*reversed(days)), now=NOW)
    assert content.count(b"BEGIN:VEVENT") == 1
    assert b"EXDATE" not in content


def test_two_sessions_on_one_date_are_one_occurrence() -> None:
    days = (day("2027-06-02T09:00", "2027-06-02T11:00", title="A"), day("2027-06-02T14:00", "2027-06-02T16:00", title="B"))
    content = invitation.request(meeting(*days), now=NOW)
    assert values(content, "DTEND") == ["DTEND;TZID=Europe/Tallinn:20270602T160000"]
    assert values(content, "SUMMARY") == ["SUMMARY:Strateegiaseminar: A · B"]
    assert b"RRULE" not in content


def test_an_all_day_entry_ends_on_the_day_after() -> None:
    content = invitation.request(meeting(day("2027-06-02T00:00", "2027-06-03T00:00"), all_day=True), now=NOW)
    assert values(content, "DTSTART") == ["DTSTART;VALUE=DATE:20270602"]
    assert values(content, "DTEND") == ["DTEND;VALUE=DATE:20270603"]
    assert b"TZID" not in content


def test_all_day_entries_of_several_days_repeat_by_date() -> None:
    days = [day(f"2027-06-0{number}T00:00", f"2027-06-0{number + 1}T00:00") for number in (2, 4)]
    content = invitation.request(meeting(*days, all_day=True), now=NOW)
    assert values(content, "EXDATE") == ["EXDATE;VALUE=DATE:20270603"]
    assert values(content, "RRULE") == ["RRULE:FREQ=DAILY;COUNT=3"]


def test_an_evening_that_goes_past_midnight_ends_on_the_next_date() -> None:
    days = [day(f"2027-06-0{number}T20:00", f"2027-06-0{number + 1}T02:00") for number in (2, 3)]
    content = invitation.request(meeting(*days), now=NOW)
    assert values(content, "DTEND") == ["DTEND;TZID=Europe/Tallinn:20270603T020000"]
    assert content.count(b"BEGIN:VEVENT") == 1


def test_where_there_is_no_place_the_online_link_is_the_place() -> None:
    content = invitation.request(meeting(conference_url="https://meet.example.org/x?a=1,2"), now=NOW)
    assert values(content, "CONFERENCE") == ["CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example.org/x?a=1,2"]
    assert values(content, "LOCATION") == ["LOCATION:https://meet.example.org/x?a=1\\,2"]


def test_a_zone_without_changes_and_utc_are_told_right() -> None:
    assert b"VTIMEZONE" not in invitation.request(meeting(zone="UTC"), now=NOW)
    assert values(invitation.request(meeting(zone="UTC"), now=NOW), "DTSTART") == ["DTSTART:20270413T090000Z"]
    assert invitation.request(meeting(zone="Asia/Dubai"), now=NOW).count(b"TZOFFSETTO:+0400") == 1


def test_slots_come_through_unharmed_and_their_name_is_quoted() -> None:
    told = meeting(uid="KUTSE7uid7SLOT", sequence="KUTSE7sequence7SLOT", attendee_name="KUTSE7name7SLOT", url="KUTSE7registration_url7SLOT")
    content = invitation.request(told, now=NOW)
    assert values(content, "UID") == ["UID:KUTSE7uid7SLOT"]
    assert values(content, "SEQUENCE") == ["SEQUENCE:KUTSE7sequence7SLOT"]
    assert values(content, "URL") == ["URL:KUTSE7registration_url7SLOT"]
    assert 'CN="KUTSE7name7SLOT"' in values(content, "ATTENDEE")[0]


def test_a_quote_in_a_name_does_not_end_it() -> None:
    content = invitation.request(
        meeting(attendee_name='Mari "Marjuke"\r\nMaasikas', organizer_name="Klaster: kunst, disain; film"), now=NOW
    )
    assert "ATTENDEE;CN=\"Mari 'Marjuke' Maasikas\";" in values(content, "ATTENDEE")[0]
    assert values(content, "ORGANIZER")[0].startswith('ORGANIZER;CN="Klaster: kunst, disain; film":')


def test_what_no_calendar_could_show_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        invitation.request(replace(meeting(), days=()), now=NOW)
    with pytest.raises(ValueError, match="ends after it starts"):
        invitation.request(meeting(day("2027-06-02T09:00", "2027-06-02T09:00")), now=NOW)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=400))
def test_any_text_is_read_back_as_it_was_from_lines_of_at_most_75_octets(text: str) -> None:
    content = invitation.request(meeting(description=text + "\nteine rida"), now=NOW)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert all(line.decode() is not None for line in content.split(b"\r\n"))  # no character is split
    event = vobject.readOne(content.decode()).vevent
    assert event.description.value == text + "\nteine rida"


def test_controls_that_no_calendar_can_say_are_left_out() -> None:
    content = invitation.request(meeting(summary="a\x07b\r\nBEGIN:VEVENT", description="x\rATTENDEE:y"), now=NOW)
    assert values(content, "SUMMARY") == ["SUMMARY:a b\\nBEGIN:VEVENT"]
    assert values(content, "DESCRIPTION") == ["DESCRIPTION:x\\nATTENDEE:y"]
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r")


# --- what another library makes of it ---


def understood(content: bytes, *, exactly: bool) -> list[tuple[datetime, datetime]]:
    """Start and end of every occurrence in UTC, as vobject and dateutil expand it with the object's own VTIMEZONE.

    Programs differ in what they repeat: the length in hours (`exactly`) or the end on the wall clock.
    """
    whole = vobject.readOne(content.decode())
    master, *overrides = whole.vevent_list
    replaced = {override.recurrence_id.value.astimezone(UTC): override for override in overrides}
    found = []
    for start in master.getrruleset() if hasattr(master, "rrule") else [master.dtstart.value]:
        other = replaced.get(start.astimezone(UTC))
        one = other or master
        begins = one.dtstart.value if other else start
        found.append((begins.astimezone(UTC), _end(begins, one.dtstart.value, one.dtend.value, exactly=exactly)))
    return found


def _end(begins: datetime, first_start: datetime, first_end: datetime, *, exactly: bool) -> datetime:
    if exactly or first_end.tzinfo is not first_start.tzinfo:
        return begins.astimezone(UTC) + (first_end.astimezone(UTC) - first_start.astimezone(UTC))
    return (begins + (first_end - first_start)).astimezone(UTC)


CLOCK_CHANGES = [("Europe/Tallinn", 3, 28), ("Europe/Warsaw", 3, 28), ("Europe/Podgorica", 3, 28)]
CLOCK_CHANGES += [("Europe/Tallinn", 10, 31), ("Europe/Warsaw", 10, 31), ("Europe/Podgorica", 10, 31)]


@pytest.mark.parametrize(("zone", "month", "number"), CLOCK_CHANGES)
@pytest.mark.parametrize(("start", "hours"), [(9, 8), (20, 9), (0, 3), (22, 1)])
def test_days_round_a_change_of_the_clocks_are_where_they_were_meant(zone: str, month: int, number: int, start: int, hours: int) -> None:
    dates = [date(2027, month, number) + timedelta(days=offset) for offset in (-2, -1, 0, 1)]
    walls = [datetime.combine(on, time(start), ZoneInfo(zone)) for on in dates]
    days = tuple(Day(wall.astimezone(UTC), (wall + timedelta(hours=hours)).astimezone(UTC)) for wall in walls)
    content = invitation.request(meeting(*days, zone=zone), now=NOW)
    for exactly in (True, False):
        assert understood(content, exactly=exactly) == [(one.starts_at, one.ends_at) for one in days]


@pytest.mark.parametrize("zone", ["Europe/Tallinn", "Europe/Warsaw", "Europe/Podgorica"])
@pytest.mark.parametrize("hour", range(24))
def test_every_hour_of_the_days_on_which_clocks_change_is_told_right(zone: str, hour: int) -> None:
    for on in (datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 10, 31, tzinfo=UTC)):
        starts = on + timedelta(hours=hour)
        content = invitation.request(meeting(Day(starts, starts + timedelta(hours=1)), zone=zone), now=NOW)
        for exactly in (True, False):
            assert understood(content, exactly=exactly) == [(starts, starts + timedelta(hours=1))]


def test_a_year_that_ends_inside_the_entry_has_both_years_of_clocks() -> None:
    content = invitation.request(meeting(day("2027-12-30T20:00", "2028-01-01T02:00")), now=NOW)
    assert b"DTSTART:20281029T040000" in content


# --- identity ---


def test_a_uid_says_nothing_about_anybody_and_is_the_same_every_time() -> None:
    known = {"domain": "kutse.example.org", "registration_id": 7, "entry_id": 3, "made_at": NOW}
    uid = invitation.uid(**known)  # type: ignore[arg-type]
    assert uid == invitation.uid(**known)  # type: ignore[arg-type]
    assert uid.endswith("@kutse.example.org")
    assert len({uid, *(invitation.uid(**{**known, name: 8}) for name in ("registration_id", "entry_id"))}) == 3  # type: ignore[arg-type]
    assert uid != invitation.uid(**{**known, "made_at": NOW + timedelta(seconds=1)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "Muu"},
        {"location": "Mujal"},
        {"description": "x"},
        {"zone": "Europe/Riga"},
        {"conference_url": "https://meet.example.org"},
        {"days": TRIP},
        {"all_day": True},
        {"alarms": (timedelta(hours=1),)},
    ],
)
def test_what_the_calendar_shows_makes_an_update_due(change: dict[str, object]) -> None:
    assert invitation.content_hash(meeting()) != invitation.content_hash(meeting(**change))


def test_who_is_invited_makes_no_update_due() -> None:
    other = meeting(
        uid="x", sequence=9, attendee_address="b@example.org", attendee_name="B", organizer_address="c@example.org", organizer_name="C"
    )
    assert invitation.content_hash(other) == invitation.content_hash(meeting())
    assert invitation.content_hash(meeting(*TRIP)) == invitation.content_hash(meeting(*reversed(TRIP)))
