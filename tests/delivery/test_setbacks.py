"""A mailing stops itself, or one destination of it, and says why; a coordinator lets it go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from service.clusters.tables import Cluster
from service.delivery import alarm, control, pacing, setbacks
from service.delivery.alarm import Figures, Kind
from service.delivery.allowance import Limits
from service.delivery.outbox import Kind as Letters
from service.delivery.setbacks import Hold
from service.delivery.tables import Dispatch
from service.persistence.engine import connection
from service.settings import Settings
from service.tokens import Keys
from tests.support.delivery import RelayServer, carry_all, claimed, listening, post, rows, until, working


async def ended(
    dispatch: int, *, now: datetime, failed: int = 0, sent: int = 0, domain: str = "%", reason: str = "refused 5.1.1 at rcpt"
) -> None:
    """So many more copies to a domain end so."""
    async with connection() as raw:
        for state, copies, why in (("failed", failed, reason), ("sent", sent, "")):
            await raw.execute(
                """UPDATE delivery SET state = $2, settled_at = $3, reason = $4 WHERE id IN (
                       SELECT id FROM delivery WHERE dispatch_id = $1 AND settled_at IS NULL AND address LIKE '%@' || $6 ORDER BY id LIMIT $5)""",
                dispatch, state, now, why, copies, domain,
            )  # fmt: skip
        await raw.execute(
            """INSERT INTO setback (dispatch_id, delivery_id, destination, kind, at)
               SELECT dispatch_id, id, split_part(address, '@', 2), CASE WHEN reason LIKE '%5.7%' THEN 'ours' ELSE 'hard' END, $2
               FROM delivery WHERE dispatch_id = $1 AND state = 'failed' AND reason LIKE 'refused%' ON CONFLICT DO NOTHING""",
            dispatch,
            now,
        )


async def written(cluster: Cluster, *, now: datetime, **domains: int) -> int:
    """`written(cluster, now=now, net=100, com=20)`: a newsletter to so many at example.net and so on."""
    addresses = [f"p{number}@example.{name}" for name, copies in domains.items() for number in range(copies)]
    return await post(cluster=cluster, now=now, addresses=addresses, list_id="news.example.org")


async def state(dispatch: int) -> tuple[str, str]:
    row = await Dispatch.objects().get(Dispatch.id == dispatch)
    assert row is not None
    return row.state, row.reason


async def test_too_many_dead_addresses_pause_the_mailing_with_the_figures(cluster: Cluster, now: datetime) -> None:
    dispatch = await written(cluster, now=now, net=60, com=60)
    await ended(dispatch, now=now, failed=6, sent=40, domain="example.net")
    await ended(dispatch, now=now, failed=5, sent=40, domain="example.com")
    assert await setbacks.weigh(dispatch_id=dispatch, now=now) == Figures(91, {Kind.HARD: {"example.net": 6, "example.com": 5}})
    await ended(dispatch, now=now, sent=9)
    assert await setbacks.weigh(dispatch_id=dispatch, now=now) is None
    row = await Dispatch.objects().get(Dispatch.id == dispatch)
    assert row is not None
    assert (row.state, row.reason, row.figures) == ("paused", "hard", '{"bad": 11, "settled": 100}')


async def test_after_continue_only_what_comes_then_is_weighed(cluster: Cluster, now: datetime) -> None:
    dispatch = await written(cluster, now=now, net=300, com=300)
    for domain in ("example.net", "example.com"):
        await ended(dispatch, now=now, failed=20, sent=60, domain=domain)
    assert await setbacks.weigh(dispatch_id=dispatch, now=now) is None
    later = now + timedelta(minutes=10)
    await control.resume(dispatch_id=dispatch, now=later)
    assert await setbacks.weigh(dispatch_id=dispatch, now=later) == Figures(0, {})
    await ended(dispatch, now=later + timedelta(seconds=9), failed=6, sent=60, domain="example.net")
    await ended(dispatch, now=later + timedelta(seconds=9), failed=6, sent=60, domain="example.com")
    await setbacks.weigh(dispatch_id=dispatch, now=later)
    assert await state(dispatch) == ("paused", "hard")


async def test_what_could_not_be_written_here_is_not_weighed(cluster: Cluster, now: datetime) -> None:
    dispatch = await written(cluster, now=now, net=60, com=60)
    await ended(dispatch, now=now, failed=60, sent=60, reason="5.6.7")
    assert await setbacks.weigh(dispatch_id=dispatch, now=now) == Figures(60, {})
    assert await state(dispatch) == ("running", "")


async def test_one_destination_is_held_alone_and_the_rest_goes_on(cluster: Cluster, now: datetime) -> None:
    dispatch = await written(cluster, now=now, net=60, com=60)
    await ended(dispatch, now=now, failed=25, domain="example.net", reason="refused 5.7.1 at dot")
    figures = await setbacks.weigh(dispatch_id=dispatch, now=now)
    assert figures is not None
    assert await state(dispatch) == ("running", "")
    assert await setbacks.holds(dispatch_id=dispatch) == [Hold("example.net", Kind.OURS, 25, 25, now)]
    found = await claimed(kind=Letters.NEWS, now=now)
    going = await pacing.sift(copies=found.copies, limits=Limits(), now=now)
    assert {copy.address.partition("@")[2] for copy in going} == {"example.com"}
    assert {row.reason for row in await rows(dispatch) if row.state == "queued"} == {"held"}


async def test_a_held_destination_goes_on_when_a_coordinator_says_so_and_is_weighed_anew(cluster: Cluster, now: datetime) -> None:
    dispatch = await written(cluster, now=now, net=60, com=60)
    await ended(dispatch, now=now, failed=25, domain="example.net", reason="refused 5.7.1 at dot")
    await setbacks.weigh(dispatch_id=dispatch, now=now)
    found = await claimed(kind=Letters.NEWS, now=now)
    await pacing.sift(copies=found.copies, limits=Limits(), now=now)
    later = now + timedelta(minutes=1)
    assert await setbacks.release(dispatch_id=dispatch, destination="example.net", now=later)
    assert not await setbacks.release(dispatch_id=dispatch, destination="example.net", now=later)
    assert (await claimed(kind=Letters.NEWS, now=later)).found == 35
    assert await setbacks.weigh(dispatch_id=dispatch, now=later) == Figures(0, {})


async def test_a_second_destination_means_that_it_is_not_the_destinations_fault(cluster: Cluster, now: datetime) -> None:
    dispatch = await written(cluster, now=now, net=60, com=60, org=60)
    for domain in ("example.net", "example.com"):
        await ended(dispatch, now=now, failed=25, domain=domain, reason="refused 5.7.1 at dot")
        await setbacks.weigh(dispatch_id=dispatch, now=now)
    assert await state(dispatch) == ("paused", "ours")


async def test_complaints_that_come_back_pause_the_mailing_and_count_once_a_copy(cluster: Cluster, now: datetime) -> None:
    dispatch = await written(cluster, now=now, net=60, com=60)
    await ended(dispatch, now=now, sent=100)
    for row in [*(await rows(dispatch))[:2], (await rows(dispatch))[0]]:
        await setbacks.report(delivery_id=row.id, address=row.address, kind=Kind.COMPLAINT, now=now)
    assert await state(dispatch) == ("running", "")
    third = (await rows(dispatch))[2]
    await setbacks.report(delivery_id=third.id, address=third.address, kind=Kind.COMPLAINT, now=now)
    assert await state(dispatch) == ("paused", "complaint")


async def test_the_settled_copies_are_not_counted_for_each_bounce(cluster: Cluster, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    dispatch, weighed = await written(cluster, now=now, net=40), 0

    async def weigh(**_: object) -> None:
        nonlocal weighed
        weighed += 1

    monkeypatch.setattr(setbacks, "weigh", weigh)
    for row in await rows(dispatch):
        await setbacks.report(delivery_id=row.id, address=row.address, kind=Kind.HARD, now=now)
    assert weighed == 22 + 5  # each from the 10th to the 31st, then every second one


def test_twenty_thousand_bounces_are_weighed_at_every_few_per_cent() -> None:
    due = [bad for bad in range(20_000) if alarm.is_due(Kind.HARD, bad)]
    assert len(due) < 200
    assert all(after - before <= max(1, 0.07 * before) for before, after in pairwise(due))


def test_every_complaint_is_weighed() -> None:
    assert all(alarm.is_due(Kind.COMPLAINT, bad) for bad in range(3, 2000))


async def test_service_letters_are_never_weighed(cluster: Cluster, now: datetime) -> None:
    dispatch = await post(cluster=cluster, now=now, addresses=[f"p{number}@example.net" for number in range(5)], kind=Letters.SERVICE)
    for row in await rows(dispatch):
        await setbacks.report(delivery_id=row.id, address=row.address, kind=Kind.COMPLAINT, now=now)
    assert await state(dispatch) == ("running", "")


async def test_fifty_thousand_recipients_stop_at_the_first_copy_beyond_the_share(cluster: Cluster, now: datetime) -> None:
    dispatch = await written(cluster, now=now, net=1)
    async with connection() as raw:
        await raw.execute(
            """INSERT INTO delivery (dispatch_id, letter_id, address, due_at, state, reason, settled_at)
               SELECT $1, (SELECT letter_id FROM delivery WHERE dispatch_id = $1 LIMIT 1), 'q' || n || '@d' || n % 9 || '.example.org', $2,
                      CASE WHEN n <= 2500 THEN 'failed' ELSE 'sent' END, CASE WHEN n <= 2500 THEN 'refused 5.1.1 at rcpt' ELSE '' END, $2
               FROM generate_series(1, 49999) AS n""",
            dispatch,
            now,
        )
    await ended(dispatch, now=now, sent=1)
    async with connection() as raw:
        await raw.execute("ANALYZE delivery, setback")  # as autovacuum does; plans made for empty tables take minutes for so many rows
    figures = await setbacks.weigh(dispatch_id=dispatch, now=now)
    assert figures is not None
    assert (figures.settled, sum(figures.bad[Kind.HARD].values())) == (50_000, 2500)
    async with connection() as raw:
        await raw.execute("UPDATE delivery SET state = 'failed', reason = 'refused 5.1.1 at rcpt' WHERE address = 'q3000@d3.example.org'")
    await ended(dispatch, now=now)
    await setbacks.weigh(dispatch_id=dispatch, now=now)
    assert await state(dispatch) == ("paused", "hard")


@pytest.mark.parametrize(
    ("recipients", "reply", "reason"),
    [(50, "550 5.7.1 our policy refuses this", "ours"), (500, "550 5.1.1 no such user", "hard")],
)
async def test_a_server_that_refuses_stops_the_mailing_within_a_batch(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path, recipients: int, reply: str, reason: str
) -> None:
    now = datetime.now(UTC)
    dispatch = await post(
        cluster=cluster,
        now=now,
        addresses=[f"p{number}@d{number % 9}.example.org" for number in range(recipients)],
        list_id="news.example.org",
    )
    bad = RelayServer(on_rcpt=lambda to: reply if int(to[1:].partition("@")[0]) % 2 else "250 2.1.5 ok", slow=0.01)
    async with (
        listening(bad) as server,
        working(settings=replace(settings, relays=(server.relay(connections=2),), state=tmp_path), keys=keys) as carrier,
    ):
        await until(lambda: _is_paused(dispatch))
        at_once = len(await _settled(dispatch))
        await until(lambda: _nothing_in_hand(dispatch))
        stopped = len(await _settled(dispatch))
        assert stopped - at_once <= 64
        assert stopped < recipients or recipients == 50
        assert (await state(dispatch))[1] == reason
        await control.resume(dispatch_id=dispatch, now=datetime.now(UTC))
        carrier.wake()
        await until(lambda: _more_than(dispatch, stopped) if stopped < recipients else True)
    addresses = [one.recipient for one in bad.received]
    assert len(addresses) == len(set(addresses))


async def test_a_provider_that_refuses_everything_waits_alone_while_the_others_get_theirs(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    people = [f"p{number}@example.{'net' if number % 3 else 'com'}" for number in range(180)]
    dispatch = await post(cluster=cluster, now=now, addresses=people, list_id="news.example.org")
    picky = RelayServer(on_rcpt=lambda to: "550 5.7.1 not from you" if to.endswith("net") else "250 2.1.5 ok", slow=0.005)
    async with listening(picky) as server:
        await carry_all(relays=[server.relay(connections=2)], state=tmp_path, settings=settings, keys=keys)
    ends = [(row.address[-3:], row.state, row.reason) for row in await rows(dispatch)]
    assert ends.count(("com", "sent", "")) == 60
    assert 20 <= ends.count(("net", "failed", "refused 5.7.1 at rcpt")) < 100
    assert ends.count(("net", "queued", "held")) >= 20
    (hold,) = await setbacks.holds(dispatch_id=dispatch)
    assert (hold.destination, hold.kind, await state(dispatch)) == ("example.net", Kind.OURS, ("running", ""))


async def _is_paused(dispatch: int) -> bool:
    return (await state(dispatch))[0] == "paused"


async def _settled(dispatch: int) -> list[int]:
    return [row.id for row in await rows(dispatch) if row.settled_at is not None]


async def _nothing_in_hand(dispatch: int) -> bool:
    return all(row.state != "sending" for row in await rows(dispatch))


async def _more_than(dispatch: int, copies: int) -> bool:
    return len(await _settled(dispatch)) > copies
