"""SendGrid ★: ECDSA over timestamp and body, by the public key of its Event Webhook; `smtp-id` is our Message-ID, its own id is told in the 250 reply."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from service.returns.telling import Kind
from service.returns.webhooks.heard import Heard, Unproven, Unreadable, decoded, text

OLDEST = 24 * 3600
"""Seconds; SendGrid tries again for a day. A repeated one is known by its id."""

_HEADER = "x-twilio-email-event-webhook-"
_MOST = 5000
# Why it did not even try, with the code that stands for each: it keeps lists of its own.
_DROPPED = {"bounced address": "5.1.1", "invalid": "5.1.3", "invalid smtpapi header": "5.6.0"}


def prove(*, headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:
    """Raises Unproven. `secret`: the public key, in base64."""
    at = headers.get(f"{_HEADER}timestamp", "")
    if not at.isascii() or not at.isdecimal() or len(at) > 12 or abs(now - int(at)) > OLDEST:
        raise Unproven
    try:
        signature = base64.b64decode(headers.get(f"{_HEADER}signature", ""), validate=True)
        _key(secret).verify(signature, at.encode() + body, ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, binascii.Error, ValueError) as error:
        raise Unproven from error


def read(body: bytes) -> tuple[Heard, ...]:
    """The bounces, delays and complaints among the events; raises Unreadable."""
    events = decoded(body)
    if not isinstance(events, list) or len(events) > _MOST:
        raise Unreadable(f"it is no list of at most {_MOST} events")
    return tuple(_heard(one, *_meant(one)) for one in events if text(one, "event") in ("bounce", "dropped", "deferred", "spamreport"))


def _key(secret: str) -> EllipticCurvePublicKey:
    key = load_der_public_key(base64.b64decode(secret, validate=True))
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise Unproven
    return key


def _meant(event: Any) -> tuple[Kind, str, str]:
    """What it is, the action, and the code where its words hold none."""
    name, reason = text(event, "event"), text(event, "reason").lower()
    if name == "spamreport" or (name == "dropped" and reason == "spam reporting address"):
        return Kind.COMPLAINT, "", ""
    if name == "dropped":
        return Kind.BOUNCE, "failed", _DROPPED.get(reason, "5.7.1")
    if name == "deferred":
        return Kind.BOUNCE, "delayed", ""
    return Kind.BOUNCE, "failed", "5.7.1" if text(event, "type") == "blocked" else text(event, "status")[:12]


def _heard(event: Any, kind: Kind, action: str, status: str) -> Heard:
    own = text(event, "sg_message_id")
    return Heard(
        provider="sendgrid",
        key=text(event, "sg_event_id") or f"{own}:{text(event, 'event')}:{text(event, 'timestamp')}:{text(event, 'email')}",
        kind=kind,
        action=action,
        address=text(event, "email"),
        message_id=text(event, "smtp-id"),
        provider_id=own.partition(".")[0],
        status=status,
        words=text(event, "reason") or text(event, "response"),
    )
