"""What keeps a relay from taking mail: a row for each that refused us before RCPT, seen by all workers and by the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.persistence.engine import connection
from service.settings import Relay


@dataclass(frozen=True, slots=True)
class HeldRelay:
    """A relay on hold. `stage`: connect, greeting, tls, auth or mail; `reply`: its own words; `until`: when it is probed next."""

    name: str
    stage: str
    reply: str
    refusals: int
    since: datetime
    until: datetime


async def held() -> list[HeldRelay]:
    """The relays that are on hold, by name."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT name, stage, reply, refusals, held_since, held_until FROM relay ORDER BY name", timeout=5)
    return [HeldRelay(row["name"], row["stage"], row["reply"], row["refusals"], row["held_since"], row["held_until"]) for row in rows]


async def troubles(*, among: Sequence[Relay]) -> list[tuple[HeldRelay, bool]]:
    """The held ones of these, each with whether mail waits for it: no other takes all of its kinds meanwhile."""
    found = {one.name: one for one in await held()}
    carried = {kind for relay in among if relay.name not in found for kind in relay.kinds}
    return [(found[relay.name], not carried.issuperset(relay.kinds)) for relay in among if relay.name in found]


async def keep(*, names: Sequence[str]) -> None:
    """Forget what was held under other names: a relay that was renamed or taken away is probed by nobody."""
    async with connection() as raw:
        await raw.execute("DELETE FROM relay WHERE name <> ALL ($1::text[])", list(names))


async def hold(*, held: HeldRelay) -> None:
    """Tell everybody that a relay is left alone until it is probed again."""
    async with connection() as raw:
        await raw.execute(_HOLD, held.name, held.stage, held.reply, held.refusals, held.since, held.until)


async def release(*, name: str) -> None:
    """It takes mail again."""
    async with connection() as raw:
        await raw.execute("DELETE FROM relay WHERE name = $1", name)


_HOLD = """
INSERT INTO relay (name, stage, reply, refusals, held_since, held_until) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (name) DO UPDATE SET stage = $2, reply = $3, refusals = $4, held_until = $6
"""
