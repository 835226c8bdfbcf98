"""Schedule a mailing for a time, and take it back to the drafts. What is looked at before is looked at again under the lock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from service.audit import trail
from service.clusters.tables import Cluster
from service.errors import Refused, Stale
from service.letters.links import Links
from service.mailings import editions, lifecycle, readiness, records
from service.mailings.lifecycle import Act, State
from service.mailings.tables import Mailing
from service.persistence.transaction import nudge_after_commit, transaction

TICK = "tick"
"""The worker's job that starts what is due; it also comes by itself every few seconds, so only "now" is worth a nudge."""

_FARTHEST = timedelta(days=400)


async def schedule(
    *,
    cluster: Cluster,
    mailing_id: int,
    at: datetime | None,
    fallback: Mapping[str, str | None],
    version: int,
    links: Links,
    now: datetime,
    actor_id: int | None,
) -> None:
    """Send it at `at` (aware UTC; None: now). `fallback`: language without an edition → the language sent instead, None to leave them out.

    Raises Refused with everything that is in the way, Stale when somebody changed it meanwhile.
    """
    _refuse_odd_times(at, now)
    mailing = await records.find(cluster_id=cluster.id, mailing_id=mailing_id)
    state = lifecycle.after(State(mailing.state), Act.SCHEDULE)
    ready = await readiness.of(cluster=cluster, mailing=mailing, fallback=fallback, links=links, now=now)
    ready.refuse_unless_ready()
    async with transaction():
        locked = await records.lock(cluster_id=cluster.id, mailing_id=mailing_id, version=version)
        if locked.version != mailing.version or await editions.of(mailing_id=mailing_id) != ready.written:
            raise Stale("Somebody else changed this newsletter meanwhile. Look at it again before you go on.")
        await records.change(locked, now=now, state=state, send_at=at or now, fallback=json.dumps(dict(fallback)), scheduled_by=actor_id)
        await _record("mailing.scheduled", locked, actor_id, now)
        if at is None:
            nudge_after_commit(TICK)


async def unschedule(*, cluster_id: int, mailing_id: int, now: datetime, actor_id: int | None) -> None:
    """Take it back to the drafts; raises Refused when it has started."""
    async with transaction():
        mailing = await records.lock(cluster_id=cluster_id, mailing_id=mailing_id)
        await records.change(mailing, now=now, state=lifecycle.after(State(mailing.state), Act.UNSCHEDULE))
        await _record("mailing.unscheduled", mailing, actor_id, now)


def _refuse_odd_times(at: datetime | None, now: datetime) -> None:
    if at is None:
        return
    if at <= now:
        raise Refused("This time has passed. Choose a later one, or send it now.", field="send_at")
    if at > now + _FARTHEST:
        raise Refused("This is more than a year away. Is the year right?", field="send_at")


async def _record(action: str, mailing: Mailing, actor_id: int | None, now: datetime) -> None:
    await trail.record(
        action=action, subject_kind="mailing", subject_id=mailing.id, cluster_id=mailing.cluster_id, actor_id=actor_id, now=now
    )
