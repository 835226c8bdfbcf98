"""Pace in rows, shared by all workers: what a claim brought is sifted, a destination that refuses is slowed for everybody.

A claim never looks past what waits: copies that may not go now are given a later `due_at`, so that those of other destinations stand in front and the claim
stays a walk along its index.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import starmap

import structlog

from service.delivery import allowance, destinations
from service.delivery.allowance import Flow, Limits
from service.delivery.claim import LOCK_DISPATCHES, Claimed
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from service.settings import Settings

log = structlog.get_logger()

HELD = "held"
"""Why a copy waits: its mailing is held at its destination."""

_Waiting = tuple[Claimed, datetime, str]
_LOOK_AGAIN = timedelta(hours=1)
_MANY = 10_000


def limits_of(settings: Settings) -> Limits:
    """What the operator allows each destination."""
    return Limits(per_hour=settings.effective_pace.per_hour, warm_up=settings.effective_pace.warm_up)


async def sift(*, copies: Sequence[Claimed], limits: Limits, now: datetime) -> list[Claimed]:
    """The claimed copies that may go now; the others are queued again, for later and with the reason."""
    if not copies:
        return []
    async with connection() as raw:
        rows = await raw.fetch(_TROUBLED, now - allowance.LONGEST_SLOW, list({copy.dispatch_id for copy in copies}))
    held = {(row["dispatch_id"], row["name"]) for row in rows if row["dispatch_id"] is not None}
    slow = {row["name"] for row in rows if row["dispatch_id"] is None}
    if not (held or slow or limits.any):
        return list(copies)
    return await _sifted(copies, held, None if limits.any else slow, limits, now)


async def put_off(*, waiting: Sequence[tuple[Claimed, datetime]], now: datetime) -> None:
    """Queue claimed copies again, each for its moment; no attempt is counted."""
    async with transaction(), connection() as raw:
        await raw.execute(LOCK_DISPATCHES, [copy.id for copy, _ in waiting])
        await raw.execute(_PUT_OFF, *_columns_of([(copy, moment, "") for copy, moment in waiting]), now)


async def slow(*, refusals: Mapping[str, str], now: datetime) -> None:
    """These destinations (with the server's words) want less mail."""
    await _begin(refusals, Limits(), now)
    async with transaction():
        flows = await _locked(refusals)
        slower = [allowance.slowed(flow, reply=refusals[flow.name][:500], now=now) for flow in flows.values()]
        await _write(slower)
    for flow in slower:
        if flow.slowed_at == now:
            log.warning("destination_slowed", destination=flow.name, per_minute=flow.rate, reply=flow.reply)


async def refund(*, addresses: Iterable[str], now: datetime) -> None:
    """Copies to these were taken and not begun: their days count them no more."""
    counted: dict[str, int] = defaultdict(int)
    for address in addresses:
        counted[destinations.of(address)] += 1
    async with transaction():
        flows = await _locked(counted)
        await _write([allowance.refunded(flow, copies=counted[flow.name], now=now) for flow in flows.values()])


async def slowed(*, now: datetime) -> list[Flow]:
    """The destinations that are slowed at this moment, by name."""
    async with connection() as raw:
        rows = await raw.fetch(f"SELECT {_COLUMNS} FROM destination WHERE rate IS NOT NULL ORDER BY name", timeout=5)  # noqa: S608
    return [flow for flow in starmap(Flow, rows) if allowance.slow_rate(flow, now) is not None]


async def _sifted(
    copies: Sequence[Claimed], held: set[tuple[int, str]], only: set[str] | None, limits: Limits, now: datetime
) -> list[Claimed]:
    going: list[Claimed] = []
    waiting: list[_Waiting] = []
    limited: dict[str, list[Claimed]] = defaultdict(list)
    for copy in copies:
        name = destinations.of(copy.address)
        if (copy.dispatch_id, name) in held:
            waiting.append((copy, now + _LOOK_AGAIN, HELD))
        elif only is None or name in only:
            limited[name].append(copy)
        else:
            going.append(copy)
    if limited:
        await _begin(limited, limits, now)
    async with transaction(), connection() as raw:
        await raw.execute(_SOON)
        flows = await _locked(limited)
        for name, flow in flows.items():
            after = flow
            for alike in _alike(limited[name]):
                after, granted, put_off = _shared(after, alike, limits, now)
                going += granted
                waiting += put_off
            flows[name] = after
        if waiting:
            await raw.execute(LOCK_DISPATCHES, [copy.id for copy, _, _ in waiting])
            await raw.execute(_PUT_OFF, *_columns_of(waiting), now)
            await _clear(waiting, len(copies), flows, limits, now)
        await _write(list(flows.values()))
    return going


async def _clear(waiting: Sequence[_Waiting], claimed: int, flows: dict[str, Flow], limits: Limits, now: datetime) -> None:
    """Where most of a claim has to wait for one destination, put off what else is due for it, thousands at a time: others stand behind them."""
    crowd = Counter((copy.dispatch_id, destinations.of(copy.address), copy.is_awaited) for copy, _, _ in waiting)
    (dispatch_id, name, is_awaited), many = crowd.most_common(1)[0]
    if many <= claimed // 2:
        return
    async with connection() as raw:
        rows = await raw.fetch(_IN_FRONT, dispatch_id, now, destinations.domains(name), _MANY)
        why, moments = HELD, [now + _LOOK_AGAIN] * len(rows)
        if name in flows:
            flows[name], why, moments = allowance.put_off(flows[name], copies=len(rows), is_awaited=is_awaited, limits=limits, now=now)
        await raw.execute(_CLEAR, [row["id"] for row in rows], moments, why)


def _alike(copies: Sequence[Claimed]) -> list[list[Claimed]]:
    """Those that somebody waits for, then the others."""
    return [alike for awaited in (True, False) if (alike := [copy for copy in copies if copy.is_awaited is awaited])]


def _shared(flow: Flow, copies: Sequence[Claimed], limits: Limits, now: datetime) -> tuple[Flow, Sequence[Claimed], list[_Waiting]]:
    """What a destination takes of its copies, which are all awaited or none of them, and when the others are looked at again."""
    is_awaited = copies[0].is_awaited
    flow, granted = allowance.take(flow, wanted=len(copies), is_awaited=is_awaited, limits=limits, now=now)
    rest = copies[granted:]
    if not rest:
        return flow, copies, []
    flow, why, moments = allowance.put_off(flow, copies=len(rest), is_awaited=is_awaited, limits=limits, now=now)
    return flow, copies[:granted], [(copy, moment, why) for copy, moment in zip(rest, moments, strict=True)]


def _columns_of(waiting: Sequence[_Waiting]) -> tuple[list[int], list[int], list[datetime], list[str]]:
    return (
        [copy.id for copy, _, _ in waiting],
        [copy.lease for copy, _, _ in waiting],
        [moment for _, moment, _ in waiting],
        [why for _, _, why in waiting],
    )


async def _begin(names: Collection[str], limits: Limits, now: datetime) -> None:
    """See that each has a row; a statement of its own, so that nobody waits for a name while holding another."""
    fresh = allowance.begun("", limits=limits, now=now)
    async with connection() as raw:
        await raw.execute(_BEGIN, list(names), fresh.day, fresh.tokens, now)


async def _locked(names: Collection[str]) -> dict[str, Flow]:
    """The rows of these, locked in the order of their names."""
    async with connection() as raw:
        rows = await raw.fetch(f"SELECT {_COLUMNS} FROM destination WHERE name = ANY($1) ORDER BY name FOR UPDATE", list(names))  # noqa: S608
    return {row["name"]: Flow(*row) for row in rows}


async def _write(flows: Sequence[Flow]) -> None:
    if not flows:
        return
    columns = [
        [getattr(flow, name) for flow in flows]
        for name in ("name", "day", "tokens", "filled_at", "tail_at", "taken", "best", "rate", "slowed_since", "slowed_at", "reply")
    ]
    async with connection() as raw:
        await raw.execute(_WRITE, *columns)


_COLUMNS = "name, day, tokens, filled_at, tail_at, taken, best, rate, slowed_since, slowed_at, reply"

_TROUBLED = """
SELECT NULL::bigint AS dispatch_id, name FROM destination WHERE rate IS NOT NULL AND slowed_at > $1
UNION ALL
SELECT dispatch_id, destination FROM dispatch_hold WHERE released_at IS NULL AND dispatch_id = ANY($2)
"""

_BEGIN = """
INSERT INTO destination (name, day, tokens, filled_at, tail_at)
SELECT name, $2, $3, $4, $4 FROM unnest($1::text[]) AS given (name)
WHERE NOT EXISTS (SELECT FROM destination WHERE destination.name = given.name) ORDER BY name
ON CONFLICT (name) DO NOTHING
"""

# Nobody waits for these rows to be on disk: what a crash of the server takes back is taken again.
_SOON = "SET LOCAL synchronous_commit = off"

_IN_FRONT = """
SELECT id FROM delivery
WHERE dispatch_id = $1 AND settled_at IS NULL AND state = 'queued' AND due_at <= $2 AND lower(split_part(address, '@', 2)) = ANY ($3::text[])
ORDER BY due_at, id LIMIT $4 FOR UPDATE SKIP LOCKED
"""

_CLEAR = """
UPDATE delivery AS d SET due_at = LEAST(o.due_at, d.expires_at - interval '1 millisecond'), reason = $3
FROM unnest($1::bigint[], $2::timestamptz[]) AS o (id, due_at) WHERE d.id = o.id
"""

_WRITE = """
UPDATE destination AS d
SET day = f.day, tokens = f.tokens, filled_at = f.filled_at, tail_at = f.tail_at, taken = f.taken, best = f.best,
    rate = f.rate, slowed_since = f.slowed_since, slowed_at = f.slowed_at, reply = f.reply
FROM unnest(
    $1::text[], $2::date[], $3::float8[], $4::timestamptz[], $5::timestamptz[], $6::integer[], $7::integer[],
    $8::float8[], $9::timestamptz[], $10::timestamptz[], $11::text[]
) AS f (name, day, tokens, filled_at, tail_at, taken, best, rate, slowed_since, slowed_at, reply)
WHERE d.name = f.name
"""

# A copy that runs out before it may go is looked at in its last moment, and then ends as too late.
_PUT_OFF = """
UPDATE delivery AS d
SET lease = NULL, due_at = LEAST(o.due_at, d.expires_at - interval '1 millisecond'),
    state = CASE WHEN p.state = 'cancelled' THEN 'cancelled' ELSE 'queued' END,
    reason = CASE WHEN p.state = 'cancelled' THEN p.reason ELSE o.reason END,
    settled_at = CASE WHEN p.state = 'cancelled' THEN $5::timestamptz END
FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[]) AS o (id, lease, due_at, reason), dispatch AS p
WHERE d.id = o.id AND d.state = 'sending' AND d.lease = o.lease AND p.id = d.dispatch_id
"""
