"""The first coordinator of an empty installation."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from service.errors import Gone, Refused
from service.identity import accounts, one_time, set_up
from service.identity.one_time import Purpose
from service.identity.tables import Coordinator
from tests.support.identity import PASSWORD, coordinator


async def begin(now: datetime, **changes: Any) -> Coordinator:
    values: dict[str, Any] = {"one_time_id": 1, "address": "kadri@example.org", "name": "Kadri", "language": "et", "password": PASSWORD}
    return await set_up.begin(**(values | changes), now=now)


async def test_the_first_runs_the_installation(database: None, now: datetime) -> None:
    await one_time.issue(purpose=Purpose.WELCOME, now=now)
    first = await begin(now)
    assert first.is_operator
    assert await accounts.any()


async def test_what_is_refused_leaves_the_link_open(database: None, now: datetime) -> None:
    await one_time.issue(purpose=Purpose.WELCOME, now=now)
    with pytest.raises(Refused):
        await begin(now, password="short")
    assert not await accounts.any()
    assert await begin(now)


async def test_of_two_links_at_once_one_sets_up(database: None, now: datetime) -> None:
    for _ in range(2):
        await one_time.issue(purpose=Purpose.WELCOME, now=now)
    done = await asyncio.gather(begin(now), begin(now, one_time_id=2, address="eve@example.org"), return_exceptions=True)
    assert [type(one) for one in done].count(Gone) == 1
    assert await Coordinator.count() == 1


async def test_once_there_is_a_coordinator_a_link_is_gone(database: None, now: datetime) -> None:
    await one_time.issue(purpose=Purpose.WELCOME, now=now)
    await coordinator(now=now)
    with pytest.raises(Gone):
        await begin(now, address="eve@example.org")
