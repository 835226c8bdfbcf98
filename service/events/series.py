"""Series: dates that belong together, each an event of its own that one registers for by itself; a new date says what the last one said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from service.clusters.tables import Cluster
from service.errors import NotFound, Problem, Refused
from service.events import drafting, programme
from service.events import facts as typed
from service.events.facts import DayFacts
from service.events.occasion import Occasion, Texts
from service.languages import choice, slugs, written
from service.persistence.engine import connection
from service.persistence.transaction import transaction

MOST = 100
"""Dates of one series."""
_LONGEST = 160


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A series as it is read. Fields as in `tables.EventSeries`."""

    id: int
    cluster_id: int
    slug: str
    title: Texts


async def by_id(*, cluster_id: int, series_id: int) -> Series:
    """The series; raises NotFound."""
    return await _one("id = $2", cluster_id, series_id)


async def by_slug(*, cluster_id: int, slug: str) -> Series:
    """The public series of that name; raises NotFound, also while all its dates are drafts."""
    return await _one("slug = $2 AND EXISTS (SELECT FROM event e WHERE e.series_id = s.id AND e.state <> 'draft')", cluster_id, slug)


async def dates(*, series: Series, with_drafts: bool = False) -> list[Occasion]:
    """Its dates in order of time; those that nobody may read about yet only `with_drafts`."""
    where = "WHERE e.cluster_id = $1 AND e.series_id = $2 AND ($3 OR e.state <> 'draft') ORDER BY e.starts_at, e.id"
    return await programme.select(where, series.cluster_id, series.id, with_drafts)


class NewDate(NamedTuple):
    """A date that a series is to have. `span`: from when to when, where that differs; only for an event of one day."""

    on: date
    span: tuple[datetime, datetime] | None = None


async def add_dates(*, cluster: Cluster, event_id: int, wanted: Sequence[NewDate], now: datetime, actor_id: int | None = None) -> list[int]:
    """A draft for each of these dates, or none at all (`add_date`); returns their ids. Raises Refused with every problem, at `<place in wanted>.<field>`."""
    ids: list[int] = []
    problems: list[Problem] = []
    async with transaction():
        for place, one in enumerate(wanted):
            try:
                ids.append(await add_date(cluster=cluster, event_id=event_id, on=one.on, span=one.span, now=now, actor_id=actor_id))
            except Refused as error:
                problems += [replace(problem, field=f"{place}.{_FIELDS.get(problem.field or '', 'date')}") for problem in error.problems]
        if problems:
            raise Refused.all(problems)
    return ids


_FIELDS = {"days": "to", "days.0.to": "to"}
"""What is wrong with the hours stands at the hours."""


async def add_date(
    *,
    cluster: Cluster,
    event_id: int,
    on: date,
    span: tuple[datetime, datetime] | None = None,
    now: datetime,
    actor_id: int | None = None,
) -> int:
    """A draft that says what this event says, agenda and all, on another date; returns its id. The event becomes a series by it, if it is none yet.

    Without a `span` the hours on the wall stay. Raises Refused when the series has a date that begins then.
    """
    async with transaction():
        event = await programme.locked(cluster_id=cluster.id, event_id=event_id)
        series = await _of_event(cluster, event)
        days = _shifted(typed.of(event).days, event.zone, on)
        days = (replace(days[0], starts_at=span[0], ends_at=span[1]),) if span else days
        _refuse_double(await dates(series=series, with_drafts=True), days[0].starts_at)
        copy_id = await drafting.duplicate(cluster=cluster, event_id=event_id, now=now, actor_id=actor_id)
        copy = await programme.by_id(cluster_id=cluster.id, event_id=copy_id)
        days = tuple(replace(day, id=own.id) for day, own in zip(days, copy.days, strict=True))
        facts = typed.checked(replace(typed.of(copy), days=days), languages=cluster.languages)
        await drafting.rewrite(cluster=cluster, event=copy, facts=facts, version=copy.version, now=now)
        async with connection() as raw:
            await raw.execute("UPDATE event SET series_id = $2, version = version + 1 WHERE id = $1", copy_id, series.id)
    return copy_id


async def rename(*, cluster: Cluster, series_id: int, title: Texts) -> None:
    """Call it otherwise; its address stays. Raises Refused for a title that is none."""
    said = written.lines(title, cluster.languages)
    problems = [*written.too_long(said, field="title", longest=_LONGEST)]
    if not said:
        raise Refused("Give it a title in at least one language.", field=f"title.{cluster.languages[0]}")
    if problems:
        raise Refused.all(problems)
    async with connection() as raw:
        await raw.execute("UPDATE event_series SET title = $3 WHERE cluster_id = $1 AND id = $2", cluster.id, series_id, _json(said))


async def leave(*, cluster_id: int, event_id: int) -> None:
    """The event stands alone again; a series without dates is none any more."""
    async with transaction(), connection() as raw:
        series_id = await raw.fetchval("SELECT series_id FROM event WHERE cluster_id = $1 AND id = $2 FOR UPDATE", cluster_id, event_id)
        await raw.execute(
            "UPDATE event SET series_id = NULL, version = version + 1 WHERE cluster_id = $1 AND id = $2", cluster_id, event_id
        )
        await raw.execute("DELETE FROM event_series s WHERE id = $1 AND NOT EXISTS (SELECT FROM event WHERE series_id = s.id)", series_id)


async def _of_event(cluster: Cluster, event: Occasion) -> Series:
    if event.series_id is not None:
        return await by_id(cluster_id=cluster.id, series_id=event.series_id)
    async with connection() as raw:
        # One at a time per cluster, so that two series of one title get two slugs.
        await raw.fetchval("SELECT id FROM cluster WHERE id = $1 FOR NO KEY UPDATE", cluster.id)
        wanted = slugs.slug(choice.pick(event.title, cluster.languages[0], cluster.languages)) or "series"
        rows = await raw.fetch("SELECT slug FROM event_series WHERE cluster_id = $1 AND starts_with(slug, $2)", cluster.id, wanted)
        free = slugs.free(wanted, {row["slug"] for row in rows})
        series_id = await raw.fetchval(_INSERT, cluster.id, free, _json(event.title))
        await raw.execute("UPDATE event SET series_id = $2, version = version + 1 WHERE id = $1", event.id, series_id)
    return await by_id(cluster_id=cluster.id, series_id=series_id)


def _refuse_double(known: list[Occasion], starts_at: datetime) -> None:
    if any(event.starts_at == starts_at for event in known):
        raise Refused("The series has this date already.", field="date")
    if len(known) >= MOST:
        raise Refused("A series has at most {most} dates.", field="date", most=MOST)


def _shifted(days: tuple[DayFacts, ...], zone: str, on: date) -> tuple[DayFacts, ...]:
    """The same days, the first of them on that date, all at the same hours on the wall."""
    by = on - days[0].starts_at.astimezone(ZoneInfo(zone)).date()
    return tuple(replace(day, starts_at=_later(day.starts_at, zone, by), ends_at=_later(day.ends_at, zone, by)) for day in days)


def _later(moment: datetime, zone: str, by: timedelta) -> datetime:
    return moment.astimezone(ZoneInfo(zone)) + by  # a wall clock: the sum keeps its hour


async def _one(where: str, *values: object) -> Series:
    async with connection() as raw:
        row = await raw.fetchrow(f"SELECT to_jsonb(s)::text FROM event_series s WHERE cluster_id = $1 AND {where}", *values)  # noqa: S608  # ours
    if row is None:
        raise NotFound("There is no such series here.")
    return msgspec.json.decode(row[0], type=Series)


def _json(texts: Texts) -> str:
    return msgspec.json.encode(texts).decode()


_INSERT = "INSERT INTO event_series (cluster_id, slug, title) VALUES ($1, $2, $3) RETURNING id"
