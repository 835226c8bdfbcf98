"""When letters around an event are due: pure decisions on the wall clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.events import due, plan
from service.events.due import Calendar, Entry
from service.events.plan import Distance, Plan

TALLINN = ZoneInfo("Europe/Tallinn")


def at(*when: int, zone: ZoneInfo = TALLINN) -> datetime:
    return datetime(*when, tzinfo=zone)  # type: ignore[arg-type, misc]


def calendar(start: datetime, *more: datetime, plan: Plan | None = None, is_online: bool = False) -> Calendar:
    entries = tuple(
        Entry(entry_id=number, starts_at=one.astimezone(UTC), ends_at=(one + timedelta(hours=2)).astimezone(UTC))
        for number, one in enumerate([start, *more], start=1)
    )
    return Calendar(
        id=1,
        cluster_id=1,
        zone="Europe/Tallinn",
        is_online=is_online,
        ends_at=entries[-1].ends_at,
        entries=entries,
        plan=plan or Plan(),
    )


def keys(known: Calendar, now: datetime) -> list[str]:
    return [one.key.rpartition(":")[0] or one.key for one in due.sendings(known, now.astimezone(UTC))]


@pytest.mark.parametrize(("text", "read"), [("7d", "7d"), ("2h", "2h"), ("30m", "30m"), ("60d", "60d")])
def test_a_distance_is_read_as_it_is_written(text: str, read: str) -> None:
    assert str(Distance.read(text)) == read


@pytest.mark.parametrize("text", ["", "0d", "-1d", "61d", "73h", "7", "d", "1w", "1d2h", "٣d", "999999d", " 1d"])
def test_what_is_no_distance_is_none(text: str) -> None:
    assert Distance.read(text) is None


@pytest.mark.parametrize(
    ("start", "distance", "due_at"),
    [
        (at(2027, 3, 30, 10), "7d", at(2027, 3, 23, 10)),  # summer time begins on 28 March
        (at(2027, 11, 2, 10), "7d", at(2027, 10, 26, 10)),  # and ends on 31 October
        (at(2027, 3, 28, 10), "1d", at(2027, 3, 27, 10)),
        (at(2027, 3, 28, 5), "2h", at(2027, 3, 28, 2)),  # three o'clock is skipped: two hours are two hours
        (at(2027, 3, 29, 3, 30), "1d", at(2027, 3, 28, 4, 30)),  # a moment that the clocks skip is the one after
    ],
)
def test_days_are_those_of_the_wall_clock_and_hours_are_hours(start: datetime, distance: str, due_at: datetime) -> None:
    found = Distance.read(distance)
    assert found is not None
    assert found.before(start.astimezone(UTC), zone="Europe/Tallinn") == due_at.astimezone(UTC)


def test_the_nearest_reminder_only_so_that_what_was_missed_does_not_come_in_a_heap() -> None:
    known = calendar(at(2027, 4, 13, 10), plan=Plan(reminders={"7d": None, "1d": None, "2h": None}))
    assert keys(known, at(2027, 4, 6, 9, 59)) == []
    assert keys(known, at(2027, 4, 6, 10)) == ["reminder:7d"]
    assert keys(known, at(2027, 4, 12, 18)) == ["reminder:1d"]
    assert keys(known, at(2027, 4, 13, 8, 30)) == ["reminder:2h"]
    assert keys(known, at(2027, 4, 13, 10)) == []


def test_each_date_is_reminded_of_by_itself() -> None:
    known = calendar(at(2027, 4, 13, 10), at(2027, 4, 20, 10))
    assert [one.entry_id for one in due.sendings(known, at(2027, 4, 12, 12))] == [1]
    assert [one.entry_id for one in due.sendings(known, at(2027, 4, 19, 12))] == [2]


def test_the_link_goes_out_only_where_there_is_one_and_may_still_come_while_it_lasts() -> None:
    start = at(2027, 4, 13, 10)
    assert keys(calendar(start), at(2027, 4, 13, 9, 30)) == ["reminder:1d"]
    assert keys(calendar(start, is_online=True), at(2027, 4, 13, 9, 30)) == ["reminder:1d", "joining"]
    assert keys(calendar(start, is_online=True), at(2027, 4, 13, 11)) == ["joining"]
    assert keys(calendar(start, is_online=True), at(2027, 4, 13, 12)) == []


def test_a_distance_that_was_chosen_after_its_moment_is_not_made_up_for() -> None:
    start, chosen = at(2027, 4, 13, 10), at(2027, 4, 12, 18)
    changed = Plan().changed(reminders=[Distance(1, "d"), Distance(3, "d"), Distance(2, "h")], joining=None, thanks=None, now=chosen)
    assert keys(calendar(start, plan=Plan(reminders={"3d": chosen})), at(2027, 4, 12, 19)) == []
    assert keys(calendar(start, plan=changed), at(2027, 4, 12, 19)) == ["reminder:1d"]
    assert changed.reminders == {"1d": None, "3d": chosen, "2h": chosen}


def test_thanks_go_out_for_a_week_after_their_moment() -> None:
    known = calendar(at(2027, 4, 13, 10), plan=Plan(thanks={"1d": None}))
    assert keys(known, at(2027, 4, 14, 11, 59)) == []
    assert keys(known, at(2027, 4, 14, 12)) == ["thanks"]
    assert keys(known, at(2027, 4, 21, 11, 59)) == ["thanks"]
    assert keys(known, at(2027, 4, 21, 12)) == []


def test_a_key_names_the_letter_and_the_moment_it_is_about() -> None:
    (one,) = due.sendings(calendar(at(2027, 4, 13, 10)), at(2027, 4, 13, 9))
    assert one.key == "reminder:1d:20270413T0700"


def test_distances_stand_in_order_the_longest_first() -> None:
    assert [str(one) for one in plan.in_order({"2h": None, "7d": None, "90m": None, "nonsense": None})] == ["7d", "2h", "90m"]
