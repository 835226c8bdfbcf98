"""Pause, continue or stop a mailing that is being sent. Its dispatch changes in the same transaction, so that both always say the same."""

from __future__ import annotations

from datetime import datetime

from service.audit import trail
from service.delivery import control, setbacks
from service.mailings import lifecycle, records
from service.mailings.lifecycle import Act, State
from service.mailings.tables import Mailing
from service.persistence.transaction import transaction

BY_COORDINATOR = "stopped by a coordinator"
"""The reason on every copy that was still waiting; `web` says it in the reader's language."""


async def pause(*, cluster_id: int, mailing_id: int, now: datetime, actor_id: int | None) -> None:
    """Let no further copy out; what lies between dot and reply ends as the server says."""
    async with transaction():
        mailing = await _moved(cluster_id, mailing_id, Act.PAUSE, now, actor_id)
        await control.pause(dispatch_id=mailing.dispatch_id, now=now, reason="paused by a coordinator")


async def resume(*, cluster_id: int, mailing_id: int, now: datetime, actor_id: int | None) -> None:
    """Go on where it was paused."""
    async with transaction():
        mailing = await _moved(cluster_id, mailing_id, Act.RESUME, now, actor_id)
        await control.resume(dispatch_id=mailing.dispatch_id, now=now)


async def cancel(*, cluster_id: int, mailing_id: int, now: datetime, actor_id: int | None) -> None:
    """Stop for good: everybody who has not got it will not get it."""
    async with transaction():
        mailing = await _moved(cluster_id, mailing_id, Act.CANCEL, now, actor_id)
        await control.cancel(dispatch_id=mailing.dispatch_id, now=now, reason=BY_COORDINATOR)


async def release(*, cluster_id: int, mailing_id: int, destination: str, now: datetime, actor_id: int | None) -> None:
    """Go on at a destination at which it was held alone; nothing happens when it is not."""
    async with transaction():
        mailing = await records.lock(cluster_id=cluster_id, mailing_id=mailing_id)
        if await setbacks.release(dispatch_id=mailing.dispatch_id, destination=destination, now=now):
            await trail.record(
                action="mailing.released",
                subject_kind="mailing",
                subject_id=mailing_id,
                cluster_id=cluster_id,
                actor_id=actor_id,
                now=now,
                details={"destination": destination},
            )


async def _moved(cluster_id: int, mailing_id: int, act: Act, now: datetime, actor_id: int | None) -> Mailing:
    mailing = await records.lock(cluster_id=cluster_id, mailing_id=mailing_id)
    state = lifecycle.after(State(mailing.state), act)
    await records.change(mailing, now=now, state=state, ended_at=now if state is State.CANCELLED else None)
    await trail.record(
        action=f"mailing.{act}", subject_kind="mailing", subject_id=mailing_id, cluster_id=cluster_id, actor_id=actor_id, now=now
    )
    return mailing
