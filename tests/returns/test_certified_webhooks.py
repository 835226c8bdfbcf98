"""SES by Amazon's certificate, SendGrid by its public key: what is genuine is taken in, everything that pretends to be changes and fetches nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service import settings as all_settings
from service.clusters.tables import Cluster
from service.delivery import suppressions
from service.errors import UnableToStart
from service.returns import fetching, hearing
from service.returns.fetching import UnableToFetch
from service.returns.tables import Report
from service.returns.telling import Kind
from service.returns.webhooks import sendgrid, ses, sns
from service.returns.webhooks.heard import Unproven, Unreadable
from service.settings import Returns, Settings
from service.tokens import Keys
from tests.conftest import Clock
from tests.support import returns
from tests.support.browser import Browser

TOPIC = "arn:aws:sns:eu-central-1:123456789012:kutse-bounces"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-60eadc530605d63b8e62a523676ef735.pem"
CONFIRM = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=a&Token=b"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@cache
def amazon() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@cache
def certificate(
    name: str = "sns.amazonaws.com", begins: datetime = NOW - timedelta(days=1), ends: datetime = NOW + timedelta(days=1)
) -> bytes:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, amazon().public_key(), 1, begins, ends)
    return builder.sign(amazon(), SHA256()).public_bytes(Encoding.PEM)


@dataclass
class Hosts:
    """What answers by https; `asked` keeps who was."""

    files: dict[str, bytes] = field(default_factory=lambda: {CERTIFICATE: certificate(), CONFIRM: b"<ConfirmSubscriptionResponse/>"})
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> bytes:
        return self.get(url)

    def get(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.files:
            raise UnableToFetch("nobody there")
        return self.files[url]


@pytest.fixture(autouse=True)
def hosts() -> Iterator[Hosts]:
    hearing._certificates.clear()
    yield Hosts()
    hearing._certificates.clear()


def notification(report: Any = None, *, version: str = "2", **fields: Any) -> dict[str, Any]:
    """A message as SNS signs it; fields that are given replace the usual ones before it is signed."""
    message: dict[str, Any] = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": json.dumps(report or {}),
        "Timestamp": "2026-11-22T08:59:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        "UnsubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe",
        **fields,
    }
    if message["Type"] == "Notification":
        names = ["Message", "MessageId", *(["Subject"] if "Subject" in message else []), "Timestamp", "TopicArn", "Type"]
    else:
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    signed = "".join(f"{name}\n{message[name]}\n" for name in names).encode()
    signature = amazon().sign(signed, PKCS1v15(), SHA1() if version == "1" else SHA256())
    return {**message, "Signature": base64.b64encode(signature).decode()}


def confirmation(**fields: Any) -> dict[str, Any]:
    return notification(**{"Type": "SubscriptionConfirmation", "Token": "b", "SubscribeURL": CONFIRM, **fields})


def bounce(**fields: Any) -> dict[str, Any]:
    recipient = {
        "emailAddress": "mari@example.net",
        "action": "failed",
        "status": "5.1.1",
        "diagnosticCode": "smtp; 550 5.1.1 no such user",
    }
    return {
        "notificationType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [recipient]},
        "mail": {"messageId": "0107019123456789-aaaa-bbbb", "source": "news@example.org"},
        **fields,
    }


async def told(message: dict[str, Any], hosts: Hosts, *, now: datetime = NOW, topic: str = TOPIC) -> Any:
    body = json.dumps(message).encode()
    return await hearing.events(provider="ses", headers={}, body=body, secret=topic, now=now.timestamp(), fetch=hosts.fetch)


@pytest.mark.parametrize("version", ["1", "2"])
async def test_a_report_of_ses_is_proven_by_either_signature_and_its_certificate_is_fetched_once(hosts: Hosts, version: str) -> None:
    for number in range(2):
        (heard,) = await told(notification(bounce(), version=version, MessageId=f"m{number}", Subject="Amazon SES"), hosts)
    assert (heard.kind, heard.address, heard.provider_id) == (Kind.BOUNCE, "mari@example.net", "0107019123456789-aaaa-bbbb")
    assert (heard.notice.action, heard.notice.status) == ("failed", "5.1.1")
    assert hosts.asked == [CERTIFICATE]


async def test_a_subscription_of_our_topic_is_confirmed(hosts: Hosts) -> None:
    assert await told(confirmation(), hosts) == ()
    assert hosts.asked == [CERTIFICATE, CONFIRM]


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE.replace("https", "http"),
        CERTIFICATE.replace("eu-central-1", "us-east-1"),
        CERTIFICATE.replace("amazonaws.com", "amazonaws.com.example.net"),
        CERTIFICATE.replace("sns.", "sns.evil."),
        CERTIFICATE.replace("sns.eu-central-1.amazonaws.com", "sns.s3.amazonaws.com"),
        CERTIFICATE.replace("sns.", "user@sns."),
        CERTIFICATE.replace(".com/", ".com:8443/"),
        CERTIFICATE.replace(".com/", ".com@example.net/"),
        CERTIFICATE.replace(".pem", ".pem?x=1"),
        CERTIFICATE.replace(".com/", ".com/../"),
        "https://sns.eu-central-1.amazonaws.com/?Action=GetTopicAttributes",
        "file:///etc/passwd",
        "https://[::1",
        "",
        None,
    ],
)
async def test_a_certificate_is_fetched_from_nowhere_but_the_region_s_own_host(hosts: Hosts, url: str | None) -> None:
    with pytest.raises(Unproven):
        await told(notification(bounce(), SigningCertURL=url), hosts)
    assert hosts.asked == []


@pytest.mark.parametrize(
    "url", ["https://example.net/", CONFIRM.replace("https", "http"), CONFIRM.replace("eu-central-1", "us-east-1"), ""]
)
async def test_a_confirmation_that_leads_elsewhere_is_not_followed(hosts: Hosts, url: str) -> None:
    with pytest.raises(Unproven):
        await told(confirmation(SubscribeURL=url), hosts)
    assert hosts.asked == [CERTIFICATE]


def _changed(**fields: Any) -> Callable[[], dict[str, Any]]:
    """Signed by Amazon's key, then changed."""
    return lambda: {**notification(bounce()), **fields}


def _signed(**fields: Any) -> Callable[[], dict[str, Any]]:
    return lambda: notification(bounce(), **fields)


@pytest.mark.parametrize(
    "message",
    [
        _signed(TopicArn="arn:aws:sns:eu-central-1:999999999999:somebody-else-s"),
        _signed(Timestamp="2026-11-21T08:59:00.000Z"),
        _signed(Timestamp="2026-11-23T09:01:00.000Z"),
        _signed(Timestamp="2026-11-22T08:59:00"),
        _signed(Timestamp="yesterday"),
        _signed(version="3"),
        _changed(Message=json.dumps({"notificationType": "Complaint"})),
        _changed(MessageId="another"),
        _changed(Timestamp="2026-11-22T08:59:01.000Z"),
        _changed(Subject="added"),
        _changed(Type="SubscriptionConfirmation", SubscribeURL=CONFIRM, Token="b"),
        _changed(Type="Other"),
        _changed(Signature=""),
        _changed(Signature="AAAA"),
        _changed(Signature="no base64"),
        _changed(SignatureVersion="1"),
    ],
)
async def test_what_amazon_did_not_sign_for_our_topic_is_unproven(hosts: Hosts, message: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises(Unproven):
        await told(message(), hosts)


@pytest.mark.parametrize(
    "content",
    [
        certificate("sns.example.net"),
        certificate("sns.amazonaws.com.example.net"),
        certificate(begins=NOW + timedelta(hours=1)),
        certificate(ends=NOW - timedelta(hours=1)),
        b"<html>",
        b"",
    ],
)
async def test_a_certificate_that_is_not_amazon_s_or_not_of_now_proves_nothing_and_is_not_kept(hosts: Hosts, content: bytes) -> None:
    hosts.files[CERTIFICATE] = content
    with pytest.raises(Unproven):
        await told(notification(bounce()), hosts)
    hosts.files[CERTIFICATE] = certificate()
    assert len(await told(notification(bounce()), hosts)) == 1


async def test_a_kept_certificate_ends_with_its_time(hosts: Hosts) -> None:
    await told(notification(bounce()), hosts)
    with pytest.raises(Unproven):
        await told(notification(bounce(), Timestamp="2026-11-24T09:00:00Z"), hosts, now=NOW + timedelta(days=2))


@pytest.mark.parametrize(
    ("report", "wanted"),
    [
        (bounce(), [(Kind.BOUNCE, "failed", "5.1.1")]),
        (
            bounce(bounce={"bounceType": "Transient", "bounceSubType": "MailboxFull", "bouncedRecipients": [{}]}),
            [(Kind.BOUNCE, "failed", "4.2.2")],
        ),
        (bounce(bounce={"bounceType": "Undetermined", "bouncedRecipients": [{}, {}]}), [(Kind.BOUNCE, "failed", "")] * 2),
        (
            {"eventType": "DeliveryDelay", "deliveryDelay": {"delayedRecipients": [{"status": "4.4.1"}]}},
            [(Kind.BOUNCE, "delayed", "4.4.1")],
        ),
        ({"eventType": "Complaint", "complaint": {"complainedRecipients": [{}]}}, [(Kind.COMPLAINT, "", "")]),
        ({"eventType": "Complaint", "complaint": {"complainedRecipients": [{}], "complaintFeedbackType": "not-spam"}}, []),
        (
            bounce(bounce={"bounceType": "Transient", "bounceSubType": "MessageTooLarge", "bouncedRecipients": [{}]}),
            [(Kind.BOUNCE, "failed", "5.6.0")],
        ),
        ({"notificationType": "Delivery"}, []),
        ({}, []),
    ],
)
def test_reports_of_ses_are_read(report: dict[str, Any], wanted: list[tuple[Kind, str, str]]) -> None:
    events = ses.read(json.dumps(notification(report)).encode())
    assert [(one.kind, one.notice.action, one.notice.status) for one in events] == wanted


@pytest.mark.parametrize(
    "message", ["{no json", "[]", '{"notificationType": "Bounce"}', '{"notificationType": "Bounce", "bounce": {"bouncedRecipients": 7}}']
)
def test_reports_of_another_form_are_told_so(message: str) -> None:
    with pytest.raises(Unreadable):
        ses.read(json.dumps(notification(Message=message)).encode())


def test_the_sentence_that_greets_a_new_topic_is_no_report() -> None:
    greeting = "Successfully validated SNS topic for Amazon SES event publishing."
    assert ses.read(json.dumps(notification(Message=greeting)).encode()) == ()


def test_the_region_s_host_is_the_topic_s() -> None:
    china = "arn:aws-cn:sns:cn-north-1:123456789012:kutse"
    assert sns.is_of_region("https://sns.cn-north-1.amazonaws.com.cn/x", topic=china)
    assert not sns.is_of_region("https://sns.cn-north-1.amazonaws.com/x", topic=china)
    assert not sns.is_of_region(CERTIFICATE, topic="arn:aws:sns:evil.example.net/:1:x")


async def test_over_http_a_bounce_is_matched_by_the_envelope_sender_and_taken_once(
    browser: Browser, cluster: Cluster, keys: Keys, clock: Clock, hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_fetched", hosts.get)
    sent = await returns.sent(cluster=cluster, keys=keys, now=clock())
    message = notification(bounce(mail={"messageId": "0107-x", "source": sent.bounce}))
    body = json.dumps(message).encode()
    for fate in ("taken", "again"):
        answer = await browser.client.post("/webhooks/ses", content=body, headers={"Content-Type": "text/plain; charset=UTF-8"})
        assert answer.json() == {"events": [fate]}
    assert [one.scope for one in await suppressions.find(cluster_id=cluster.id, address="mari@example.net")] == ["all"]
    hearing._certificates.clear()
    hosts.files.clear()
    assert (await browser.client.post("/webhooks/ses", content=body)).status_code == 503  # Amazon tries again


# SendGrid


@cache
def grid() -> EllipticCurvePrivateKey:
    return generate_ec_key(SECP256R1())


def public_key(key: EllipticCurvePrivateKey | RSAPrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def headers(body: bytes, *, at: int = int(NOW.timestamp()), key: EllipticCurvePrivateKey | None = None) -> dict[str, str]:
    signature = (key or grid()).sign(str(at).encode() + body, ECDSA(SHA256()))
    name = "x-twilio-email-event-webhook-"
    return {f"{name}signature": base64.b64encode(signature).decode(), f"{name}timestamp": str(at)}


def prove(body: bytes, given: dict[str, str], *, secret: str = "", now: datetime = NOW) -> None:
    sendgrid.prove(headers=given, body=body, secret=secret or public_key(grid()), now=now.timestamp())


def test_an_event_of_sendgrid_is_proven_by_its_key() -> None:
    prove(b"[]\r\n", headers(b"[]\r\n"))


@pytest.mark.parametrize(
    ("given", "secret"),
    [
        (headers(b"[ ]"), ""),
        (headers(b"[]", key=generate_ec_key(SECP256R1())), ""),
        (headers(b"[]", at=int(NOW.timestamp()) - 86_401), ""),
        (headers(b"[]", at=int(NOW.timestamp()) + 86_401), ""),
        ({**headers(b"[]"), "x-twilio-email-event-webhook-timestamp": str(int(NOW.timestamp()) + 1)}, ""),
        ({**headers(b"[]"), "x-twilio-email-event-webhook-timestamp": "-1"}, ""),
        ({**headers(b"[]"), "x-twilio-email-event-webhook-timestamp": "١"}, ""),
        ({**headers(b"[]"), "x-twilio-email-event-webhook-signature": "no base64"}, ""),
        ({}, ""),
        (headers(b"[]"), public_key(generate_ec_key(SECP256R1()))),
        (headers(b"[]"), public_key(amazon())),
        (headers(b"[]"), "AAAA"),
    ],
)
def test_what_sendgrid_did_not_sign_is_unproven(given: dict[str, str], secret: str) -> None:
    with pytest.raises(Unproven):
        prove(b"[]", given, secret=secret)


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        ({"event": "bounce", "status": "5.1.1", "reason": "550 5.1.1 unknown"}, (Kind.BOUNCE, "failed", "5.1.1")),
        ({"event": "bounce", "type": "blocked", "status": "4.0.0", "reason": "listed"}, (Kind.BOUNCE, "failed", "5.7.1")),
        ({"event": "dropped", "reason": "Bounced Address"}, (Kind.BOUNCE, "failed", "5.1.1")),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, (Kind.COMPLAINT, "", "")),
        ({"event": "dropped", "reason": "Spam Content (if Spam Checker app enabled)"}, (Kind.BOUNCE, "failed", "5.7.1")),
        ({"event": "deferred", "response": "450 4.2.1 later"}, (Kind.BOUNCE, "delayed", "4.2.1")),
        ({"event": "spamreport"}, (Kind.COMPLAINT, "", "")),
    ],
)
def test_events_of_sendgrid_are_read(event: dict[str, str], wanted: tuple[Kind, str, str]) -> None:
    (heard,) = sendgrid.read(json.dumps([{"event": "open"}, event]).encode())
    assert (heard.kind, heard.notice.action, heard.notice.status) == wanted


async def test_over_http_sendgrid_is_matched_by_our_message_id_and_by_its_own(
    browser: Browser, cluster: Cluster, keys: Keys, clock: Clock
) -> None:
    ours = await returns.sent(cluster=cluster, keys=keys, now=clock())
    theirs = await returns.sent(
        cluster=cluster, keys=keys, now=clock(), address="jaan@example.net", reply="250 Ok: queued as qNwBLgPQQjW6DJvKQwSAbw"
    )
    events = [
        {"event": "bounce", "email": "mari@example.net", "sg_event_id": "e1", "smtp-id": ours.message_id, "status": "5.1.1"},
        {"event": "spamreport", "email": theirs.address, "sg_event_id": "e2", "sg_message_id": "qNwBLgPQQjW6DJvKQwSAbw.filter-1.0"},
    ]
    body = json.dumps(events).encode()
    for fate in ("taken", "again"):
        assert (await _post(browser, body, headers(body))).json() == {"events": [fate] * 2}
    assert await Report.count() == 2
    assert (await _post(browser, body + b" ", headers(body))).status_code == 403


async def _post(browser: Browser, body: bytes, given: dict[str, str]) -> httpx.Response:
    return await browser.client.post("/webhooks/sendgrid", content=body, headers={"Content-Type": "application/json", **given})


@pytest.fixture
def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return replace(settings, state=tmp_path_factory.getbasetemp(), returns=Returns(webhooks={"ses": TOPIC, "sendgrid": public_key(grid())}))


@pytest.mark.parametrize(
    ("name", "value"), [("SES", "a secret of sixteen letters"), ("SENDGRID", public_key(amazon())), ("POSTMARK", "short")]
)
def test_a_setting_that_cannot_prove_anything_is_told_at_start(name: str, value: str) -> None:
    with pytest.raises(UnableToStart, match=f"KUTSE_WEBHOOK_{name}"):
        all_settings.load({f"KUTSE_WEBHOOK_{name}": value})


def test_settings_take_a_topic_and_a_key() -> None:
    loaded = all_settings.load({"KUTSE_WEBHOOK_SES": TOPIC, "KUTSE_WEBHOOK_SENDGRID": public_key(grid())})
    assert loaded.returns.webhooks == {"ses": TOPIC, "sendgrid": public_key(grid())}
