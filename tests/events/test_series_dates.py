"""More dates of a series at once: by the calendar, with other hours, all or none, and published together."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from service.errors import Refused
from service.events import agenda, programme, publishing, repeating, series
from service.events.occasion import State
from service.events.office import Office
from service.events.series import NewDate
from tests.support import events
from tests.support.agenda import item

TUESDAY = date(2027, 2, 9)


@pytest.mark.parametrize(
    ("step", "until", "found"),
    [
        ("1", date(2027, 2, 23), ["2027-02-16", "2027-02-23"]),
        ("2", date(2027, 3, 22), ["2027-02-23", "2027-03-09"]),
        ("4", date(2027, 3, 9), ["2027-03-09"]),
        ("month", date(2027, 5, 11), ["2027-03-09", "2027-04-13", "2027-05-11"]),
    ],
)
def test_dates_repeat_by_the_week_or_by_the_weekday_of_the_month(step: str, until: date, found: list[str]) -> None:
    assert [day.isoformat() for day in repeating.dates(after=TUESDAY, step=step, until=until, most=60)] == found


def test_the_fifth_weekday_of_a_month_is_its_last() -> None:
    fifth = repeating.dates(after=date(2027, 3, 30), step="month", until=date(2027, 6, 30), most=60)
    assert [day.isoformat() for day in fifth] == ["2027-04-27", "2027-05-25", "2027-06-29"]


@pytest.mark.parametrize(("step", "until", "field"), [("x", date(2027, 3, 9), "step"), ("1", TUESDAY, "until"), ("1", date.max, "until")])
def test_no_date_too_many_and_an_unknown_step_are_refused_at_their_field(step: str, until: date, field: str) -> None:
    with pytest.raises(Refused) as refused:
        repeating.dates(after=TUESDAY, step=step, until=until, most=60)
    assert refused.value.problem.field == field


async def test_dates_with_their_own_hours_are_added_all_or_none(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    evening = datetime.fromisoformat("2027-02-09T18:00+02:00")
    wanted = [NewDate(TUESDAY), NewDate(TUESDAY, (evening, evening + timedelta(hours=3))), NewDate(TUESDAY)]
    with pytest.raises(Refused) as refused:
        await series.add_dates(cluster=office.cluster, event_id=event.id, wanted=wanted, now=now)
    assert [problem.field for problem in refused.value.problems] == ["2.date"]
    assert (await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)).series_id is None
    ids = await series.add_dates(cluster=office.cluster, event_id=event.id, wanted=wanted[:2], now=now)
    first, second = [await programme.by_id(cluster_id=event.cluster_id, event_id=one) for one in ids]
    assert first.ends_at - first.starts_at == event.ends_at - event.starts_at
    assert (second.starts_at, second.ends_at) == (evening, evening + timedelta(hours=3))


async def test_hours_too_short_for_the_programme_are_said_at_the_hours(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    await item(office, event, after=0, minutes=90)
    noon = datetime.fromisoformat("2027-02-09T12:00+02:00")
    short = [NewDate(TUESDAY, (noon, noon + timedelta(hours=1)))]
    with pytest.raises(Refused) as refused:
        await series.add_dates(cluster=office.cluster, event_id=event.id, wanted=short, now=now)
    assert refused.value.problem.field == "0.to"
    same = [NewDate(TUESDAY, (noon, noon + (event.ends_at - event.starts_at)))]
    (copy_id,) = await series.add_dates(cluster=office.cluster, event_id=event.id, wanted=same, now=now)
    assert [one.starts_at for one in await agenda.of(event_id=copy_id)] == [noon]


async def test_drafts_are_published_together_or_not_at_all(office: Office, now: datetime) -> None:
    event = await events.draft(cluster=office.cluster, now=now)
    (past,) = await series.add_dates(cluster=office.cluster, event_id=event.id, wanted=[NewDate(date(2026, 1, 6))], now=now)
    with pytest.raises(Refused):
        await publishing.publish_all(cluster=office.cluster, event_ids=[event.id, past], now=now)
    assert (await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)).state is State.DRAFT
    await publishing.publish_all(cluster=office.cluster, event_ids=[event.id], now=now)
    assert (await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)).state is State.PUBLISHED
