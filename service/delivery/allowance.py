"""How many copies a destination takes now ★: messages an hour, the warm-up of a day, and the slow-down after it asked for one.

| limit | news | awaited: service letters, and a coordinator's test letters |
|---|---|---|
| messages an hour: a bucket of ten seconds' worth, half full at first | waits | goes, and news waits for it afterwards |
| warm-up: a day (UTC) carries at most twice as much as any before it | waits for the next day | goes |
| slowed (421 or 4.7.x at RCPT or dot): 60 a minute, each time half of it, 1 at worst; doubles every 5 minutes | waits | waits, in front of news |
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

FIRST_RATE, WORST_RATE, FREE_RATE = 60.0, 1.0, 1000.0
"""Copies a minute: after the first slow-down, at worst, and when it is over."""

RECOVERY = timedelta(minutes=5)
"""How long until a slowed destination is tried at twice the rate."""

TOGETHER = timedelta(seconds=30)
"""Refusals of copies that were under way together count once."""

HORIZON = timedelta(minutes=15)
"""How far ahead copies get a moment of their own; the rest is looked at again then."""

LONGEST_SLOW = timedelta(hours=1)
"""After this long without another refusal no destination is slowed any more."""

SLOWED, PER_HOUR, WARM_UP = "slowed", "per hour", "warm-up"
"""Why a copy waits: the reason in its row."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`per_hour`: messages an hour to each destination; `warm_up`: copies on its first day. 0: no limit."""

    per_hour: int = 0
    warm_up: int = 0

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(self.per_hour or self.warm_up)


@dataclass(frozen=True, slots=True)
class Flow:
    """What went to a destination and how it takes it; see `tables.Destination`."""

    name: str
    day: date
    tokens: float
    filled_at: datetime
    tail_at: datetime
    taken: int = 0
    best: int = 0
    rate: float | None = None
    slowed_since: datetime | None = None
    slowed_at: datetime | None = None
    reply: str = ""


def begun(name: str, *, limits: Limits, now: datetime) -> Flow:
    """A destination that nothing is known of."""
    return Flow(name, now.date(), _bucket(limits.per_hour / 60) / 2, now, now)


def slow_rate(flow: Flow, now: datetime) -> float | None:
    """Copies a minute while it is slowed; None when it is not."""
    if flow.rate is None or flow.slowed_at is None:
        return None
    found = flow.rate * 2.0 ** min((now - flow.slowed_at) / RECOVERY, 20)
    return found if found < FREE_RATE else None


def free_at(flow: Flow) -> datetime | None:
    """When a slowed destination takes mail as before, if it refuses no more."""
    if flow.rate is None or flow.slowed_at is None:
        return None
    doublings, rate = 0.0, flow.rate
    while rate < FREE_RATE:
        doublings, rate = doublings + 1, rate * 2
    return flow.slowed_at + doublings * RECOVERY


def take(flow: Flow, *, wanted: int, is_awaited: bool, limits: Limits, now: datetime) -> tuple[Flow, int]:
    """How many of `wanted` copies may go now, and the destination after them."""
    filled = _filled(flow, limits, now)
    granted = min([wanted, *(max(0, limit) for _, limit in _limits(filled, is_awaited, limits, now))])
    spent = filled.tokens - granted if _rate(filled, limits, now) is not None else filled.tokens
    return replace(filled, tokens=spent, taken=filled.taken + granted), granted


def put_off(flow: Flow, *, copies: int, is_awaited: bool, limits: Limits, now: datetime) -> tuple[Flow, str, list[datetime]]:
    """Why so many more copies wait, and when each is looked at again, once `take` has granted what there was."""
    why = min(_limits(flow, is_awaited, limits, now), key=lambda limit: limit[1], default=(SLOWED, 0))[0]
    if why == WARM_UP:
        return flow, why, [datetime.combine(now.date() + timedelta(days=1), time(), UTC)] * copies
    step = timedelta(minutes=1) / (_rate(flow, limits, now) or FREE_RATE)
    first = now + max(0.0, 1 - flow.tokens) * step
    if is_awaited:
        return flow, why, _row(first, step, copies, now)
    moments = _row(max(flow.tail_at + step, first), step, copies, now)
    return replace(flow, tail_at=max([flow.tail_at, *moments])), why, moments


def refunded(flow: Flow, *, copies: int, now: datetime) -> Flow:
    """After so many copies that were granted did not go."""
    return replace(flow, tokens=flow.tokens + copies, taken=max(0, flow.taken - copies)) if flow.day == now.date() else flow


def slowed(flow: Flow, *, reply: str, now: datetime) -> Flow:
    """After it has asked to be left alone."""
    rate = slow_rate(flow, now)
    if rate is not None and flow.slowed_at is not None and now - flow.slowed_at < TOGETHER:
        return flow
    since = flow.slowed_since if rate is not None else now
    slower = FIRST_RATE if rate is None else max(WORST_RATE, min(FIRST_RATE, rate / 2))
    return replace(
        flow, rate=slower, slowed_since=since, slowed_at=now, reply=reply, tokens=min(0.0, flow.tokens), filled_at=now, tail_at=now
    )


def _filled(flow: Flow, limits: Limits, now: datetime) -> Flow:
    """Its bucket and its day brought up to now; a slow-down that is over is forgotten."""
    if now.date() > flow.day:
        flow = replace(flow, day=now.date(), taken=0, best=max(flow.best, flow.taken))
    if flow.rate is not None and slow_rate(flow, now) is None:
        flow = replace(flow, rate=None, slowed_since=None, slowed_at=None, reply="", tail_at=now)
    rate = _rate(flow, limits, now)
    if rate is None:
        return replace(flow, filled_at=now)
    gained = rate * max(timedelta(), now - flow.filled_at) / timedelta(minutes=1)
    return replace(flow, tokens=min(_bucket(rate), flow.tokens + gained), filled_at=now)


def _limits(flow: Flow, is_awaited: bool, limits: Limits, now: datetime) -> list[tuple[str, int]]:
    """Those that hold this kind of letter: why, and how many copies are left."""
    found = []
    if slow_rate(flow, now) is not None:
        found.append((SLOWED, int(flow.tokens)))
    elif limits.per_hour and not is_awaited:
        found.append((PER_HOUR, int(flow.tokens)))
    if limits.warm_up and not is_awaited:
        found.append((WARM_UP, max(limits.warm_up, 2 * flow.best) - flow.taken))
    return found


def _rate(flow: Flow, limits: Limits, now: datetime) -> float | None:
    rates = [slow_rate(flow, now), limits.per_hour / 60 or None]
    return min((rate for rate in rates if rate is not None), default=None)


def _bucket(rate: float) -> float:
    return max(1.0, rate / 6)


def _row(first: datetime, step: timedelta, copies: int, now: datetime) -> list[datetime]:
    farthest = now + HORIZON
    return [min(first + place * step, farthest) for place in range(copies)]
