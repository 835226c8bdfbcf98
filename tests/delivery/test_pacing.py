"""Pace in rows: what a claim puts off, what all workers share, what stands behind a destination on hold."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from service.clusters.tables import Cluster
from service.delivery import claim, control, pacing, results
from service.delivery.allowance import Limits
from service.delivery.claim import Claimed
from service.delivery.outbox import AWAITED, Kind
from service.delivery.tables import Destination
from service.settings import Pace, Settings
from service.tokens import Keys
from tests.support.delivery import RelayServer, carry_all, claimed, listening, post, rows

NONE = Limits()


def people(count: int, domain: str = "example.net") -> list[str]:
    return [f"p{number}@{domain}" for number in range(count)]


async def batch(*, now: datetime, limits: Limits = NONE, kind: Kind = Kind.NEWS, limit: int = 500, lease: int = 1) -> list[Claimed]:
    """What a worker's next claim brings."""
    found = await claimed(lease=lease, kind=kind, limit=limit, now=now)
    return await pacing.sift(copies=found.copies, limits=limits, now=now)


async def test_without_limits_no_row_is_kept_about_any_destination(cluster: Cluster, now: datetime) -> None:
    await post(cluster=cluster, now=now, addresses=people(3))
    assert len(await batch(now=now)) == 3
    assert await Destination.count() == 0


async def test_copies_over_the_warm_up_wait_for_the_next_day_and_say_why(cluster: Cluster, now: datetime) -> None:
    dispatch = await post(cluster=cluster, now=now, addresses=people(5) + people(5, "example.com"))
    limits = Limits(warm_up=3)
    assert len(await batch(now=now, limits=limits)) == 6
    waiting = [(row.reason, row.due_at) for row in await rows(dispatch) if row.state == "queued"]
    assert waiting == [("warm-up", datetime(2026, 11, 23, tzinfo=UTC))] * 4
    assert await batch(now=now, limits=limits) == []
    assert len(await batch(now=now + timedelta(days=1), limits=limits)) == 4


async def test_service_letters_pass_the_warm_up_and_are_counted(cluster: Cluster, now: datetime) -> None:
    await post(cluster=cluster, now=now, addresses=people(4), kind=Kind.SERVICE)
    assert len(await batch(now=now, limits=Limits(warm_up=3), kind=Kind.SERVICE)) == 4
    await post(cluster=cluster, now=now, addresses=people(4))
    assert await batch(now=now, limits=Limits(warm_up=3)) == []


async def test_workers_that_claim_at_once_share_one_allowance(cluster: Cluster, now: datetime) -> None:
    await post(cluster=cluster, now=now, addresses=people(400) + people(400, "example.com"))
    limits = Limits(warm_up=100)
    taken = await asyncio.gather(*(batch(now=now, limits=limits, limit=100, lease=lease) for lease in range(1, 9)))
    assert sum(map(len, taken)) == 200
    assert {row.name: row.taken for row in await Destination.objects()} == {"example.net": 100, "example.com": 100}


async def test_what_was_taken_and_given_back_is_not_counted(cluster: Cluster, now: datetime) -> None:
    await post(cluster=cluster, now=now, addresses=people(10))
    limits = Limits(warm_up=10)
    taken = await batch(now=now, limits=limits)
    addresses = await claim.give_back(lease=1, ids=[copy.id for copy in taken], now=now)
    await pacing.refund(addresses=addresses, now=now)
    assert len(await batch(now=now, limits=limits)) == 10


async def test_a_slowed_destination_is_slow_for_every_worker_and_others_are_not(cluster: Cluster, now: datetime) -> None:
    dispatch = await post(cluster=cluster, now=now, addresses=people(30, "googlemail.com") + people(5))
    await pacing.slow(refusals={"gmail.com": "421 4.7.28 unusual rate"}, now=now)
    assert {copy.address.partition("@")[2] for copy in await batch(now=now)} == {"example.net"}
    assert {row.reason for row in await rows(dispatch) if row.state == "queued"} == {"slowed"}
    (flow,) = await pacing.slowed(now=now)
    assert (flow.name, flow.rate, flow.reply) == ("gmail.com", 60, "421 4.7.28 unusual rate")
    minute = [len(await batch(now=now + timedelta(seconds=second))) for second in range(1, 31)]
    assert sum(minute) == 30
    assert max(minute) <= 2
    assert await pacing.slowed(now=now + timedelta(hours=1)) == []


async def test_a_slowed_destination_sends_the_service_letter_first(cluster: Cluster, now: datetime) -> None:
    await post(cluster=cluster, now=now, addresses=people(30))
    await pacing.slow(refusals={"example.net": "421 4.7.0 later"}, now=now)
    assert await batch(now=now) == []
    await post(cluster=cluster, now=now, addresses=["urgent@example.net"], kind=Kind.SERVICE)
    assert await batch(now=now, kind=Kind.SERVICE) == []
    later = now + timedelta(seconds=1)
    assert [copy.address for copy in await batch(now=later, kind=Kind.SERVICE)] == ["urgent@example.net"]


async def test_thousands_on_hold_do_not_keep_those_behind_them(cluster: Cluster, now: datetime) -> None:
    await post(cluster=cluster, now=now, addresses=people(1500, "gmail.com"))
    await post(cluster=cluster, now=now, addresses=people(2))
    await pacing.slow(refusals={"gmail.com": "421 4.7.28"}, now=now)
    claims = 0
    while not await batch(now=now):
        claims += 1
    assert claims <= 3
    assert (await claimed(kind=Kind.NEWS, now=now)).found == 0


async def test_a_copy_that_runs_out_while_it_waits_ends_as_too_late(cluster: Cluster, now: datetime) -> None:
    dispatch = await post(cluster=cluster, now=now, addresses=people(2), expires_at=now + timedelta(hours=1))
    assert len(await batch(now=now, limits=Limits(warm_up=1))) == 1
    assert await batch(now=now + timedelta(hours=1), limits=Limits(warm_up=1)) == []
    assert sorted((row.state, row.reason) for row in await rows(dispatch)) == [("expired", "too late"), ("sending", "")]


async def test_what_is_cancelled_between_claim_and_pace_stays_cancelled(cluster: Cluster, now: datetime) -> None:
    dispatch = await post(cluster=cluster, now=now, addresses=people(3))
    found = await claimed(kind=Kind.NEWS, now=now)
    await control.cancel(dispatch_id=dispatch, now=now, reason="a mistake")
    await pacing.sift(copies=found.copies, limits=Limits(warm_up=1), now=now)
    assert sorted((row.state, row.reason) for row in await rows(dispatch)) == [("cancelled", "a mistake")] * 2 + [("sending", "")]


async def test_a_large_dispatch_is_cancelled_at_once_and_its_copies_end_little_by_little(
    cluster: Cluster, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in {"_AT_ONCE": 1, "_BATCH": 2, "_ROUNDS": 2}.items():
        monkeypatch.setattr(control, name, number)
    dispatch = await post(cluster=cluster, now=now, addresses=people(8))
    other = await post(cluster=cluster, now=now, addresses=people(1))
    await claimed(kind=Kind.NEWS, now=now, limit=1)

    async def states(dispatch_id: int) -> Counter[tuple[str, str]]:
        return Counter((row.state, row.reason) for row in await rows(dispatch_id))

    await control.cancel(dispatch_id=dispatch, now=now, reason="a mistake")
    assert await states(dispatch) == {("sending", ""): 1, ("cancelled", "a mistake"): 1, ("queued", ""): 6}
    assert [copy.dispatch_id for copy in (await claimed(kind=Kind.NEWS, now=now)).copies] == [other]
    await control.clear(now=now)
    assert (await states(dispatch))["cancelled", "a mistake"] == 5
    await control.clear(now=now)
    assert await states(dispatch) == {("sending", ""): 1, ("cancelled", "a mistake"): 7}
    found = await results.of(dispatch_id=dispatch)
    assert found is not None
    assert (found.adds_up, found.open) == (True, 1)


async def test_a_test_letter_passes_the_warm_up_in_front_of_the_newsletter_and_is_counted(cluster: Cluster, now: datetime) -> None:
    await post(cluster=cluster, now=now, addresses=people(5))
    await post(cluster=cluster, now=now, addresses=["test@example.net"], priority=AWAITED)
    first, *others = await batch(now=now, limits=Limits(warm_up=3))
    assert (first.address, len(others)) == ("test@example.net", 2)
    await post(cluster=cluster, now=now, addresses=["again@example.net"], priority=AWAITED)
    assert [copy.address for copy in await batch(now=now, limits=Limits(warm_up=3))] == ["again@example.net"]
    (counted,) = await Destination.objects()
    assert counted.taken == 4


async def test_quiet_hours_hold_news_only_and_no_test_letter(cluster: Cluster, now: datetime) -> None:
    """It is 11:00 in Tallinn."""
    await Cluster.update({Cluster.quiet_from: time(10), Cluster.quiet_to: time(12)}).where(Cluster.id == cluster.id)
    await post(cluster=cluster, now=now, addresses=people(2), list_id="news.example.org")
    await post(cluster=cluster, now=now, addresses=["invited@example.org"])
    await post(cluster=cluster, now=now, addresses=["test@example.org"], priority=AWAITED)
    await post(cluster=cluster, now=now, addresses=["urgent@example.org"], kind=Kind.SERVICE)
    assert [copy.address for copy in await batch(now=now)] == ["test@example.org"]
    assert len(await batch(now=now, kind=Kind.SERVICE)) == 1
    assert len(await batch(now=now + timedelta(hours=1))) == 3


async def test_a_relay_that_says_421_for_one_provider_slows_that_provider_only(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    dispatch = await post(cluster=cluster, now=now, addresses=people(100, "gmail.com") + people(100))
    slow = RelayServer(on_rcpt=lambda to: "450 4.7.28 slow down" if to.endswith("gmail.com") else "250 2.1.5 ok")
    async with listening(slow) as server:
        await carry_all(relays=[server.relay()], state=tmp_path, settings=settings, keys=keys)
    states = [(row.address.partition("@")[2], row.state, row.reason, row.attempts) for row in await rows(dispatch)]
    assert {one for one in states if one[0] == "example.net"} == {("example.net", "sent", "", 1)}
    waiting = [one for one in states if one[0] == "gmail.com"]
    assert set(waiting) <= {("gmail.com", "queued", "refused 4.7.28 at rcpt", 1), ("gmail.com", "queued", "slowed", 0)}
    assert waiting.count(("gmail.com", "queued", "slowed", 0)) > 50


async def test_a_worker_keeps_the_warm_up_of_its_settings(cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path) -> None:
    dispatch = await post(cluster=cluster, now=datetime.now(UTC), addresses=people(30))
    async with listening(RelayServer()) as server:
        await carry_all(relays=[server.relay()], state=tmp_path, settings=replace(settings, pace=Pace(warm_up=20)), keys=keys)
    found = await results.of(dispatch_id=dispatch)
    assert found is not None
    assert found.by_state == {"sent": 20, "queued": 10}
