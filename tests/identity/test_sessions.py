"""A session lives as long as it is used, and never longer than two weeks."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.identity import accounts, one_time, sessions
from service.identity.one_time import Purpose
from service.identity.tables import OneTime, Session
from tests.support.identity import coordinator


async def test_a_session_says_who_is_signed_in(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    value = await sessions.open(coordinator_id=made.id, now=now)
    signed = await sessions.find(value=value, now=now)
    assert signed is not None
    assert signed.coordinator.id == made.id


async def test_the_database_does_not_hold_the_cookie(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    value = await sessions.open(coordinator_id=made.id, now=now)
    row = await Session.select().first()
    assert row is not None
    assert value not in str(row)
    assert await sessions.find(value=row["digest"], now=now) is None


async def test_signing_in_anew_ends_the_session_the_browser_had(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    before = await sessions.open(coordinator_id=made.id, now=now)
    after = await sessions.open(coordinator_id=made.id, now=now, instead_of=before)
    assert after != before
    assert await sessions.find(value=before, now=now) is None
    assert await sessions.find(value=after, now=now) is not None


async def test_a_value_that_a_stranger_chose_opens_nothing(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    value = await sessions.open(coordinator_id=made.id, now=now, instead_of="planted")
    assert value != "planted"
    assert await sessions.find(value="planted", now=now) is None


async def test_two_days_without_a_visit_end_it(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    value = await sessions.open(coordinator_id=made.id, now=now)
    assert await sessions.find(value=value, now=now + sessions.IDLE) is None


async def test_visits_keep_it_but_not_beyond_two_weeks(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    value = await sessions.open(coordinator_id=made.id, now=now)
    for day in range(1, 14):
        assert await sessions.find(value=value, now=now + timedelta(days=day)) is not None
    assert await sessions.find(value=value, now=now + sessions.LIFETIME) is None


async def test_signing_out_ends_it(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    value = await sessions.open(coordinator_id=made.id, now=now)
    await sessions.close(value=value)
    assert await sessions.find(value=value, now=now) is None


async def test_a_closed_account_is_signed_out_everywhere(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    await accounts.disable(coordinator_id=made.id, now=now, actor_id=None)
    value = await sessions.open(coordinator_id=made.id, now=now)
    assert await sessions.find(value=value, now=now) is None


async def test_the_sweep_takes_what_is_over_and_leaves_the_rest(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    old, new = now - timedelta(days=15), now - timedelta(hours=1)
    for moment in (old, now - timedelta(days=3), new):
        await sessions.open(coordinator_id=made.id, now=moment)
    for moment in (old, new):
        await one_time.issue(purpose=Purpose.SIGN_IN, coordinator_id=made.id, now=moment)
    await sessions.sweep(now=now)
    assert (await Session.count(), await OneTime.count()) == (1, 1)
