"""What holds for every provider's webhook: proven or not, unknown events passed over, each taken once, and no body that stumbles."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from service.clusters.tables import Cluster
from service.delivery import suppressions
from service.returns import hearing, intake
from service.returns.tables import Report
from service.returns.webhooks.heard import Heard, Unproven, Unreadable
from service.returns.webhooks.providers import PROVIDERS
from service.tokens import Keys
from tests.returns import test_certified_webhooks as certified
from tests.returns import test_webhooks as plain
from tests.support import returns

OWN = "0a129aee-e1cd-480d-b08d-4f48548ff48d"


class Request(NamedTuple):
    """What a provider sends."""

    body: bytes
    headers: dict[str, str]


def _mailgun(event: Any, now: datetime, **signed: str) -> Request:
    return Request(plain.mailgun(lambda: now, **signed, **event), {})


def _by_secret(event: Any, now: datetime, secret: str = plain.SECRET) -> Request:
    return Request(json.dumps(event).encode(), plain.basic(secret))


def _sendgrid(event: Any, now: datetime, **signed: Any) -> Request:
    body = json.dumps([event]).encode()
    return Request(body, certified.headers(body, at=int(now.timestamp()), **signed))


def _generic(event: Any, now: datetime, secret: str = plain.SECRET) -> Request:
    body = json.dumps({"events": [event] if event else []}).encode()
    return Request(body, plain.signed(body, int(now.timestamp()), secret))


def _ses(event: Any, now: datetime, **signed: Any) -> Request:
    return Request(json.dumps({**certified.notification(event), **signed}).encode(), {})


class Way(NamedTuple):
    """How a provider tells of a bounce of `mari@example.net`, of something else, and how a request looks that it never sent."""

    send: Callable[..., Request]
    bounce: dict[str, Any]
    other: dict[str, Any]
    forged: dict[str, Any]


WAYS = {
    "generic": Way(
        _generic,
        {"id": "1", "kind": "bounce", "address": "mari@example.net", "provider_id": OWN, "status": "5.1.1"},
        {},
        {"secret": "some other secret of somebody"},
    ),
    "ses": Way(_ses, certified.bounce(mail={"messageId": OWN}), {"eventType": "Open", "open": {}}, {"Signature": "AAAA"}),
    "mailgun": Way(
        _mailgun,
        {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "recipient": "mari@example.net",
            "delivery-status": {"code": 550, "enhanced-code": "5.1.1"},
        },
        {"event": "unsubscribed"},
        {"secret": "some other secret of somebody"},
    ),
    "sendgrid": Way(
        _sendgrid,
        {"event": "bounce", "email": "mari@example.net", "sg_event_id": "1", "sg_message_id": f"{OWN}.filter-1", "status": "5.1.1"},
        {"event": "group_resubscribe"},
        {"key": generate_private_key(SECP256R1())},
    ),
    "postmark": Way(
        _by_secret,
        {"RecordType": "Bounce", "Type": "HardBounce", "ID": 692560173, "MessageID": OWN, "Email": "mari@example.net"},
        {"RecordType": "SubscriptionChange", "SuppressSending": True},
        {"secret": "some other secret of somebody"},
    ),
    "brevo": Way(
        _by_secret,
        {"event": "hard_bounce", "email": "mari@example.net", "message-id": f"<{OWN}@smtp-relay.example.com>", "ts_event": 1763802000},
        {"event": "unique_opened"},
        {"secret": "some other secret of somebody"},
    ),
}
BROKEN = {
    "nothing": b"",
    "no json": b"event=failed&recipient=mari%40example.net",
    "not utf-8": b'{"event": "\xff\xfe"}',
    "deep lists": b"[" * 10_000 + b"]" * 10_000,
    "deep maps": b'{"event":' * 10_000 + b"1" + b"}" * 10_000,
    "a number": b"1" * 6000,
    "zeros": b"\0" * 1000,
}
PROVIDER = pytest.mark.parametrize("provider", WAYS)
SECRETS = {**dict.fromkeys(WAYS, plain.SECRET), "ses": certified.TOPIC, "sendgrid": certified.public_key(certified.grid())}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    hearing._certificates.clear()
    yield
    hearing._certificates.clear()


async def heard(provider: str, request: Request, now: datetime) -> tuple[Heard, ...]:
    """As the page of webhooks asks."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    fetch = certified.Hosts().fetch
    return await hearing.events(
        provider=provider, headers=headers, body=request.body, secret=SECRETS[provider], now=now.timestamp(), fetch=fetch
    )


def test_each_provider_is_here() -> None:
    assert set(WAYS) == set(PROVIDERS)


@PROVIDER
async def test_a_bounce_is_taken_once_however_often_it_comes(
    cluster: Cluster, keys: Keys, now: datetime, tmp_path: Path, provider: str
) -> None:
    name = f"{OWN}@smtp-relay.example.com" if provider == "brevo" else OWN
    copy = await returns.sent(cluster=cluster, keys=keys, now=now, reply=f"250 2.0.0 Ok: queued as {name}")
    way, desk = WAYS[provider], returns.reception(keys, tmp_path)
    event = {**way.bounce, **({"message": {"headers": {"message-id": copy.message_id.strip("<>")}}} if provider == "mailgun" else {})}
    request = way.send(event, now)
    for fate in ("taken", "again"):
        assert await intake.hear_all(await heard(provider, request, now), desk=desk, now=now) == [fate]
    assert [one.scope for one in await suppressions.find(cluster_id=cluster.id, address="mari@example.net")] == ["all"]
    assert await Report.count() == 1


@PROVIDER
async def test_what_the_provider_did_not_sign_is_unproven(now: datetime, provider: str) -> None:
    way = WAYS[provider]
    for request in (way.send(way.bounce, now, **way.forged), Request(json.dumps(way.bounce).encode(), {})):
        with pytest.raises(Unproven):
            await heard(provider, request, now)


@PROVIDER
async def test_an_event_of_another_kind_is_passed_over(now: datetime, provider: str) -> None:
    assert await heard(provider, WAYS[provider].send(WAYS[provider].other, now), now) == ()


@PROVIDER
@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_a_body_that_is_none_is_unproven_or_unreadable(now: datetime, provider: str, body: bytes) -> None:
    at = int(now.timestamp())
    with pytest.raises((Unproven, Unreadable)):
        await heard(provider, Request(body, {**plain.signed(body, at), **plain.basic(), **certified.headers(body, at=at)}), now)


@pytest.mark.parametrize(("provider", "late"), [("generic", 301), ("ses", 90_000), ("mailgun", 43_201), ("sendgrid", 86_401)])
async def test_a_clock_that_is_far_from_ours_proves_nothing(now: datetime, provider: str, late: int) -> None:
    request = WAYS[provider].send(WAYS[provider].bounce, now)
    for direction in (-1, 1):
        with pytest.raises(Unproven):
            await heard(provider, request, now + timedelta(seconds=late * direction))
