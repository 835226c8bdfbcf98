"""The worker's loop against real PostgreSQL and real SMTP."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.clusters.tables import Cluster
from service.delivery import claim, control, heartbeats, journal, leases, outbox, pace, relays, results, suppressions
from service.delivery.carry import Carrier
from service.letters.letter import Attachment
from service.settings import Settings
from service.tokens import Keys
from tests.support.delivery import HANG_UP, RelayServer, carry_all, letter, listening, post, rows, until, working

Carry = Callable[..., Awaitable[None]]


@pytest.fixture
def moment() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def carry(settings: Settings, keys: Keys, tmp_path: Path) -> Carry:
    async def run(*servers: RelayServer, **values: object) -> None:
        await carry_all(relays=[one.relay(**values) for one in servers], state=tmp_path, settings=settings, keys=keys)

    return run


async def test_a_posted_letter_reaches_the_relay_and_its_row_says_so(cluster: Cluster, moment: datetime, carry: Carry) -> None:
    dispatch = await post(cluster=cluster, now=moment)
    async with listening(RelayServer()) as server:
        await carry(server)
    (row,) = await rows(dispatch)
    assert (row.state, row.attempts, row.reply) == ("sent", 1, "250 2.0.0 queued as 4F2A")
    assert server.addresses == ["mari@example.org"]
    assert server.received[0].sender.startswith("bounce+")
    assert (await results.of(dispatch_id=dispatch)).state == "done"  # type: ignore[union-attr]


@pytest.mark.parametrize("server", [RelayServer(), RelayServer(pipelining=False), RelayServer(chop=1), RelayServer(chop=7)])
async def test_each_of_many_copies_arrives_once_however_the_server_speaks(
    cluster: Cluster, moment: datetime, carry: Carry, server: RelayServer
) -> None:
    people = [f"p{number}@example.org" for number in range(200)]
    dispatch = await post(cluster=cluster, now=moment, addresses=people)
    async with listening(server):
        await carry(server)
    assert sorted(server.addresses) == sorted(people)
    assert {row.state for row in await rows(dispatch)} == {"sent"}
    assert server.connections <= 4


async def test_connections_that_have_carried_all_they_may_are_opened_anew_at_once(
    cluster: Cluster, moment: datetime, carry: Carry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.delivery.carry._SWEEP_SECONDS", 3)
    await post(cluster=cluster, now=moment, addresses=[f"p{number}@example.org" for number in range(40)])
    async with listening(RelayServer()) as server:
        async with asyncio.timeout(15):
            await carry(server, connections=2, messages_per_connection=5)
    assert (len(server.received), server.connections) == (40, 8)


async def test_connections_that_were_opened_together_end_at_different_counts_and_never_above_their_limit(
    cluster: Cluster, moment: datetime, carry: Carry, monkeypatch: pytest.MonkeyPatch
) -> None:
    chances = [0, 2, 2, 1]
    monkeypatch.setattr("service.delivery.lane.random.randrange", lambda below: min(chances.pop(), below - 1) if chances else 0)
    await post(cluster=cluster, now=moment, addresses=[f"p{number}@example.org" for number in range(75)])
    async with listening(RelayServer()) as server:
        await carry(server, connections=1, messages_per_connection=20)
    ends = [place for place, command in enumerate(server.log) if command.startswith("QUIT")]
    carried = [sum(command == "DATA" for command in server.log[start:end]) for start, end in itertools.pairwise([0, *ends])]
    assert carried[:4] == [19, 18, 18, 20]


async def test_a_refused_recipient_fails_alone_with_others_pending(cluster: Cluster, moment: datetime, carry: Carry) -> None:
    people = [f"p{number}@example.org" for number in range(50)]
    dispatch = await post(cluster=cluster, now=moment, addresses=people)
    for pipelining in (True, False):
        refuse = RelayServer(
            pipelining=pipelining, on_rcpt=lambda to: "550 5.1.1 no such user" if to == "p7@example.org" else "250 2.1.5 ok"
        )
        async with listening(refuse):
            await carry(refuse, connections=2)
        states = {row.address: row.state for row in await rows(dispatch)}
        assert states.pop("p7@example.org") == "failed"
        assert set(states.values()) == {"sent"}
        assert len(refuse.addresses) == 49
        dispatch = await post(cluster=cluster, now=moment, addresses=people)


async def test_a_temporary_refusal_is_tried_again_later_under_the_same_message_id(cluster: Cluster, moment: datetime, carry: Carry) -> None:
    dispatch = await post(cluster=cluster, now=moment)
    async with listening(RelayServer(on_dot=lambda _: "451 4.7.1 greylisted")) as server:
        await carry(server)
    (row,) = await rows(dispatch)
    assert (row.state, row.attempts, row.reason) == ("queued", 1, "refused 4.7.1 at dot")
    assert timedelta(minutes=3) < row.due_at - moment < timedelta(minutes=8)


async def test_a_copy_whose_dot_was_not_answered_is_repeated_with_the_same_message_id(
    cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    await post(cluster=cluster, now=moment)
    later = [moment]
    async with listening(RelayServer(on_dot=lambda _: HANG_UP)) as server:
        with_relay = replace(settings, relays=(server.relay(),), state=tmp_path)
        async with working(settings=with_relay, keys=keys, clock=lambda: later[0]):
            await until(lambda: len(server.received) == 1)
            server.on_dot = lambda _: "250 2.0.0 ok"
            await asyncio.sleep(0.3)
            later[0] = moment + timedelta(minutes=10)
            await until(lambda: len(server.received) == 2)
    assert len({one.message["Message-ID"] for one in server.received}) == 1


async def test_a_server_that_says_yes_to_data_without_asking_for_the_body_holds_no_copy(
    cluster: Cluster, moment: datetime, carry: Carry
) -> None:
    odd = ["250 what"]
    dispatch = await post(cluster=cluster, now=moment, addresses=["a@example.org", "b@example.org"])
    async with listening(RelayServer(on_data=lambda _: odd.pop() if odd else "354 go ahead")) as server:
        await carry(server)
    first, second = sorted(await rows(dispatch), key=lambda row: row.state)
    assert (first.state, first.attempts, first.reply) == ("queued", 1, "250 what")
    assert second.state == "sent"
    assert server.connections >= 2


async def test_421_in_the_middle_loses_and_repeats_nothing(cluster: Cluster, moment: datetime, carry: Carry) -> None:
    people = [f"p{number}@example.org" for number in range(60)]
    dispatch = await post(cluster=cluster, now=moment, addresses=people)
    async with listening(RelayServer()) as server:
        server.on_dot = lambda _: "421 4.3.2 shutting down" if len(server.received) == 20 and server.connections < 5 else "250 2.0.0 ok"
        await carry(server)
    states = [row.state for row in await rows(dispatch)]
    assert states.count("sent") == len(server.received)
    assert sorted(set(server.addresses)) == sorted(server.addresses)
    assert set(states) == {"sent", "queued"}


async def test_refused_credentials_burn_nothing_hold_the_relay_and_tell_the_operator(
    cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    dispatch = await post(cluster=cluster, now=moment, addresses=[f"p{number}@example.org" for number in range(9)])
    async with listening(RelayServer(on_auth=lambda _: "535 5.7.8 wrong password")) as server:
        relay = server.relay(username="kutse", password="x")
        async with working(settings=replace(settings, relays=(relay,), state=tmp_path), keys=keys):
            await until(relays.held)
            (held,) = await relays.held()
            assert (held.stage, held.reply) == ("auth", "535 5.7.8 wrong password")
            await until(lambda: _has(dispatch, "queued", 9))
            assert {(row.state, row.attempts) for row in await rows(dispatch)} == {("queued", 0)}
            server.on_auth = lambda _: "235 2.7.0 welcome"
            await until(lambda: len(server.received) == 9, 15)
            await until(_nothing_held)


async def _nothing_held() -> bool:
    return not await relays.held()


async def test_a_refused_sender_is_about_us(cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path) -> None:
    dispatch = await post(cluster=cluster, now=moment, addresses=[f"p{number}@example.org" for number in range(9)])
    async with (
        listening(RelayServer(on_mail=lambda _: "550 5.7.1 sender not allowed")) as server,
        working(settings=replace(settings, relays=(server.relay(),), state=tmp_path), keys=keys),
    ):
        await until(relays.held)
        assert (await relays.held())[0].stage == "mail"
    assert {(row.state, row.attempts) for row in await rows(dispatch)} == {("queued", 0)}
    assert server.received == []


async def test_a_relay_that_refuses_smtputf8_for_one_is_not_held(cluster: Cluster, moment: datetime, carry: Carry) -> None:
    dispatch = await post(cluster=cluster, now=moment, addresses=["jõgi@example.org", "mari@example.org"])
    async with listening(RelayServer()) as server:
        server.on_mail = lambda _: "550 5.6.7 no" if "SMTPUTF8" in server.log[-1] else "250 ok"
        await carry(server)
    assert [(row.state, row.reason) for row in await rows(dispatch)] == [("failed", "refused 5.6.7 at mail"), ("sent", "")]
    assert not await relays.held()


async def test_the_next_relay_takes_over_from_one_that_refuses_us(
    cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    dispatch = await post(cluster=cluster, now=moment, addresses=[f"p{number}@example.org" for number in range(9)])
    async with listening(RelayServer(greeting="554 5.7.1 go away")) as first, listening(RelayServer()) as second:
        relays_ = [first.relay(name="first", priority=0), second.relay(name="second", priority=1)]
        await carry_all(relays=relays_, state=tmp_path, settings=settings, keys=keys)
    assert len(second.received) == 9
    assert {row.attempts for row in await rows(dispatch)} == {1}


async def test_the_next_relay_takes_over_when_a_quota_is_used_up_and_hands_back_when_the_first_takes_mail_again(
    cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "probe_after", lambda **_: timedelta(seconds=0.3))
    full = True
    async with listening(RelayServer()) as first, listening(RelayServer()) as second:
        first.on_mail = lambda _: "452 4.3.1 quota" if full and len(first.received) >= 20 else "250 ok"
        relays_ = (first.relay(name="first"), second.relay(name="second", priority=1))
        async with working(settings=replace(settings, relays=relays_, state=tmp_path), keys=keys) as carrier:
            dispatch = await post(cluster=cluster, now=moment, addresses=[f"p{number}@example.org" for number in range(100)])
            carrier.wake()
            await until(lambda: _has(dispatch, "sent", 100))
            assert len({*first.addresses, *second.addresses}) == len(first.received) + len(second.received) == 100
            assert 20 <= len(first.received) < 30
            assert {row.attempts for row in await rows(dispatch)} == {1}
            full = False
            taken = len(first.received)
            await until(lambda: _posted_to(first, cluster, carrier, taken))
    assert not await relays.held()


async def _posted_to(server: RelayServer, cluster: Cluster, carrier: Carrier, taken: int) -> bool:
    await post(cluster=cluster, now=datetime.now(UTC))
    carrier.wake()
    await asyncio.sleep(0.1)
    return len(server.received) > taken


async def test_what_the_first_relay_cannot_take_goes_to_one_that_can_and_fails_where_none_can(
    cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    dispatch = await post(cluster=cluster, now=moment, addresses=["jõgi@example.org", "mari@example.org"])
    long = await post(cluster=cluster, now=moment, letters=(letter(text="Tere! " * 2000),))
    async with (
        listening(RelayServer(extensions=("SIZE 8000",))) as first,
        listening(RelayServer(extensions=("SMTPUTF8", "SIZE 8000"))) as second,
    ):
        relays_ = [first.relay(name="first"), second.relay(name="second", priority=1)]
        await carry_all(relays=relays_, state=tmp_path, settings=settings, keys=keys)
    assert (first.addresses, second.addresses) == (["mari@example.org"], ["jõgi@example.org"])
    assert [(row.state, row.reason) for row in [*await rows(dispatch), *await rows(long)]] == [
        ("sent", ""),
        ("sent", ""),
        ("failed", "5.3.4"),
    ]


async def test_what_only_a_held_relay_can_take_waits_for_it_without_an_attempt(
    cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    dispatch = await post(cluster=cluster, now=moment, addresses=["jõgi@example.org"])
    async with listening(RelayServer(extensions=())) as first, listening(RelayServer(greeting="554 5.7.1 go away")) as second:
        relays_ = [first.relay(name="first"), second.relay(name="second")]
        await carry_all(relays=relays_, state=tmp_path, settings=settings, keys=keys)
    (row,) = await rows(dispatch)
    assert (row.state, row.attempts, row.due_at > moment) == ("queued", 0, True)


async def test_a_relay_gets_only_the_kinds_it_takes(
    cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    await post(cluster=cluster, now=moment, addresses=["news@example.org"])
    await post(cluster=cluster, now=moment, addresses=["service@example.org"], kind=outbox.Kind.SERVICE)
    async with listening(RelayServer()) as bulk, listening(RelayServer()) as own:
        relays_ = [bulk.relay(name="bulk", kinds=("news",)), own.relay(name="own", kinds=("service",), priority=1)]
        await carry_all(relays=relays_, state=tmp_path, settings=settings, keys=keys)
    assert (bulk.addresses, own.addresses) == (["news@example.org"], ["service@example.org"])


async def test_a_letter_longer_than_the_relay_takes_fails_here_in_words_and_holds_nothing(
    cluster: Cluster, moment: datetime, carry: Carry
) -> None:
    long = await post(cluster=cluster, now=moment, letters=(letter(text="Tere! " * 2000),))
    short = await post(cluster=cluster, now=moment)
    async with listening(RelayServer(extensions=("SIZE 8000",))) as server:
        await carry(server)
    assert [(row.state, row.reason) for row in [*await rows(long), *await rows(short)]] == [("failed", "5.3.4"), ("sent", "")]
    assert len(server.received) == 1


async def test_suppressed_addresses_get_nothing_and_service_letters_obey_only_all(cluster: Cluster, moment: datetime, carry: Carry) -> None:
    people = ["left@example.org", "news@example.org", "dead@example.org", "other@example.org"]
    scopes = {
        "left@example.org": "news.example.org",
        "news@example.org": "news",
        "dead@example.org": "all",
        "other@example.org": "x.example.org",
    }
    for address, scope in scopes.items():
        await suppressions.add(cluster_id=cluster.id, address=address.upper(), scope=scope, reason="test", now=moment)
    news = await post(cluster=cluster, now=moment, addresses=people, list_id="news.example.org")
    service = await post(cluster=cluster, now=moment, addresses=people, kind=outbox.Kind.SERVICE)
    async with listening(RelayServer()) as server:
        await carry(server)
    assert [row.state for row in await rows(news)] == ["skipped", "skipped", "skipped", "sent"]
    assert [row.state for row in await rows(service)] == ["sent", "sent", "skipped", "sent"]


async def test_who_leaves_while_a_slow_newsletter_is_in_flight_gets_no_more_of_it(
    cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    people = [f"p{number}@example.org" for number in range(12)]
    await post(cluster=cluster, now=moment, addresses=people, list_id="news.example.org")
    async with (
        listening(RelayServer(slow=0.5)) as server,
        working(settings=replace(settings, relays=(server.relay(connections=2),), state=tmp_path), keys=keys),
    ):
        await until(lambda: len(server.received) == 2)
        await suppressions.add(cluster_id=cluster.id, address=people[4], scope="news.example.org", reason="left", now=moment)
        await suppressions.add(cluster_id=cluster.id, address=people[11], scope="news.example.org", reason="left", now=moment)
        await until(lambda: len(server.received) == 10, 20)
    assert people[4] not in server.addresses
    assert people[11] not in server.addresses


async def _has(dispatch: int, state: str, copies: int) -> bool:
    return [row.state for row in await rows(dispatch)].count(state) == copies


async def test_pause_holds_resume_goes_on_and_cancel_ends_without_losing_or_repeating(
    cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    people = [f"p{number}@example.org" for number in range(40)]
    dispatch = await post(cluster=cluster, now=moment, addresses=people)
    async with (
        listening(RelayServer(slow=0.05)) as server,
        working(settings=replace(settings, relays=(server.relay(connections=2),), state=tmp_path), keys=keys) as carrier,
    ):
        await until(lambda: len(server.received) >= 3)
        await control.pause(dispatch_id=dispatch, now=moment, reason="to look again")
        await asyncio.sleep(0.6)
        paused_at = len(server.received)
        await asyncio.sleep(0.5)
        assert len(server.received) == paused_at < 30
        await control.resume(dispatch_id=dispatch, now=moment)
        carrier.wake()
        await until(lambda: len(server.received) >= paused_at + 3)
        await control.cancel(dispatch_id=dispatch, now=moment, reason="a mistake in it")
        await asyncio.sleep(0.6)
    states = [row.state for row in await rows(dispatch)]
    assert states.count("sent") == len(server.received) == len(set(server.addresses))
    assert states.count("sent") + states.count("cancelled") == 40
    assert states.count("cancelled") > 0


async def test_a_confirmation_overtakes_a_newsletter_in_flight_also_when_its_nudge_is_lost(
    cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    await post(cluster=cluster, now=moment, addresses=[f"p{number}@example.org" for number in range(300)])
    async with (
        listening(RelayServer(slow=0.05)) as server,
        working(settings=replace(settings, relays=(server.relay(),), state=tmp_path), keys=keys),
    ):
        await until(lambda: len(server.received) >= 10)
        before = len(server.received)
        await post(cluster=cluster, now=moment, addresses=["urgent@example.org"], kind=outbox.Kind.SERVICE)
        await until(lambda: "urgent@example.org" in server.addresses, 2)
        assert server.addresses.index("urgent@example.org") - before < 100


async def test_a_letter_too_late_to_matter_is_not_sent(cluster: Cluster, moment: datetime, carry: Carry) -> None:
    early = moment - timedelta(days=2)
    dispatch = await post(cluster=cluster, now=early, expires_at=moment - timedelta(days=1))
    async with listening(RelayServer()) as server:
        await carry(server)
    assert [(row.state, row.reason) for row in await rows(dispatch)] == [("expired", "too late")]
    assert server.received == []


async def test_a_retry_that_would_come_too_late_ends_the_copy(cluster: Cluster, moment: datetime, carry: Carry) -> None:
    dispatch = await post(cluster=cluster, now=moment, expires_at=moment + timedelta(minutes=2))
    async with listening(RelayServer(on_rcpt=lambda _: "450 4.2.0 busy")) as server:
        await carry(server)
    assert [(row.state, row.attempts, row.reply) for row in await rows(dispatch)] == [("expired", 1, "450 4.2.0 busy")]


async def test_a_letter_posted_too_late_gets_a_row_that_says_so(cluster: Cluster, moment: datetime) -> None:
    dispatch = await post(cluster=cluster, now=moment, expires_at=moment - timedelta(minutes=2))
    assert [(row.state, row.reason) for row in await rows(dispatch)] == [("expired", "too late")]


async def test_a_letter_that_cannot_be_compiled_fails_alone(cluster: Cluster, moment: datetime, carry: Carry) -> None:
    bad = letter(attachments=(Attachment("x", "no media type", b""),))
    first = await post(cluster=cluster, now=moment, letters=(bad,))
    second = await post(cluster=cluster, now=moment)
    async with listening(RelayServer()) as server:
        await carry(server)
    assert [(row.state, row.reason) for row in [*await rows(first), *await rows(second)]] == [("failed", "5.6.0"), ("sent", "")]


async def test_an_address_the_relay_cannot_take_fails_here_in_words(cluster: Cluster, moment: datetime, carry: Carry) -> None:
    dispatch = await post(cluster=cluster, now=moment, addresses=["mõmmi@example.org", "ok@jäääär.example.org"])
    async with listening(RelayServer(extensions=())) as server:
        await carry(server)
    first, second = await rows(dispatch)
    assert (first.state, first.reason) == ("failed", "5.6.7")
    assert second.state == "sent"
    assert server.addresses == ["ok@xn--jr-uiaaaaa4j.example.org"] or server.addresses[0].startswith("ok@xn--")


async def test_what_a_dead_worker_journaled_is_settled_and_what_it_held_is_sent_again(
    cluster: Cluster, moment: datetime, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    dispatch = await post(cluster=cluster, now=moment, addresses=["a@example.org", "b@example.org"])
    lease = await heartbeats.begin(role="worker", now=moment)
    dead = journal.Journal(folder=tmp_path / "journal", name=journal.name_of(lease, moment))
    first, _second = (await claim.claim(lease=lease, kind=outbox.Kind.NEWS, limit=10, now=moment)).copies
    dead.accepted(first.id, moment, "250 2.0.0 it was me")
    os.close(dead._lock)
    async with listening(RelayServer()) as server:
        await carry_all(relays=[server.relay()], state=tmp_path, settings=settings, keys=keys)
    assert server.addresses == ["b@example.org"]
    replies = [row.reply for row in await rows(dispatch)]
    assert replies == ["250 2.0.0 it was me", "250 2.0.0 queued as 4F2A"]
    assert list((tmp_path / "journal").iterdir()) == []


async def test_the_lease_is_kept_while_taking_over_from_others_lasts(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking_over, taken_over = asyncio.Event(), asyncio.Event()

    async def last(*_: object, **__: object) -> int:
        taking_over.set()
        await taken_over.wait()
        return 0

    monkeypatch.setattr(leases.Watch, "look", last)
    monkeypatch.setattr(heartbeats, "EVERY", 0.05)
    async with working(settings=replace(settings, state=tmp_path), keys=keys):
        await asyncio.wait_for(taking_over.wait(), 10)
        (before,) = await heartbeats.everyone()
        await asyncio.sleep(0.5)
        (after,) = await heartbeats.everyone()
        taken_over.set()
    assert after.beat_at > before.beat_at


async def test_who_beats_is_not_silent_because_taking_over_from_another_lasted(
    cluster: Cluster, moment: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    watch = leases.Watch(folder=tmp_path, clock=lambda: seconds[0])
    dead, live = [await heartbeats.begin(role="worker", now=moment) for _ in range(2)]
    os.close(journal.Journal(folder=tmp_path, name=journal.name_of(dead, moment))._lock)
    holding = journal.Journal(folder=tmp_path, name=journal.name_of(live, moment))
    taken: list[int] = []

    async def slow(*, worker_id: int, **_: object) -> None:
        seconds[0] += 1000
        taken.append(worker_id)
        watch.lost_sight()

    monkeypatch.setattr(leases, "take_over", slow)
    assert await watch.look(own_id=None, now=moment) == 1
    assert taken == [dead]
    holding.close()


async def test_the_journal_of_a_worker_that_was_given_up_and_died_later_is_removed(
    cluster: Cluster, moment: datetime, tmp_path: Path
) -> None:
    frozen, waiting = await heartbeats.begin(role="worker", now=moment), await heartbeats.begin(role="worker", now=moment)
    given_up, to_take_over = (journal.Journal(folder=tmp_path, name=journal.name_of(lease, moment)) for lease in (frozen, waiting))
    await leases.release(worker_id=frozen, now=moment)
    watch = leases.Watch(folder=tmp_path)
    assert await watch.tidy() == 0, "it may wake up"
    os.close(given_up._lock)
    os.close(to_take_over._lock)
    assert await watch.tidy() == 1
    assert journal.names(tmp_path) == [journal.name_of(waiting, moment)]
    assert [name.partition("-")[0] for name in sorted(os.listdir(tmp_path))] == [str(waiting)] * 2  # noqa: PTH208
