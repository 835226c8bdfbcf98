"""The jobs: ids in, one room call, nothing else. All take unknown further keywords, so that an old worker survives a newer caller."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import structlog

from service.events import offers, reminders
from service.mailings import tick as newsletters
from service.returns import about_us, refusals, sweep
from service.upkeep import cleaning

log = structlog.get_logger()

Due = Callable[..., Awaitable[object]]

DUE: tuple[Due, ...] = (newsletters.tick, refusals.tick, about_us.tick)
"""What every tick looks for; each is called with `links=` and `now=` and does nothing when nothing is due, however many workers call it."""

OF_EVENTS: tuple[Due, ...] = (offers.tick, reminders.tick)
"""The same about events, whose letters bring calendar entries: called with `mail_domain=` as well."""


async def carry(ctx: dict[Any, Any], *_rows: Any, **_unknown: Any) -> None:
    """There may be something to send."""
    ctx["carrier"].wake()


async def tick(ctx: dict[Any, Any], *_rows: Any, **_unknown: Any) -> None:
    """Find what a lost nudge forgot and what has become due."""
    for due in (*DUE, *OF_EVENTS):
        more = {"mail_domain": ctx["mail_domain"]} if due in OF_EVENTS else {}
        try:
            await due(links=ctx["links"], now=datetime.now(UTC), **more)
        except Exception:  # one room's trouble must not keep the others' work from being found
            log.exception("tick_failed", work=due.__module__)


async def clean(ctx: dict[Any, Any], *_rows: Any, **_unknown: Any) -> None:
    """Forget what has run out."""
    now = datetime.now(UTC)
    await cleaning.clean(now=now)
    await sweep.forget(state=ctx["state"], now=now)
