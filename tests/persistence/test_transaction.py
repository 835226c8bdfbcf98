"""What `transaction()` promises, on a real PostgreSQL and a real Valkey."""

import asyncio
from datetime import datetime

import asyncpg
import pytest
from arq.connections import ArqRedis

from service.audit import trail
from service.audit.tables import AuditEntry
from service.errors import TooMany
from service.persistence import engine, nudge, throttle
from service.persistence.transaction import nudge_after_commit, required, transaction
from tests.support.post import until


async def test_an_inner_error_that_is_caught_takes_back_only_what_the_inner_part_wrote(database: None, now: datetime) -> None:
    async with transaction():
        await _write("outer", now)
        with pytest.raises(ValueError, match="inner"):
            await _write_and_fail("inner", now)
    assert [entry.action for entry in await AuditEntry.objects()] == ["outer"]


async def test_a_nudge_leaves_after_the_commit_and_never_after_a_rollback(database: None, valkey_url: str, now: datetime) -> None:
    nudge.connect(url=valkey_url)
    queue = ArqRedis.from_url(valkey_url)
    await queue.flushdb()
    with pytest.raises(ValueError, match="lost"):
        await _write_and_fail("lost", now)
    async with transaction():
        nudge_after_commit("carry", key="carry")
        nudge_after_commit("carry", key="carry")
        await asyncio.sleep(0.05)
        assert await queue.zcard("arq:queue") == 0
    await until(lambda: queue.zcard("arq:queue"), what="the nudge")
    assert await queue.zrange("arq:queue", 0, -1) == [b"carry"]
    await nudge.close()
    await queue.aclose()


async def test_a_nudge_without_valkey_is_only_a_warning(database: None, now: datetime) -> None:
    nudge.connect(url="unix:///nowhere/at/all")
    async with transaction():
        await _write("kept", now)
        nudge_after_commit("carry")
    assert await AuditEntry.count() == 1
    assert not await nudge.answers()
    await nudge.close()


async def test_a_part_of_a_larger_whole_refuses_to_be_written_alone() -> None:
    with pytest.raises(RuntimeError):
        required()


async def test_a_cap_holds_over_parallel_attempts_and_ends_with_the_hour(database: None, now: datetime) -> None:
    attempts = [throttle.count(what="sign-in", who="somebody", limit=5, now=now) for _ in range(20)]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    refused = [result for result in results if isinstance(result, TooMany)]
    assert len(refused) == 15
    assert refused[0].retry_after == 3601
    await throttle.count(what="sign-in", who="somebody", limit=5, now=now.replace(hour=10))


async def test_several_attempts_are_counted_at_once_and_one_above_its_cap_refuses_all(database: None, now: datetime) -> None:
    form = [("of", "mari", 20), ("of", "jaan", 20), ("from", "office", 5), ("from", "office", 5)]
    tries = await asyncio.gather(*(throttle.count_all(attempts=one, now=now) for one in (form, form[::-1], form)), return_exceptions=True)
    assert [isinstance(one, TooMany) for one in tries].count(True) == 1
    await throttle.count(what="of", who="mari", limit=4, now=now)
    with pytest.raises(TooMany):
        await throttle.count(what="of", who="mari", limit=4, now=now)


async def _write(action: str, now: datetime) -> None:
    await trail.record(action=action, subject_kind="test", subject_id=None, cluster_id=None, actor_id=None, now=now)


async def _write_and_fail(action: str, now: datetime) -> None:
    async with transaction():
        await _write(action, now)
        nudge_after_commit(action)
        raise ValueError(action)


async def test_a_transaction_that_loses_its_server_lets_go_of_its_connection(database: None) -> None:
    for _ in range(30):  # more than the pool has
        with pytest.raises(asyncpg.PostgresError):
            async with transaction(), engine.connection() as raw:
                await raw.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        assert await engine.answers()


async def test_a_cancelled_transaction_lets_go_of_its_connection(database: None) -> None:
    async def work() -> None:
        async with transaction(), engine.connection() as raw:
            await raw.execute("SELECT pg_sleep(1)")

    for number in range(60):
        task = asyncio.create_task(work())
        await asyncio.sleep(number / 10_000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await engine.answers()
