"""The dates of a sample series, made as a coordinator makes them: a draft, more dates of it, then what is special about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from service.clusters.tables import Cluster
from service.events import drafting, programme, series
from service.events import facts as typed
from service.events.facts import Facts
from service.events.occasion import Texts


async def drafts(*, cluster: Cluster, title: Texts, dates: Sequence[Facts], now: datetime) -> list[int]:
    """A draft for each of `dates`, joined as a series with this title; returns their ids in the same order. Inside a transaction."""
    first = await drafting.create(cluster=cluster, facts=replace(dates[0], title=title), now=now)
    days = [facts.days[0].starts_at.astimezone(ZoneInfo(facts.zone)).date() for facts in dates]
    ids = [first, *[await series.add_date(cluster=cluster, event_id=first, on=day, now=now) for day in days[1:]]]
    for event_id, facts in zip(ids, dates, strict=True):
        await _say(cluster, event_id, facts, now)
    return ids


async def _say(cluster: Cluster, event_id: int, facts: Facts, now: datetime) -> None:
    """The calendar entries stay those of the date."""
    event = await programme.by_id(cluster_id=cluster.id, event_id=event_id)
    days = tuple(replace(new, id=day.id) for new, day in zip(facts.days, event.days, strict=True))
    said = typed.checked(replace(facts, days=days), languages=cluster.languages)
    await drafting.rewrite(cluster=cluster, event=event, facts=said, version=event.version, now=now)
