"""Find mailings of a cluster, one or a page of them, and lock one to change it. A mailing of another cluster is not found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from service.errors import NotFound, Stale
from service.mailings.lifecycle import State
from service.mailings.tables import Mailing
from service.persistence.transaction import required

SHELVES: Mapping[str, tuple[State, ...]] = {
    "drafts": (State.DRAFT,),
    "scheduled": (State.SCHEDULED,),
    "sent": (State.SENDING, State.PAUSED, State.SENT, State.CANCELLED),
}
"""The lists of the console: which states lie on which."""


async def find(*, cluster_id: int, mailing_id: int) -> Mailing:
    """The mailing; raises NotFound when there is none, or it is another cluster's."""
    found = await Mailing.objects().where(Mailing.id == mailing_id, Mailing.cluster_id == cluster_id).first()
    return _there(found)


async def lock(*, cluster_id: int, mailing_id: int, version: int | None = None) -> Mailing:
    """The mailing, locked until the transaction ends; raises Stale when somebody changed it since `version`."""
    required()
    found = await Mailing.objects().where(Mailing.id == mailing_id, Mailing.cluster_id == cluster_id).lock_rows("UPDATE").first()
    mailing = _there(found)
    if version is not None and mailing.version != version:
        raise Stale("Somebody else changed this newsletter meanwhile. Look at it again before you go on.")
    return mailing


async def sent_by(*, dispatch_id: int) -> Mailing | None:
    """The mailing that a dispatch carries, if it carries one."""
    return await Mailing.objects().where(Mailing.dispatch_id == dispatch_id).first()


async def change(mailing: Mailing, *, now: datetime, **columns: object) -> None:
    """Write columns of a locked mailing; its version goes up."""
    columns |= {"version": mailing.version + 1, "changed_at": now}
    await Mailing.update(columns).where(Mailing.id == mailing.id)  # type: ignore[arg-type]


async def shelf(*, cluster_id: int, states: tuple[State, ...], before_id: int | None = None, limit: int = 20) -> list[Mailing]:
    """Mailings in these states, newest first; page on with the last one's id."""
    query = Mailing.objects().where(Mailing.cluster_id == cluster_id, Mailing.state.is_in([state.value for state in states]))
    if before_id is not None:
        query = query.where(Mailing.id < before_id)
    return await query.order_by(Mailing.id, ascending=False).limit(limit)


async def counts(*, cluster_id: int) -> dict[str, int]:
    """How many lie on each of the `SHELVES`."""
    rows = await Mailing.select(Mailing.state).where(Mailing.cluster_id == cluster_id)
    return {name: sum(row["state"] in states for row in rows) for name, states in SHELVES.items()}


def fallback_of(mailing: Mailing) -> dict[str, str | None]:
    """What was decided about languages without an edition."""
    found: dict[str, str | None] = json.loads(mailing.fallback)
    return found


def _there(mailing: Mailing | None) -> Mailing:
    if mailing is None:
        raise NotFound("There is no such newsletter here. It may have been removed.")
    return mailing
