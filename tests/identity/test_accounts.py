"""Accounts: made once per address, changed by their owner, closed for good."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.clusters.tables import Cluster
from service.errors import NotFound, Refused
from service.identity import accounts, one_time, passwords, sessions
from service.identity.one_time import Purpose
from service.identity.tables import Coordinator, OneTime, Session
from tests.support.identity import PASSWORD, coordinator


async def test_an_account_is_found_by_its_address_in_any_case(database: None, now: datetime) -> None:
    made = await coordinator(now=now, address="Kadri@Näide.ee")
    found = await accounts.by_address(address=" kadri@NÄIDE.EE ")
    assert found is not None
    assert found.id == made.id


async def test_what_is_no_address_finds_nobody(database: None) -> None:
    assert await accounts.by_address(address="nobody") is None
    assert await accounts.by_address(address="nobody@example.org") is None


async def test_an_address_has_one_account(database: None, now: datetime) -> None:
    await coordinator(now=now, address="kadri@example.org")
    with pytest.raises(Refused) as caught:
        await coordinator(now=now, address="KADRI@example.org")
    assert caught.value.problem.field == "address"
    assert await Coordinator.count() == 1


async def test_every_problem_of_an_account_is_told_at_once(database: None, now: datetime) -> None:
    with pytest.raises(Refused) as caught:
        await accounts.create(address="x", name="", language="de", password="short", now=now)
    assert {problem.field for problem in caught.value.problems} == {"address", "name", "language", "password"}


async def test_the_password_is_kept_as_a_hash(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    stored = await accounts.by_id(coordinator_id=made.id)
    assert stored.password_hash is not None
    assert PASSWORD not in stored.password_hash
    assert await passwords.matches(stored.password_hash, PASSWORD)


async def test_a_new_password_ends_other_sessions_and_open_links(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    here, there = [await sessions.open(coordinator_id=made.id, now=now) for _ in range(2)]
    await one_time.issue(purpose=Purpose.PASSWORD, coordinator_id=made.id, now=now)
    signed = await sessions.find(value=here, now=now)
    assert signed is not None
    await accounts.change_password(
        coordinator_id=made.id, current=PASSWORD, new="kuus musta kassi", keep_session_id=signed.session_id, now=now
    )
    assert await sessions.find(value=here, now=now) is not None
    assert await sessions.find(value=there, now=now) is None
    assert await OneTime.count() == 0


@pytest.mark.parametrize(("current", "new", "field"), [("wrong password", "kuus musta kassi", "current"), (PASSWORD, "short", "new")])
async def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(
    database: None, now: datetime, current: str, new: str, field: str
) -> None:
    made = await coordinator(now=now)
    with pytest.raises(Refused) as caught:
        await accounts.change_password(coordinator_id=made.id, current=current, new=new, keep_session_id=0, now=now)
    assert caught.value.problem.field == field
    assert await passwords.matches((await accounts.by_id(coordinator_id=made.id)).password_hash, PASSWORD)


async def test_a_closed_account_loses_its_sessions_and_links(database: None, now: datetime) -> None:
    made = await coordinator(now=now)
    value = await sessions.open(coordinator_id=made.id, now=now)
    await one_time.issue(purpose=Purpose.SIGN_IN, coordinator_id=made.id, now=now)
    await accounts.disable(coordinator_id=made.id, now=now, actor_id=None)
    assert await sessions.find(value=value, now=now) is None
    assert (await Session.count(), await OneTime.count()) == (0, 0)


async def test_name_and_language_are_changed_by_their_owner(cluster: Cluster, now: datetime) -> None:
    made = await coordinator(now=now, cluster=cluster)
    await accounts.edit(coordinator_id=made.id, name="Kadri  Kuusk", language="ru", now=now)
    found = await accounts.by_id(coordinator_id=made.id)
    assert (found.name, found.language) == ("Kadri Kuusk", "ru")
    with pytest.raises(Refused):
        await accounts.edit(coordinator_id=made.id, name="Kadri", language="de", now=now)


async def test_an_unknown_account_is_not_found(database: None) -> None:
    with pytest.raises(NotFound):
        await accounts.by_id(coordinator_id=1)
    assert not await accounts.any()
