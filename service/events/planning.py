"""Planning: a coordinator chooses when the letters around an event go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from service.audit import trail
from service.clusters.tables import Cluster
from service.errors import Refused
from service.events import programme, reminders
from service.events.plan import MOST_REMINDERS, Distance
from service.persistence.engine import connection
from service.persistence.transaction import transaction


async def save(
    *,
    cluster: Cluster,
    event_id: int,
    reminders_before: Sequence[Distance],
    joining: Distance | None,
    thanks: Distance | None,
    now: datetime,
    actor_id: int | None = None,
) -> None:
    """The plan from now on; what was due before is not made up for. None: that letter does not go out by itself. Raises Refused for too many."""
    if len(reminders_before) > MOST_REMINDERS:
        raise Refused("Choose at most {most} reminders.", field="reminders", most=MOST_REMINDERS)
    async with transaction(), connection() as raw:
        await programme.locked(cluster_id=cluster.id, event_id=event_id)
        before = await reminders.plan_of(event_id=event_id)
        plan = before.changed(reminders=reminders_before, joining=joining, thanks=thanks, now=now)
        await raw.execute(_SAVE, event_id, msgspec.json.encode(plan).decode())
        await trail.record(
            action="event.letters_planned",
            subject_kind="event",
            subject_id=event_id,
            cluster_id=cluster.id,
            actor_id=actor_id,
            now=now,
            details={name: sorted(planned) for name, planned in msgspec.structs.asdict(plan).items()},
        )


async def copy(*, from_event_id: int, to_event_id: int) -> None:
    """The distances of one event for another, as if they had always been planned: part of copying it."""
    plan = await reminders.plan_of(event_id=from_event_id)
    fresh = type(plan)(**{name: dict.fromkeys(planned) for name, planned in msgspec.structs.asdict(plan).items()})
    async with connection() as raw:
        await raw.execute(_SAVE, to_event_id, msgspec.json.encode(fresh).decode())


_SAVE = "INSERT INTO letter_plan (event_id, plan) VALUES ($1, $2) ON CONFLICT (event_id) DO UPDATE SET plan = $2"
