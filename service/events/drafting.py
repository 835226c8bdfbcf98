"""Write down what a coordinator says about an event: a new draft, or new facts for one that is there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
from msgspec.structs import astuple
from msgspec.structs import replace as changed

from service.audit import trail
from service.clusters import fundings
from service.clusters.tables import Cluster
from service.errors import NotFound, Refused, Stale
from service.events import agenda, planning, programme, questions, runs, terms, words_of
from service.events import facts as typed
from service.events.facts import DayFacts, Facts
from service.events.occasion import Day, Occasion
from service.languages import choice, slugs
from service.persistence.engine import connection
from service.persistence.transaction import required, transaction
from service.subscriptions import topics


async def create(*, cluster: Cluster, facts: Facts, now: datetime, actor_id: int | None = None) -> int:
    """Add a draft and return its id; raises Refused with every problem of the facts. The address (slug) is made from the title and stays."""
    facts = typed.checked(facts, languages=cluster.languages)
    async with _picture_known(), transaction(), connection() as raw:
        await _refuse_foreign(cluster, facts)
        # One at a time per cluster, so that two drafts of one title get two slugs.
        await raw.fetchval("SELECT id FROM cluster WHERE id = $1 FOR NO KEY UPDATE", cluster.id)
        slug = await _free_slug(raw, cluster, facts)
        event_id: int = await raw.fetchval(_INSERT, *_columns(facts), cluster.id, slug, now)
        await _write_days(raw, event_id, facts, ())
        await _write_topics(raw, event_id, facts)
        await trail.record(
            action="event.created", subject_kind="event", subject_id=event_id, cluster_id=cluster.id, actor_id=actor_id, now=now
        )
    return event_id


async def duplicate(*, cluster: Cluster, event_id: int, now: datetime, actor_id: int | None = None) -> int:
    """A draft that says and asks the same, agenda, letters and all; returns its id.

    Without the moments that go with the date: the opening and closing of registration, and until when members come first.
    """
    async with transaction():
        event = await programme.by_id(cluster_id=cluster.id, event_id=event_id)
        facts = replace(typed.of(event), opens_at=None, closes_at=None, terms=changed(event.terms, members_first_until=None))
        copy_id = await create(cluster=cluster, facts=facts, now=now, actor_id=actor_id)
        await agenda.copy(event_id=event_id, to_event_id=copy_id)
        await questions.copy(cluster=cluster, from_id=event_id, to_id=copy_id)
        await words_of.copy(from_event_id=event_id, to_event_id=copy_id, now=now)
        await planning.copy(from_event_id=event_id, to_event_id=copy_id)
    return copy_id


async def rewrite(*, cluster: Cluster, event: Occasion, facts: Facts, version: int, now: datetime) -> None:
    """Write `facts`, checked already, over `event`, whose row the caller has locked; raises Stale when its version is not `version`."""
    required()
    if event.version != version:
        raise Stale("Somebody else has changed this event meanwhile. Load it again, then make your changes.")
    await _refuse_foreign(cluster, facts)
    facts = typed.recognised(facts, event=event)
    async with _picture_known(), connection() as raw:
        await raw.execute(_UPDATE, *_columns(facts), event.id, now)
        await _write_days(raw, event.id, facts, event.days)
        await _write_topics(raw, event.id, facts)
    await agenda.follow(event=event, days=facts.days, zone=facts.zone)


@asynccontextmanager
async def _picture_known() -> AsyncIterator[None]:
    try:
        yield
    except asyncpg.ForeignKeyViolationError as error:
        raise Refused("Choose the picture again.", field="image") from error


async def _refuse_foreign(cluster: Cluster, facts: Facts) -> None:
    if facts.funding_id is not None:
        try:
            await fundings.by_id(cluster_id=cluster.id, funding_id=facts.funding_id)
        except NotFound as error:
            raise Refused("Choose the funding again: it is not there any more.", field="funding_id") from error
    if facts.topic_ids and not set(facts.topic_ids) <= {topic.id for topic in await topics.of(cluster_id=cluster.id)}:
        raise Refused("Choose the topics again: one of them is not there any more.")


async def _free_slug(raw: asyncpg.Connection[Any], cluster: Cluster, facts: Facts) -> str:
    wanted = slugs.slug(choice.pick(facts.title, cluster.languages[0], cluster.languages)) or facts.kind.replace("_", "-")
    rows = await raw.fetch("SELECT slug FROM event WHERE cluster_id = $1 AND starts_with(slug, $2)", cluster.id, wanted)
    return slugs.free(wanted, {row["slug"] for row in rows})


async def _write_days(raw: asyncpg.Connection[Any], event_id: int, facts: Facts, before: Sequence[Day]) -> None:
    """Days keep their ids: forms that were opened before, and the programme, know them by these."""
    was = {day.id: day for day in before}
    placed = [_placed(day, was.get(day.id or 0)) for day in facts.days]
    gone = list(was.keys() - {day.id for day in facts.days})
    await raw.execute("DELETE FROM event_day WHERE id = ANY ($1)", gone)
    for indices, kept in runs.keep(placed, zone=facts.zone, entries=list(dict.fromkeys(day.entry_id for day in before))):
        entry_id = kept or await raw.fetchval("INSERT INTO calendar_entry (event_id) VALUES ($1) RETURNING id", event_id)
        for day in (facts.days[index] for index in indices):
            columns = (event_id, entry_id, day.starts_at, day.ends_at, _json(day.title), day.place)
            await (raw.execute(_UPDATE_DAY, *columns, day.id) if day.id in was else raw.execute(_INSERT_DAY, *columns))


def _placed(day: DayFacts, was: Day | None) -> runs.Placed:
    if was is None:
        return runs.Placed(day.starts_at)
    return runs.Placed(day.starts_at, was.entry_id, stays=(day.starts_at, day.ends_at) == (was.starts_at, was.ends_at))


async def _write_topics(raw: asyncpg.Connection[Any], event_id: int, facts: Facts) -> None:
    await raw.execute("DELETE FROM event_topic WHERE event_id = $1", event_id)
    await raw.execute(
        "INSERT INTO event_topic (event_id, topic_id) SELECT $1, unnest($2::bigint[])", event_id, sorted(set(facts.topic_ids))
    )


def _columns(facts: Facts) -> tuple[Any, ...]:
    return (
        facts.kind.value,
        _json(facts.title),
        _json(facts.summary),
        _json(facts.description),
        facts.zone,
        facts.days[0].starts_at,
        facts.days[-1].ends_at,
        facts.place_name,
        facts.place_address,
        facts.place_town,
        _json(facts.access_notes),
        facts.online_url,
        facts.capacity,
        facts.opens_at,
        facts.closes_at,
        facts.funding_id,
        facts.image_digest,
        list(facts.languages),
        *astuple(facts.terms),
    )


def _json(texts: dict[str, str]) -> str:
    return msgspec.json.encode(texts).decode()


_NAMES = f"""kind, title, summary, description, zone, starts_at, ends_at, place_name, place_address, place_town, access_notes, online_url, capacity,
opens_at, closes_at, funding_id, image_digest, languages, {", ".join(terms.NAMES)}"""

_COUNT = len(_NAMES.split(","))
_PLACES = ", ".join(f"${number}" for number in range(1, _COUNT + 1))
_NEXT = [f"${_COUNT + number}" for number in range(1, 4)]

_INSERT = f"""
INSERT INTO event ({_NAMES}, cluster_id, slug, created_at, changed_at) VALUES ({_PLACES}, {_NEXT[0]}, {_NEXT[1]}, {_NEXT[2]}, {_NEXT[2]}) RETURNING id
"""  # noqa: S608  # our own names

_UPDATE = f"""
UPDATE event SET ({_NAMES}, version, changed_at, moved_from) = ROW ({_PLACES}, version + 1, {_NEXT[1]},
    CASE WHEN published_at IS NOT NULL THEN nullif(coalesce(moved_from, starts_at), $6) END)
WHERE id = {_NEXT[0]}
"""  # noqa: S608  # our own names; $6 is the beginning

_UPDATE_DAY = "UPDATE event_day SET (event_id, entry_id, starts_at, ends_at, title, place) = ROW ($1, $2, $3, $4, $5, $6) WHERE id = $7"

_INSERT_DAY = "INSERT INTO event_day (event_id, entry_id, starts_at, ends_at, title, place) VALUES ($1, $2, $3, $4, $5, $6)"
