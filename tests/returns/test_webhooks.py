"""Webhooks over HTTP: proven in the provider's way, taken in once, matched to the copy."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from service.clusters.tables import Cluster
from service.delivery import suppressions
from service.returns import reports
from service.returns.tables import Aside, Report
from service.returns.telling import Kind
from service.returns.webhooks import brevo, generic
from service.returns.webhooks import mailgun as mailgun_events
from service.returns.webhooks.heard import Unproven, Unreadable
from service.returns.webhooks.providers import PROVIDERS
from service.settings import WEBHOOKS, Returns, Settings
from service.tokens import Keys
from tests.conftest import Clock
from tests.support import returns
from tests.support.browser import Browser

SECRET = "a webhook secret of the tests"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """All providers but Brevo are set up."""
    return replace(settings, state=tmp_path, returns=Returns(webhooks=dict.fromkeys(("generic", "mailgun", "postmark"), SECRET)))


def signed(body: bytes, at: int, secret: str = SECRET) -> dict[str, str]:
    return {"Kutse-Signature": f"t={at},v1={generic.signature(secret, at, body)}"}


def basic(secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"kutse:{secret}".encode()).decode()}


async def send(browser: Browser, provider: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return await browser.client.post(f"/webhooks/{provider}", content=body, headers={"Content-Type": "application/json", **headers})


def bounce(message_id: str = "", **values: str) -> bytes:
    usual = {
        "id": "e1",
        "kind": "bounce",
        "address": "mari@example.net",
        "message_id": message_id,
        "status": "5.1.1",
        "words": "550 no such user",
    }
    return json.dumps({"events": [usual | values]}).encode()


async def scopes(cluster: Cluster) -> list[str]:
    return [one.scope for one in await suppressions.find(cluster_id=cluster.id, address="mari@example.net")]


async def test_a_signed_report_is_taken_in_once(browser: Browser, cluster: Cluster, keys: Keys, clock: Clock) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=clock())
    body = bounce(sent.message_id)
    headers = signed(body, int(clock().timestamp()))
    assert (await send(browser, "generic", body, headers)).json() == {"events": ["taken"]}
    assert await scopes(cluster) == ["all"]
    assert (await send(browser, "generic", body, headers)).json() == {"events": ["again"]}
    assert await Report.count() == 1


@pytest.mark.parametrize("fault", ["wrong secret", "changed body", "old", "from the future", "no header", "broken header"])
async def test_what_is_not_proven_changes_nothing(browser: Browser, cluster: Cluster, keys: Keys, clock: Clock, fault: str) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=clock())
    body = bounce(sent.message_id)
    at = int(clock().timestamp()) + {"old": -301, "from the future": 301}.get(fault, 0)
    headers = signed(body, at, "some other secret of somebody" if fault == "wrong secret" else SECRET)
    headers |= {"no header": {"Kutse-Signature": ""}, "broken header": {"Kutse-Signature": "t=1,v1=zz"}}.get(fault, {})
    answer = await send(browser, "generic", body + b" " if fault == "changed body" else body, headers)
    assert answer.status_code == 403
    assert await scopes(cluster) == []


async def test_a_provider_that_is_not_set_up_is_not_there(browser: Browser, cluster: Cluster) -> None:
    for provider in ("brevo", "sendgrid", "generic/x"):
        assert (await send(browser, provider, b"{}", basic(""))).status_code == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"events": [{}]}', b'{"events": 7}', b"\xff", b"[" * 5000])
async def test_a_proven_body_of_another_form_is_kept_aside_and_not_asked_for_again(
    browser: Browser, cluster: Cluster, clock: Clock, body: bytes
) -> None:
    answer = await send(browser, "generic", body, signed(body, int(clock().timestamp())))
    assert (answer.status_code, answer.json()) == (200, {"events": ["aside"]})
    (one,) = await Aside.objects()
    assert one.reason.startswith("A report of generic: ")
    assert one.octets == len(body)


async def test_one_event_that_cannot_be_read_costs_the_others_nothing(browser: Browser, cluster: Cluster, keys: Keys, clock: Clock) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=clock())
    body = json.dumps({"events": [{"id": "1", "kind": "opened"}, *json.loads(bounce(sent.message_id))["events"]]}).encode()
    answer = await send(browser, "generic", body, signed(body, int(clock().timestamp())))
    assert answer.json() == {"events": ["taken", "aside"]}
    assert await scopes(cluster) == ["all"]


def mailgun(clock: Callable[[], datetime], token: str = "t" * 50, secret: str = SECRET, **event: Any) -> bytes:
    at = str(int(clock().timestamp()))
    signature = hmac.digest(secret.encode(), f"{at}{token}".encode(), "sha256").hex()
    return json.dumps({"signature": {"timestamp": at, "token": token, "signature": signature}, "event-data": event}).encode()


async def test_mailgun_s_failure_is_matched_by_our_message_id(browser: Browser, cluster: Cluster, keys: Keys, clock: Clock) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=clock())
    event: dict[str, Any] = {
        "event": "failed",
        "severity": "permanent",
        "recipient": "mari@example.net",
        "message": {"headers": {"message-id": sent.message_id.strip("<>")}},
        "delivery-status": {"code": 550, "message": "5.1.1 The email account does not exist"},
    }
    body = mailgun(clock, **event)
    assert (await send(browser, "mailgun", body, {})).json() == {"events": ["taken"]}
    assert (await send(browser, "mailgun", body, {})).json() == {"events": ["again"]}
    assert await scopes(cluster) == ["all"]


async def test_mailgun_s_signature_is_good_for_one_token_and_half_a_day(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    body = mailgun(clock, event="failed")
    assert (await send(browser, "mailgun", mailgun(clock, secret="another secret of another", event="failed"), {})).status_code == 403
    assert (await send(browser, "mailgun", body.replace(b"t" * 50, b"u" * 50), {})).status_code == 403
    clock.now += timedelta(hours=13)
    assert (await send(browser, "mailgun", body, {})).status_code == 403


async def test_mailgun_s_other_events_are_none_of_ours(browser: Browser, cluster: Cluster, clock: Clock) -> None:
    assert (await send(browser, "mailgun", mailgun(clock, event="opened"), {})).json() == {"events": []}


async def test_postmark_is_matched_by_its_own_id_from_the_250_reply(browser: Browser, cluster: Cluster, keys: Keys, clock: Clock) -> None:
    own = "0a129aee-e1cd-480d-b08d-4f48548ff48d"
    await returns.sent(cluster=cluster, keys=keys, now=clock(), reply=f"250 2.0.0 Ok: {own}")
    event = {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": "HardBounce",
        "MessageID": own,
        "Email": "Mari@example.net",
        "Details": "no such mailbox",
    }
    body = json.dumps(event).encode()
    assert (await send(browser, "postmark", body, basic("x" * 20))).status_code == 403
    assert (await send(browser, "postmark", body, basic())).json() == {"events": ["taken"]}
    assert await scopes(cluster) == ["all"]


async def test_a_complaint_by_webhook_ends_the_news(browser: Browser, cluster: Cluster, keys: Keys, clock: Clock) -> None:
    sent = await returns.sent(cluster=cluster, keys=keys, now=clock())
    body = bounce(sent.message_id, kind="complaint")
    await send(browser, "generic", body, signed(body, int(clock().timestamp())))
    assert await scopes(cluster) == ["news"]


async def test_a_report_that_matches_no_letter_is_set_aside(browser: Browser, cluster: Cluster, keys: Keys, clock: Clock) -> None:
    body = bounce("<forged@example.net>")
    assert (await send(browser, "generic", body, signed(body, int(clock().timestamp())))).json() == {"events": ["aside"]}
    (one,) = await Aside.objects()
    assert "generic" in one.reason


async def test_a_report_that_fails_by_a_defect_is_set_aside_and_stops_none_behind_it(
    browser: Browser, cluster: Cluster, keys: Keys, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, take, defects = await returns.sent(cluster=cluster, keys=keys, now=clock()), reports.bounced, [KeyError("a defect")]

    async def fail_once(**values: Any) -> None:
        if defects:
            raise defects.pop()
        await take(**values)

    monkeypatch.setattr(reports, "bounced", fail_once)
    first, second = (json.loads(bounce(sent.message_id, id=name))["events"][0] for name in ("e1", "e2"))
    body = json.dumps({"events": [first, second]}).encode()
    reply = await send(browser, "generic", body, signed(body, int(clock().timestamp())))
    assert (reply.status_code, reply.json()) == (200, {"events": ["aside", "taken"]})
    (one,) = await Aside.objects()
    assert (one.channel, one.octets > 0) == ("generic", True)


@pytest.mark.parametrize(
    ("event", "kind", "status"),
    [
        ({"event": "failed", "severity": "permanent", "reason": "suppress-bounce", "delivery-status": {"code": 605}}, Kind.BOUNCE, "5.1.1"),
        (
            {"event": "failed", "severity": "permanent", "reason": "suppress-complaint", "delivery-status": {"code": 607}},
            Kind.COMPLAINT,
            "",
        ),
        (
            {"event": "failed", "severity": "permanent", "reason": "suppress-unsubscribe", "delivery-status": {"code": 606}},
            Kind.BOUNCE,
            "5.7.1",
        ),
        (
            {"event": "failed", "severity": "permanent", "reason": "bounce", "delivery-status": {"enhanced-code": "5.2.2"}},
            Kind.BOUNCE,
            "5.2.2",
        ),
        ({"event": "complained"}, Kind.COMPLAINT, ""),
    ],
)
def test_what_mailgun_did_not_even_try_is_read_by_its_reason(event: dict[str, Any], kind: Kind, status: str) -> None:
    (heard,) = mailgun_events.read(json.dumps({"event-data": event}).encode())
    assert (heard.kind, heard.notice.status) == (kind, status)


def test_brevo_tells_several_events_at_once_where_it_is_asked_to() -> None:
    events = [{"event": "opened"}, {"event": "hard_bounce", "email": "a@example.net"}, 7, {"event": "spam", "email": "b@example.net"}]
    heard = brevo.read(json.dumps(events).encode())
    assert [(one.kind, one.address) for one in heard] == [(Kind.BOUNCE, "a@example.net"), (Kind.COMPLAINT, "b@example.net")]
    with pytest.raises(Unreadable):
        brevo.read(json.dumps([{}] * 1001).encode())


@pytest.mark.parametrize(
    ("provider", "event", "action", "status"),
    [
        ("brevo", {"event": "hard_bounce", "email": "m@example.net", "reason": ""}, "failed", "5.1.1"),
        ("brevo", {"event": "hard_bounce", "email": "m@example.net", "reason": "552 5.2.2 mailbox full"}, "failed", "5.2.2"),
        ("brevo", {"event": "deferred", "email": "m@example.net"}, "delayed", ""),
        ("postmark", {"RecordType": "Bounce", "Type": "Transient", "Email": "m@example.net"}, "delayed", ""),
        ("postmark", {"RecordType": "Bounce", "Type": "SpamNotification", "Email": "m@example.net"}, "failed", "5.7.1"),
    ],
)
def test_a_code_in_the_words_is_nearer_to_the_truth_than_the_provider_s_class(
    provider: str, event: dict[str, str], action: str, status: str
) -> None:
    (heard,) = PROVIDERS[provider].read(json.dumps(event).encode())
    assert (heard.notice.action, heard.notice.status) == (action, status)


def test_every_provider_can_be_set_up() -> None:
    assert set(PROVIDERS) == set(WEBHOOKS)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["event", "event-data", "signature", "events", "id", "kind", "Type", "RecordType"]) | st.text(),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("provider", PROVIDERS)
@examples(max_examples=30)
@given(body=st.one_of(st.binary(max_size=200), _JSON.map(lambda found: json.dumps(found).encode())), header=st.text(max_size=200))
def test_whatever_is_sent_is_refused_or_read(provider: str, body: bytes, header: str) -> None:
    with pytest.raises(Unproven):
        PROVIDERS[provider].prove(headers={"authorization": header, "kutse-signature": header}, body=body, secret=SECRET, now=1.8e9)
    try:
        events = PROVIDERS[provider].read(body)
    except Unreadable:
        return
    for one in events:
        one.notice.words.encode()
