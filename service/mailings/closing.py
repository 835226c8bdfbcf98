"""Follow the road out: a mailing ends when its dispatch is done, and stops when the dispatch stopped itself; the coordinator is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import asyncpg
import structlog

from service.audit import trail
from service.delivery import results, setbacks, settle
from service.delivery.results import Results
from service.letters.links import Links
from service.mailings import lifecycle, records, telling
from service.mailings.lifecycle import Act, State
from service.persistence.engine import connection
from service.persistence.transaction import transaction

log = structlog.get_logger()

_ACTS: Mapping[tuple[str, str], Act] = {
    ("sending", "done"): Act.FINISH,
    ("paused", "done"): Act.FINISH,
    ("sending", "paused"): Act.PAUSE,
    ("paused", "running"): Act.RESUME,
    ("sending", "cancelled"): Act.CANCEL,
    ("paused", "cancelled"): Act.CANCEL,
}

_UNDER_WAY = """
SELECT mailing.id, mailing.cluster_id, mailing.state, mailing.dispatch_id, dispatch.state AS dispatch_state
FROM mailing JOIN dispatch ON dispatch.id = mailing.dispatch_id
WHERE mailing.state IN ('sending', 'paused')
"""


async def follow(*, links: Links, now: datetime) -> int:
    """Bring every mailing under way to the state its dispatch is in; returns how many changed."""
    async with connection() as raw:
        rows = await raw.fetch(_UNDER_WAY)
    if told := [row["dispatch_id"] for row in rows if (row["state"], row["dispatch_state"]) == ("paused", "paused")]:
        await settle.finish_paused(dispatch_ids=told, now=now)  # followed at the next tick
    followed = 0
    for row in rows:
        if (row["state"], row["dispatch_state"]) in _ACTS:
            try:
                followed += await _follow(row, links, now)
            except Exception:  # trouble with one must keep neither the others nor those that are due; the next tick tries it again
                log.exception("mailing_not_followed", mailing=row["id"])
    for dispatch_id in await setbacks.untold():
        try:
            await _tell_holds(dispatch_id, links, now)
        except Exception:
            log.exception("hold_not_told", dispatch=dispatch_id)
    return followed


async def _follow(row: asyncpg.Record, links: Links, now: datetime) -> bool:
    act = _ACTS[row["state"], row["dispatch_state"]]
    async with transaction():
        mailing = await records.lock(cluster_id=row["cluster_id"], mailing_id=row["id"])
        if mailing.state != row["state"]:
            return False  # a coordinator or another worker was quicker
        state = lifecycle.after(State(mailing.state), act)
        over = state in (State.SENT, State.CANCELLED)
        await records.change(mailing, now=now, state=state, ended_at=now if over else None)
        found = await results.of(dispatch_id=mailing.dispatch_id)
        assert found is not None  # a mailing under way has its dispatch
        await trail.record(
            action=f"mailing.{act}",
            subject_kind="mailing",
            subject_id=mailing.id,
            cluster_id=mailing.cluster_id,
            actor_id=None,
            now=now,
            details=_checked(found, mailing.id) if over else {"reason": found.reason},
        )
        if act is Act.FINISH:
            await telling.finished(mailing, found, links=links, now=now)
        elif act is Act.PAUSE:
            await telling.paused(mailing, found, links=links, now=now)
    return True


async def _tell_holds(dispatch_id: int, links: Links, now: datetime) -> None:
    async with transaction():
        mailing = await records.sent_by(dispatch_id=dispatch_id)
        for hold in await setbacks.tell(dispatch_id=dispatch_id, now=now):
            if mailing is not None:
                await telling.held(mailing, hold, links=links, now=now)


def _checked(found: Results, mailing_id: int) -> dict[str, object]:
    """The figures for the trail. Everybody in the audience has a row, and every row an end: what doesn't add up is a defect that must be seen."""
    if not found.adds_up:
        log.error("mailing_does_not_add_up", mailing=mailing_id, candidates=found.candidates, by_state=found.by_state)
    return {"candidates": found.candidates, "by_state": found.by_state, "adds_up": found.adds_up}
