"""Signing in by password and by link."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher

from service.errors import Gone, Refused, TooMany
from service.identity import accounts, one_time, passwords, sessions, sign_in
from service.identity.one_time import LIFETIMES, Purpose
from service.identity.tables import Coordinator
from tests.support.identity import PASSWORD, coordinator


async def attempt(
    *, now: datetime, address: str = "kadri@example.org", password: str = PASSWORD, network: str = "192.0.2.7"
) -> Coordinator:
    return await sign_in.with_password(address=address, password=password, network=network, now=now)


async def refusal(**attempted: Any) -> str:
    with pytest.raises(Refused) as caught:
        await attempt(**attempted)
    return caught.value.problem.text


async def test_address_and_password_sign_in_and_the_time_is_noted(database: None, now: datetime) -> None:
    await coordinator(now=now)
    signed = await attempt(now=now, address=" KADRI@example.org ")
    assert (await accounts.by_id(coordinator_id=signed.id)).last_sign_in == now


async def test_unknown_wrong_unset_and_closed_get_one_answer(database: None, now: datetime) -> None:
    await coordinator(now=now)
    await coordinator(now=now, address="invited@example.org", password=None)
    closed = await coordinator(now=now, address="closed@example.org")
    await accounts.disable(coordinator_id=closed.id, now=now, actor_id=None)
    answers = {
        await refusal(now=now, password="a wrong password"),
        await refusal(now=now, address="unknown@example.org"),
        await refusal(now=now, address="no address"),
        await refusal(now=now, address="invited@example.org"),
        await refusal(now=now, address="closed@example.org"),
    }
    assert len(answers) == 1


async def test_an_unknown_account_costs_the_same_work(database: None, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    await coordinator(now=now)
    checked: list[str] = []

    class Noting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            checked.append(str(hash).rsplit("$", 2)[0])
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "hasher", Noting(time_cost=1, memory_cost=8, parallelism=1))
    await refusal(now=now, address="unknown@example.org")
    await refusal(now=now, password="a wrong password")
    unknown, known = checked
    assert unknown == known


async def test_the_eleventh_attempt_of_an_hour_from_one_network_is_too_many(database: None, now: datetime) -> None:
    await coordinator(now=now)
    for _ in range(10):
        await refusal(now=now, password="a wrong password")
    with pytest.raises(TooMany):
        await attempt(now=now)
    assert await attempt(now=now, network="198.51.100.1")
    assert await attempt(now=now + timedelta(hours=1))


async def test_guessing_from_everywhere_is_stopped_too(database: None, now: datetime) -> None:
    await coordinator(now=now)
    for place in range(40):
        await refusal(now=now, password="a wrong password", network=f"192.0.2.{place}")
    with pytest.raises(TooMany):
        await attempt(now=now, network="198.51.100.1")


async def test_one_network_trying_many_addresses_is_stopped(database: None, now: datetime) -> None:
    for person in range(60):
        await refusal(now=now, address=f"p{person}@example.org")
    with pytest.raises(TooMany):
        await attempt(now=now, address="p60@example.org")


async def test_an_outdated_hash_is_renewed_at_sign_in(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=16).hash(PASSWORD)
    await Coordinator.update(password_hash=weak).where(Coordinator.id == made.id)
    await attempt(now=now)
    stored = (await accounts.by_id(coordinator_id=made.id)).password_hash
    assert stored is not None
    assert stored != weak
    assert await passwords.matches(stored, PASSWORD)


async def test_a_sign_in_link_works_once(database: None, now: datetime) -> None:
    made = await coordinator(now=now, password=None)
    row = await one_time.issue(purpose=Purpose.SIGN_IN, coordinator_id=made.id, now=now)
    assert (await sign_in.with_link(one_time_id=row.id, now=now)).id == made.id
    with pytest.raises(Gone):
        await sign_in.with_link(one_time_id=row.id, now=now)


async def test_of_two_clicks_at_once_one_signs_in(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    row = await one_time.issue(purpose=Purpose.SIGN_IN, coordinator_id=made.id, now=now)
    results = await asyncio.gather(*(sign_in.with_link(one_time_id=row.id, now=now) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, Coordinator) for result in results) == 1
    assert sum(isinstance(result, Gone) for result in results) == 4


async def test_looking_at_a_link_does_not_use_it_up(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    row = await one_time.issue(purpose=Purpose.SIGN_IN, coordinator_id=made.id, now=now)
    for _ in range(2):
        await one_time.look(one_time_id=row.id, purposes=(Purpose.SIGN_IN,), now=now)
    assert await sign_in.with_link(one_time_id=row.id, now=now)


async def test_an_expired_foreign_or_unknown_link_is_gone(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    row = await one_time.issue(purpose=Purpose.SIGN_IN, coordinator_id=made.id, now=now)
    other = await one_time.issue(purpose=Purpose.PASSWORD, coordinator_id=made.id, now=now)
    for one_time_id, moment in ((row.id, now + LIFETIMES[Purpose.SIGN_IN]), (other.id, now), (999, now)):
        with pytest.raises(Gone):
            await sign_in.with_link(one_time_id=one_time_id, now=moment)


async def test_a_link_of_a_closed_account_is_gone(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    row = await one_time.issue(purpose=Purpose.SIGN_IN, coordinator_id=made.id, now=now)
    await Coordinator.update(disabled_at=now).where(Coordinator.id == made.id)
    with pytest.raises(Gone):
        await sign_in.with_link(one_time_id=row.id, now=now)


async def test_a_new_password_by_link_signs_in_once_and_replaces_the_old_one(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    elsewhere = await sessions.open(coordinator_id=made.id, now=now)
    first, second = [await one_time.issue(purpose=Purpose.PASSWORD, coordinator_id=made.id, now=now) for _ in range(2)]
    await sign_in.with_new_password(one_time_id=first.id, password="kuus musta kassi", now=now)
    assert await attempt(now=now, password="kuus musta kassi")
    assert await sessions.find(value=elsewhere, now=now) is None
    for used in (first, second):
        with pytest.raises(Gone):
            await sign_in.with_new_password(one_time_id=used.id, password="seitse halli hunti", now=now)


async def test_a_weak_new_password_leaves_the_link_open(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    row = await one_time.issue(purpose=Purpose.PASSWORD, coordinator_id=made.id, now=now)
    with pytest.raises(Refused):
        await sign_in.with_new_password(one_time_id=row.id, password="short", now=now)
    assert await sign_in.with_new_password(one_time_id=row.id, password="kuus musta kassi", now=now)
