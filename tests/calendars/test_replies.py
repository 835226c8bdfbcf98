"""Answers as real programs write them, and as nobody should."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calendars import replies
from service.calendars.replies import Answer, Unreadable


def answer(
    *extra: str, attendee: str = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:mari@example.org", method: str = "REPLY", end: str = "\r\n"
) -> bytes:
    event = ["UID:0f3c@kutse.example.org", "DTSTAMP:20261122T100000Z", "SEQUENCE:2", attendee, *extra]
    whole = ["BEGIN:VCALENDAR", f"METHOD:{method}", "PRODID:x", "VERSION:2.0", "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR", ""]
    return end.join(whole).encode()


def test_an_answer_says_who_what_and_to_which_invitation() -> None:
    (reply,) = replies.read(answer("ORGANIZER:mailto:reply+t@kutse.example.org", "COMMENT:Tulen\\, aga hiljem"))
    assert reply == replies.Reply(
        method="REPLY",
        uid="0f3c@kutse.example.org",
        sequence=2,
        stamped_at=datetime(2026, 11, 22, 10, tzinfo=UTC),
        attendee="mari@example.org",
        answer=Answer.ACCEPTED,
        organizer="reply+t@kutse.example.org",
        comment="Tulen, aga hiljem",
    )


@pytest.mark.parametrize("said", ["ACCEPTED", "TENTATIVE", "DECLINED", "DELEGATED", "NEEDS-ACTION"])
def test_every_answer_is_known_in_small_letters_too(said: str) -> None:
    (reply,) = replies.read(answer(attendee=f"ATTENDEE;PARTSTAT={said.lower()};CN=M:MAILTO:Mari@example.org"))
    assert reply.answer is Answer(said)
    assert reply.attendee == "Mari@example.org"


def test_the_same_answer_twice_is_one() -> None:
    event = answer().partition(b"BEGIN:VEVENT")[2].partition(b"END:VCALENDAR")[0]
    assert len(replies.read(answer().replace(b"END:VCALENDAR", b"BEGIN:VEVENT" + event + b"END:VCALENDAR"))) == 1


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("RECURRENCE-ID:20270603T060000Z", datetime(2027, 6, 3, 6, tzinfo=UTC)),
        ("RECURRENCE-ID;TZID=Europe/Tallinn:20270603T090000", datetime(2027, 6, 3, 6, tzinfo=UTC)),
        ("RECURRENCE-ID;TZID=FLE Standard Time:20270603T090000", datetime(2027, 6, 3, 6, tzinfo=UTC)),
        ("RECURRENCE-ID;VALUE=DATE:20270603", date(2027, 6, 3)),
        ("RECURRENCE-ID:20270603T090000", datetime(2027, 6, 3, 9)),  # noqa: DTZ001 (no zone was said)
    ],
)
def test_an_answer_may_be_about_one_day(line: str, day: date) -> None:
    assert replies.read(answer(line))[0].day == day


def test_a_comment_may_hide_in_a_parameter() -> None:
    (reply,) = replies.read(answer(attendee='ATTENDEE;PARTSTAT=DECLINED;X-RESPONSE-COMMENT="Ei saa tulla":mailto:mari@example.org'))
    assert reply.comment == "Ei saa tulla"


def test_a_counter_says_when_instead() -> None:
    (reply,) = replies.read(answer("DTSTART:20270413T100000Z", "DTEND:20270413T130000Z", method="COUNTER"))
    assert reply.method == "COUNTER"
    assert reply.proposed == (datetime(2027, 4, 13, 10, tzinfo=UTC), datetime(2027, 4, 13, 13, tzinfo=UTC))


def test_a_counter_may_say_how_long_instead_of_until_when() -> None:
    (reply,) = replies.read(answer("DTSTART:20270413T100000Z", "DURATION:PT90M", method="COUNTER"))
    assert reply.proposed == (datetime(2027, 4, 13, 10, tzinfo=UTC), datetime(2027, 4, 13, 11, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    "line",
    ["RECURRENCE-ID:soon", "RECURRENCE-ID:", "RECURRENCE-ID:00010101T000000Z", "RECURRENCE-ID:20270603T06\r\nRECURRENCE-ID:20270604"],
)
def test_a_day_that_is_none_is_not_taken_for_the_whole_entry(line: str) -> None:
    with pytest.raises(Unreadable, match="none"):
        replies.read(answer(line))


@pytest.mark.parametrize("content", [answer(end="\n"), answer(end="\r"), b"\xef\xbb\xbf" + answer(), b"\r\n\r\n" + answer() + b"\r\n"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(content: bytes) -> None:
    assert replies.read(content)[0].answer is Answer.ACCEPTED


def test_a_missing_sequence_is_the_first() -> None:
    assert replies.read(answer().replace(b"SEQUENCE:2\r\n", b""))[0].sequence == 0


def test_an_answer_in_an_old_encoding_is_read() -> None:
    assert replies.read(answer("COMMENT:Tõesti").decode().encode("cp1252"))[0].comment == "Tõesti"


UNREADABLE = {
    "method is REQUEST": answer(method="REQUEST"),
    "method is not given": answer().replace(b"METHOD:REPLY\r\n", b""),
    "speaks for 0 attendees": answer(attendee="X-NOTHING:1"),
    "speaks for 2 attendees": answer("ATTENDEE;PARTSTAT=ACCEPTED:mailto:jaan@example.org"),
    "does not say accepted": answer(attendee="ATTENDEE:mailto:mari@example.org"),
    "not about an event": answer().replace(b"VEVENT", b"VTODO"),
    "no UID": answer().replace(b"UID:0f3c@kutse.example.org\r\n", b""),
    "no DTSTAMP": answer().replace(b"DTSTAMP:20261122T100000Z\r\n", b""),
    "not a calendar object": b"Tere!",
    "larger than 256 KB": answer("COMMENT:" + "x" * replies.LARGEST),
}


@pytest.mark.parametrize("why", UNREADABLE)
def test_what_cannot_be_taken_in_says_why(why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        replies.read(UNREADABLE[why])


@given(st.binary(max_size=400) | st.lists(st.sampled_from(answer("RRULE:x", "COMMENT:a").splitlines()), max_size=20).map(b"\r\n".join))
def test_hostile_bytes_are_unreadable_and_nothing_worse(content: bytes) -> None:
    with suppress(Unreadable):
        replies.read(content)


def test_deep_nesting_is_unreadable_and_nothing_worse() -> None:
    nested = b"BEGIN:VEVENT\r\n" * 9000
    with pytest.raises(Unreadable):
        replies.read(answer().replace(b"BEGIN:VEVENT\r\n", nested).replace(b"END:VEVENT\r\n", b"END:VEVENT\r\n" * 9000))
