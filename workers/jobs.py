"""The jobs: ids in, one room call, nothing else. All take unknown further keywords, so that an old worker survives a newer caller."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import structlog

log = structlog.get_logger()

Due = Callable[..., Awaitable[object]]

DUE: tuple[Due, ...] = ()
"""What every tick looks for; each is called with `now=` and does nothing when nothing is due, however many workers call it."""


async def carry(ctx: dict[Any, Any], *_rows: Any, **_unknown: Any) -> None:
    """There may be something to send."""
    ctx["carrier"].wake()


async def tick(ctx: dict[Any, Any], *_rows: Any, **_unknown: Any) -> None:  # noqa: ARG001  (arq gives it)
    """Find what a lost nudge forgot and what has become due."""
    for due in DUE:
        try:
            await due(now=datetime.now(UTC))
        except Exception:  # one room's trouble must not keep the others' work from being found
            log.exception("tick_failed", work=due.__module__)
