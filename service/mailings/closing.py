"""Follow the road out: a mailing ends when its dispatch is done, and stops when the dispatch stopped itself; the coordinator is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import asyncpg
import structlog

from service.audit import trail
from service.clusters import directory
from service.delivery import outbox, results
from service.delivery.results import Results
from service.identity import accounts
from service.letters import brand, render
from service.letters.links import Links
from service.mailings import lifecycle, records
from service.mailings.lifecycle import Act, State
from service.mailings.tables import Mailing
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
SELECT mailing.id, mailing.cluster_id, mailing.state, dispatch.state AS dispatch_state, dispatch.reason
FROM mailing JOIN dispatch ON dispatch.id = mailing.dispatch_id
WHERE mailing.state IN ('sending', 'paused')
"""


async def follow(*, links: Links, now: datetime) -> int:
    """Bring every mailing under way to the state its dispatch is in; returns how many changed."""
    async with connection() as raw:
        rows = await raw.fetch(_UNDER_WAY)
    followed = 0
    for row in rows:
        if (row["state"], row["dispatch_state"]) in _ACTS:
            try:
                followed += await _follow(row, links, now)
            except Exception:  # trouble with one must keep neither the others nor those that are due; the next tick tries it again
                log.exception("mailing_not_followed", mailing=row["id"])
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
        await trail.record(
            action=f"mailing.{act}", subject_kind="mailing", subject_id=mailing.id, cluster_id=mailing.cluster_id, actor_id=None, now=now
        )
        if act in (Act.FINISH, Act.PAUSE):
            await _tell(mailing, state, row["reason"], links, now)
    return True


async def _tell(mailing: Mailing, state: State, reason: str, links: Links, now: datetime) -> None:
    if mailing.scheduled_by is None:
        return
    coordinator = await accounts.by_id(coordinator_id=mailing.scheduled_by)
    found = await results.of(dispatch_id=mailing.dispatch_id)
    if coordinator.disabled_at is not None or found is None:
        return
    cluster = await directory.by_id(cluster_id=mailing.cluster_id)
    letter = await render.letter(
        template="mailing_report",
        language=coordinator.language,
        brand=brand.of(cluster=cluster, links=links, language=coordinator.language),
        values={
            "title": mailing.title,
            "is_paused": state is State.PAUSED,
            "reason": reason,
            "url": links.mailing(cluster=cluster.slug, mailing_id=mailing.id),
            **_figures(found),
        },
    )
    copy = outbox.Copy(coordinator.address, coordinator.language, name=coordinator.name)
    about = f"mailing-report:{mailing.id}"
    await outbox.post(cluster=cluster, kind=outbox.Kind.SERVICE, letters=[letter], copies=[copy], about=about, now=now)


def _figures(found: Results) -> dict[str, int]:
    counted = found.by_state
    return {
        "sent": counted.get("sent", 0),
        "failed": counted.get("failed", 0) + counted.get("expired", 0),
        "skipped": counted.get("skipped", 0),
        "waiting": found.open,
    }
