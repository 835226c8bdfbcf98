"""What became of a dispatch, by query: counts by state and reason, and the copies themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import msgspec

from service.delivery.tables import Delivery
from service.persistence.engine import connection


@dataclass(frozen=True, slots=True)
class Results:
    """Counts of one dispatch. `by_reason`: (state, reason) → copies. Times are those of copies the relay accepted.

    `figures`: for what it paused itself, `{"bad", "settled"}`; `reason` is then an `alarm.Kind`.
    """

    dispatch_id: int
    kind: str
    state: str
    reason: str
    candidates: int
    by_state: dict[str, int]
    by_reason: dict[tuple[str, str], int]
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    figures: dict[str, int] | None = None

    @property
    def adds_up(self) -> bool:
        """Whether every candidate has a row: sent, open, or left out with a reason."""
        return sum(self.by_state.values()) == self.candidates

    @property
    def open(self) -> int:
        """Copies that have no final state yet."""
        return self.by_state.get("queued", 0) + self.by_state.get("sending", 0)


async def of(*, dispatch_id: int) -> Results | None:
    """The counts right now; None when there is no such dispatch."""
    async with connection() as raw:
        dispatch = await raw.fetchrow("SELECT kind, state, reason, candidates, figures FROM dispatch WHERE id = $1", dispatch_id)
        if dispatch is None:
            return None
        rows = await raw.fetch(_COUNTS, dispatch_id)
    by_state: dict[str, int] = {}
    for row in rows:
        by_state[row["state"]] = by_state.get(row["state"], 0) + row["copies"]
    sent = [row for row in rows if row["state"] == "sent"]
    return Results(
        dispatch_id=dispatch_id,
        kind=dispatch["kind"],
        state=dispatch["state"],
        reason=dispatch["reason"],
        candidates=dispatch["candidates"],
        by_state=by_state,
        by_reason={(row["state"], row["reason"]): row["copies"] for row in rows},
        first_sent_at=min((row["first"] for row in sent), default=None),
        last_sent_at=max((row["last"] for row in sent), default=None),
        figures=msgspec.json.decode(dispatch["figures"]) if dispatch["figures"] else None,
    )


async def deliveries(*, dispatch_id: int, state: str | None = None, search: str = "", after_id: int = 0, limit: int = 50) -> list[Delivery]:
    """The copies in the order of their ids, `limit` at a time; page on with the last one's id. `search`: a part of the address or the name."""
    query = Delivery.objects().where(Delivery.dispatch_id == dispatch_id, Delivery.id > after_id)
    if state is not None:
        query = query.where(Delivery.state == state)
    if search:
        pattern = "%" + re.sub(r"([\\%_])", r"\\\1", search) + "%"
        query = query.where(Delivery.address.ilike(pattern) | Delivery.name.ilike(pattern))
    return await query.order_by(Delivery.id).limit(limit)


_COUNTS = """
SELECT state, reason, count(*) AS copies, min(settled_at) AS first, max(settled_at) AS last
FROM delivery WHERE dispatch_id = $1 GROUP BY state, reason
"""
