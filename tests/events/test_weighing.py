"""Which answers of a calendar count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from service.calendars.replies import Answer, Reply
from service.events import weighing
from service.events.weighing import Ignored, Known, Said

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAYS = (date(2027, 3, 1), date(2027, 3, 2), date(2027, 3, 3))

KNOWN = Known(uid="1@kutse.example.org", sequence=1, address="mari@example.org", zone="Europe/Tallinn", days=DAYS, is_open=True)
REPLY = Reply(method="REPLY", uid=KNOWN.uid, sequence=1, stamped_at=NOON, attendee="mari@example.org", answer=Answer.ACCEPTED)


def said(day: date | None = None, answer: Answer = Answer.ACCEPTED, at: datetime = NOON, sequence: int = 1) -> Said:
    return Said(day, answer, sequence, at)


def why(known: Known = KNOWN, trust: str = "token", **changes: object) -> Ignored | None:
    return weighing.ignored(replace(REPLY, **changes), trust=trust, known=known)  # type: ignore[arg-type]


def test_what_is_believed_and_fresh_counts() -> None:
    assert why() is None


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        (Ignored.FORGED, {"trust": ""}),
        (Ignored.UNKNOWN, {"uid": "2@kutse.example.org"}),
        (Ignored.FOREIGN, {"attendee": "jaan@example.org"}),
        (Ignored.GONE, {"known": replace(KNOWN, is_open=False)}),
        (Ignored.STALE, {"sequence": 0}),
        (Ignored.OTHER_DAY, {"day": date(2027, 3, 4)}),
        (Ignored.SILENT, {"answer": Answer.DELEGATED}),
        (Ignored.SILENT, {"answer": Answer.NEEDS_ACTION}),
        (Ignored.DOUBLED, {"known": replace(KNOWN, said=(said(),))}),
        (Ignored.DOUBLED, {"known": replace(KNOWN, said=(said(at=NOON + timedelta(seconds=1)),))}),
        (None, {"known": replace(KNOWN, said=(said(at=NOON - timedelta(seconds=1)),))}),
        (None, {"sequence": 2}),
        (None, {"method": "COUNTER", "answer": Answer.NEEDS_ACTION, "known": replace(KNOWN, said=(said(),))}),
    ],
)
def test_what_does_not_count_has_a_reason(expected: Ignored | None, changes: dict[str, object]) -> None:
    assert why(**changes) is expected  # type: ignore[arg-type]


def test_an_answer_to_nothing_that_is_known_here_is_unknown() -> None:
    assert weighing.ignored(REPLY, trust="dmarc", known=None) is Ignored.UNKNOWN


@pytest.mark.parametrize("spelling", ["MARI@Example.ORG", "mari@example.org "])
def test_capitals_make_nobody_a_stranger(spelling: str) -> None:
    assert why(attendee=spelling) is None


def test_a_domain_may_be_written_in_its_own_script() -> None:
    assert weighing.is_same("mari@käsitöö.example.org", "mari@xn--ksit-loa5ia.example.org")


@pytest.mark.parametrize(
    "day",
    [
        date(2027, 3, 2),
        datetime(2027, 3, 2, 8, tzinfo=UTC),
        datetime(2027, 3, 1, 22, 30, tzinfo=UTC),  # half past midnight in Tallinn
        datetime(2027, 3, 2, 10),  # noqa: DTZ001  # without a zone: on the entry's wall clock
    ],
)
def test_a_day_is_the_date_on_the_entry_s_own_clock(day: date) -> None:
    assert weighing.day_of(replace(REPLY, day=day), KNOWN) == date(2027, 3, 2)


def test_the_only_day_is_the_whole_entry() -> None:
    assert weighing.day_of(replace(REPLY, day=DAYS[0]), replace(KNOWN, days=DAYS[:1])) is None


def test_one_day_s_answer_does_not_make_another_s_late() -> None:
    assert why(day=DAYS[0], known=replace(KNOWN, said=(said(DAYS[1], at=NOON + timedelta(minutes=1)),))) is None


def test_a_later_answer_to_the_whole_makes_an_earlier_one_to_a_day_late() -> None:
    later = replace(KNOWN, said=(said(at=NOON + timedelta(minutes=1)),))
    assert why(day=DAYS[0], known=later) is Ignored.DOUBLED


def test_one_object_may_answer_for_the_whole_and_for_a_day_that_differs() -> None:
    assert why(day=DAYS[0], known=replace(KNOWN, said=(said(),))) is None


def test_the_same_word_to_a_changed_event_is_news() -> None:
    old = replace(KNOWN, said=(said(sequence=0),))
    assert weighing.is_news(weighing.said(REPLY, old), old)
    assert not weighing.is_news(weighing.said(REPLY, KNOWN), replace(KNOWN, said=(said(),)))
