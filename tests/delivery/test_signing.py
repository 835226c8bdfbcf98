"""From made keys to signed mail: what arrives by SMTP verifies with what the operator was told to publish."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.clusters.tables import Cluster
from service.delivery import dkim, sealed, signing_keys
from service.delivery.beside import Beside
from service.delivery.dkim import Signer
from service.delivery.signing import Signed, Signing
from service.delivery.tables import SigningKey
from service.settings import Settings
from service.tokens import Keys
from tests.support import factories
from tests.support.delivery import RelayServer, carry_all, listening, post, rows, until, working
from tests.support.signing import DOMAIN, signer, verified

NEWER = Keys(("another secret, long enough to sign with", "a secret of the tests, long enough to sign with"))


@pytest.fixture(autouse=True)
def _made_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of the run: to make an RSA key takes most of a second on a busy machine."""
    monkeypatch.setattr(signing_keys, "_made", lambda: tuple(key.private for key in signer().keys))


async def records() -> dict[str, str]:
    return {f"{key.selector}._domainkey.{DOMAIN}": signing_keys.record(key) for key in await signing_keys.of(domain=DOMAIN)}


async def states() -> list[str]:
    return [key.state for key in await signing_keys.of(domain=DOMAIN)]


async def test_what_arrives_is_signed_with_both_keys_and_a_body_waits_for_its_signature(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime.now(UTC)
    await signing_keys.ensure(domain=DOMAIN, keys=keys, now=moment)
    await signing_keys.activate(domain=DOMAIN, now=moment)
    quick, late, others_arrived = Signed.fields, "p0@example.org", threading.Event()

    def slow(letter: Signed, by: Signer, head: bytes, body: Sequence[bytes]) -> bytes:
        if late.encode() in head:
            others_arrived.wait(20)
            time.sleep(0.35)  # longer than a check of the database counts
        return quick(letter, by, head, body)

    monkeypatch.setattr(Signed, "fields", slow)
    dispatch = await post(cluster=cluster, now=moment, addresses=[f"p{number}@example.org" for number in range(20)])

    def on_dot(_recipient: str) -> str:
        if len(server.received) >= 5:
            others_arrived.set()
        return "250 2.0.0 ok"

    async with listening(RelayServer(on_dot=on_dot)) as server:
        await carry_all(relays=[server.relay()], state=tmp_path, settings=settings, keys=keys)
    assert [verified(one.content, await records()) for one in server.received] == [[True, True]] * 20
    assert {row.attempts for row in await rows(dispatch)} == {1}
    assert server.addresses.index(late) >= 5


async def test_letters_whose_key_does_not_open_wait_and_hold_up_no_others(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    moment = datetime.now(UTC)
    await signing_keys.ensure(domain=DOMAIN, keys=keys, now=moment)
    await signing_keys.activate(domain=DOMAIN, now=moment)
    other = await factories.cluster(now=moment, slug="kotor", sender_address="news@kotor.example.org")
    unsigned, dispatch = await post(cluster=other, now=moment, addresses=["a@example.net"]), await post(cluster=cluster, now=moment)
    async with listening(RelayServer()) as server:
        ways = replace(settings, state=tmp_path, relays=(server.relay(),))
        async with working(settings=ways, keys=Keys(NEWER.secrets[:1])):
            await until(lambda: server.addresses == ["a@example.net"])
        (row,) = await rows(dispatch)
        assert (row.state, row.attempts) == ("queued", 0)
        await carry_all(relays=[server.relay()], state=tmp_path, settings=settings, keys=keys)
    assert [verified(one.content, await records()) for one in server.received] == [[], [True, True]]
    assert [row.state for row in await rows(unsigned)] == ["sent"]


async def test_what_lies_ready_is_signed_also_when_its_key_can_no_longer_be_opened(database: None, keys: Keys, now: datetime) -> None:
    await signing_keys.ensure(domain=DOMAIN, keys=keys, now=now)
    await signing_keys.activate(domain=DOMAIN, now=now)
    signing, letter = Signing(keys), Signed(sender=f"a@{DOMAIN}", constant=b"Subject: x\r\n\r\n")
    assert await signing.mute() == set()
    await signing_keys.reseal(domain=DOMAIN, keys=NEWER)
    signing._next_look = 0
    assert await signing.mute() == {DOMAIN}
    signature = signing.begin(letter, b"From: a\r\nSubject: x\r\n\r\n", [b"x\r\n"])
    assert signature is not None
    assert (await signature).count(b"DKIM-Signature") == 2


async def test_a_copy_that_could_not_be_signed_is_put_off_and_not_sent_without(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime.now(UTC)
    await signing_keys.ensure(domain=DOMAIN, keys=keys, now=moment)
    await signing_keys.activate(domain=DOMAIN, now=moment)
    monkeypatch.setattr(dkim, "fields", lambda **_: 1 // 0)
    dispatch = await post(cluster=cluster, now=moment)
    async with listening(RelayServer()) as server:
        await carry_all(relays=[server.relay()], state=tmp_path, settings=settings, keys=keys)
    assert server.received == []
    (row,) = await rows(dispatch)
    assert (row.state, row.attempts, row.reply) == ("queued", 1, "451 4.3.0 Kutse could not sign this letter; its log says why.")
    assert row.due_at > moment + timedelta(minutes=3)


async def test_a_key_that_opens_and_signs_nothing_here_counts_as_closed(
    database: None, keys: Keys, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signing_keys.ensure(domain=DOMAIN, keys=keys, now=now)
    await signing_keys.activate(domain=DOMAIN, now=now)
    signing_keys._loaded.cache_clear()
    monkeypatch.setattr(dkim.Key, "sign", lambda _key, _digest: int("not in this OpenSSL"))
    assert await signing_keys.signers(keys=keys) == signing_keys.Signers({}, frozenset({DOMAIN}))


async def test_what_is_done_beside_the_loop_comes_back_and_a_loop_that_is_over_is_no_harm() -> None:
    release = threading.Event()

    def leave_behind() -> None:
        async def leave() -> None:
            for _ in range(50):
                Beside().begin(lambda: b"%d" % release.wait())

        asyncio.run(leave())

    await asyncio.to_thread(leave_behind)
    release.set()
    beside = Beside()
    results = [beside.begin(lambda number=number: b"%d" % number) for number in range(300)]  # type: ignore[misc]
    assert await asyncio.wait_for(asyncio.gather(*results), 20) == [b"%d" % number for number in range(300)]


async def test_a_pair_waits_signs_is_replaced_and_goes(database: None, keys: Keys, now: datetime) -> None:
    async def signing() -> list[str]:
        return [key.selector for one in (await signing_keys.signers(keys=keys)).ready.values() for key in one.keys]

    assert not await signing_keys.activate(domain=DOMAIN, now=now)
    assert await signing_keys.ensure(domain=DOMAIN, keys=keys, now=now)
    assert not await signing_keys.ensure(domain=DOMAIN, keys=keys, now=now)
    assert (await states(), await signing()) == (["made", "made"], [])
    await signing_keys.activate(domain=DOMAIN, now=now)
    assert await signing() == ["kutse20261122r", "kutse20261122e"]
    assert await signing_keys.rotate(domain=DOMAIN, keys=keys, now=now)
    assert not await signing_keys.rotate(domain=DOMAIN, keys=keys, now=now)
    assert (await states(), await signing()) == (["active", "active", "made", "made"], ["kutse20261122r", "kutse20261122e"])
    await signing_keys.activate(domain=DOMAIN, now=now)
    assert (await states(), await signing()) == (["replaced", "replaced", "active", "active"], ["kutse20261122r2", "kutse20261122e2"])
    assert await signing_keys.retire(domain=DOMAIN, before=now) == []
    assert await signing_keys.retire(domain=DOMAIN, before=now + timedelta(seconds=1)) == ["kutse20261122e", "kutse20261122r"]
    assert await signing_keys.stop(domain=DOMAIN, now=now)
    assert (await states(), await signing()) == (["made", "made"], [])


async def test_keys_lie_sealed_and_outlive_a_change_of_the_secret(database: None, keys: Keys, now: datetime) -> None:
    await signing_keys.ensure(domain=DOMAIN, keys=keys, now=now)
    await signing_keys.activate(domain=DOMAIN, now=now)
    assert await signing_keys.signers(keys=Keys(NEWER.secrets[:1])) == signing_keys.Signers({}, frozenset({DOMAIN}))
    assert len((await signing_keys.signers(keys=NEWER)).ready[DOMAIN].keys) == 2
    await signing_keys.reseal(domain=DOMAIN, keys=NEWER)
    assert len((await signing_keys.signers(keys=Keys(NEWER.secrets[:1]))).ready[DOMAIN].keys) == 2
    rsa = await SigningKey.objects().where(SigningKey.algorithm == "rsa").first()
    assert rsa is not None
    assert rsa.public not in rsa.sealed  # a private key holds its public one


def test_what_was_sealed_for_one_opens_for_no_other_and_no_changed_byte(keys: Keys) -> None:
    closed = sealed.seal(b"a key", keys=keys, whose="one")
    assert sealed.opened(closed, keys=keys, whose="one") == b"a key"
    assert sealed.opened(closed, keys=keys, whose="another") is None
    assert sealed.opened(closed[:-1] + bytes([closed[-1] ^ 1]), keys=keys, whose="one") is None
    assert sealed.opened(b"", keys=keys, whose="one") is None
