"""Start what is due: render, then freeze audience and letters into a dispatch, in one transaction.

Rendering comes first and holds no lock; the transaction then locks the row and goes on only if it is still as it was read. So a crash leaves a
mailing not started or started once, and of two workers at one tick exactly one starts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg
import structlog

from service.audit import trail
from service.clusters import directory
from service.clusters.tables import Cluster
from service.delivery import freeze
from service.delivery.freeze import Frozen
from service.letters.letter import Letter
from service.letters.links import Links
from service.mailings import archive, audience, editions, gathering, lifecycle, records, rendering
from service.mailings.lifecycle import Act, State
from service.mailings.tables import Mailing
from service.persistence.transaction import transaction
from service.subscriptions.tables import Topic

log = structlog.get_logger()


async def start_due(*, links: Links, now: datetime) -> int:
    """Start every mailing whose time has come, the longest waiting first; returns how many this call started."""
    due = Mailing.state == State.SCHEDULED.value
    started = 0
    for mailing in await Mailing.objects().where(due, Mailing.send_at <= now).order_by(Mailing.send_at).order_by(Mailing.id):
        try:
            started += await _start(mailing, links, now)
        except Exception:  # one that cannot start must not keep the others waiting; the next tick tries it again
            log.exception("mailing_not_started", mailing=mailing.id)
    return started


@dataclass(frozen=True, slots=True)
class _Prepared:
    cluster: Cluster
    topic: Topic
    mailing: Mailing
    number: int
    letters: list[Letter]


async def _start(mailing: Mailing, links: Links, now: datetime) -> bool:
    prepared = await _prepare(mailing, links, now)
    try:
        async with transaction(isolation="REPEATABLE READ"):
            return await _freeze(prepared, now)
    except asyncpg.SerializationError:
        return False  # another worker has started it meanwhile
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == "mailing_number":
            return False  # another mailing of the topic took the number: the next tick gives the one after
        raise


async def _prepare(mailing: Mailing, links: Links, now: datetime) -> _Prepared:
    cluster = await directory.by_id(cluster_id=mailing.cluster_id)
    number = await archive.next_number(topic_id=mailing.topic_id)
    written = await editions.of(mailing_id=mailing.id)
    gathered = await gathering.gather(cluster=cluster, mailing=mailing, contents=[one.content for one in written.values()], now=now)
    shown = number if mailing.is_public else None
    letters = [
        await rendering.letter(words=one.content, language=language, gathered=gathered, links=links, number=shown)
        for language, one in written.items()
    ]
    return _Prepared(cluster, gathered.topic, mailing, number, letters)


async def _freeze(prepared: _Prepared, now: datetime) -> bool:
    locked = await records.lock(cluster_id=prepared.cluster.id, mailing_id=prepared.mailing.id)
    if State(locked.state) is not State.SCHEDULED or locked.version != prepared.mailing.version:
        return False
    readers = audience.readers(topic_id=prepared.topic.id)
    frozen = await freeze.freeze(
        cluster=prepared.cluster,
        letters=prepared.letters,
        audience_sql=readers.sql,
        audience_args=readers.args,
        list_id=prepared.topic.list_id,
        about=f"mailing:{locked.id}",
        fallback={language: other for language, other in records.fallback_of(locked).items() if other},
        expires_at=None,
        now=now,
    )
    state = lifecycle.after(State(locked.state), Act.START)
    await records.change(locked, now=now, state=state, dispatch_id=frozen.dispatch_id, number=prepared.number, started_at=now)
    await _record(locked, frozen, now)
    return True


async def _record(mailing: Mailing, frozen: Frozen, now: datetime) -> None:
    await trail.record(
        action="mailing.started",
        subject_kind="mailing",
        subject_id=mailing.id,
        cluster_id=mailing.cluster_id,
        actor_id=None,
        now=now,
        details={"candidates": frozen.candidates, "queued": frozen.queued, "skipped": frozen.skipped},
    )
