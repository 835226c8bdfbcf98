"""Forget what is kept no longer, as `tables` promises."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from service.returns import aside, once
from service.returns.tables import Answer, Report

KEPT = timedelta(days=730)


async def forget(*, state: Path, now: datetime) -> None:
    """Called every hour or so."""
    await once.forget(now=now)
    await aside.forget(state=state, now=now)
    await Answer.delete().where(Answer.received_at < now - KEPT)
    await Report.delete().where(Report.received_at < now - KEPT)
