"""Which lanes are woken for what lies ready."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from service.delivery.gate import Gate
from service.delivery.lane import Lane
from service.delivery.lanes import Lanes
from service.delivery.outbox import Kind
from service.settings import Relay

BUSY, IDLE, CLOSED = SimpleNamespace(idle=False), SimpleNamespace(idle=True), None


@pytest.mark.parametrize(
    ("sessions", "service", "news", "woken"),
    [
        ([BUSY, CLOSED, CLOSED], 1, 0, [1]),
        ([CLOSED, BUSY, IDLE], 1, 0, [2]),
        ([BUSY, BUSY, BUSY], 1, 1, []),
        ([CLOSED, CLOSED, IDLE], 0, 2, [2, 1]),
        ([CLOSED, IDLE, CLOSED], 1, 1, [1, 2]),
    ],
    ids=["behind a tarpit", "who is connected comes first", "all wait for a server", "the first is kept for service", "one each"],
)
async def test_a_lane_that_waits_for_a_server_stands_in_no_others_way(
    monkeypatch: pytest.MonkeyPatch, sessions: list[Any], service: int, news: int, woken: list[int]
) -> None:
    lanes = Lanes([Gate(Relay(connections=3))], depot=cast("Any", None), hostname=None)
    order = list(lanes)
    for lane, session in zip(order, sessions, strict=True):
        lane.session = session
    found: list[int] = []
    monkeypatch.setattr(Lane, "want", lambda lane: found.append(order.index(lane)))
    lanes.call({Kind.SERVICE: service, Kind.NEWS: news}, may_use=lambda _gate, _kind: True)
    assert found == woken
