"""Amazon SNS ★: what wraps a report of SES, its signature, and which addresses may be fetched for it.

Anybody can have a topic of their own and Amazon sign for it: what proves a message is our topic's ARN, and the region's own host is the only one that is ever asked.
The certificate comes over verified TLS from that host; its file holds no chain to verify, so that this TLS is the proof (as in Amazon's own
libraries), and name, dates and key are checked beside.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from service.returns.webhooks.heard import Unproven, Unreadable, decoded, text

OLDEST = 24 * 3600
"""Seconds; SNS tries again for some hours. A repeated one is known by its id."""

_ARN = re.compile(r"arn:aws(?:-cn|-us-gov)?:sns:([a-z]{2}(?:-[a-z]+)+-\d{1,2}):\d{12}:[A-Za-z0-9_.-]{1,256}")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem")
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_OF_SUBSCRIPTION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_FIELDS = {"Notification": _NOTIFICATION, "SubscriptionConfirmation": _OF_SUBSCRIPTION, "UnsubscribeConfirmation": _OF_SUBSCRIPTION}
_HASHES = {"1": SHA1, "2": SHA256}


def certificate_url(body: bytes, *, topic: str, now: float) -> str:
    """Where the certificate of a message is, once all is right that can be seen without it; raises Unproven."""
    message = _message(body)
    if text(message, "TopicArn") != topic or text(message, "Type") not in _FIELDS or not _is_fresh(text(message, "Timestamp"), now):
        raise Unproven
    url = text(message, "SigningCertURL")
    if not is_of_region(url, topic=topic) or not _CERTIFICATE.fullmatch(urlsplit(url).path) or urlsplit(url).query:
        raise Unproven
    return url


def prove(body: bytes, *, certificate: bytes, now: float) -> None:
    """Raises Unproven, unless the certificate is Amazon's and its key has signed the message."""
    message = _message(body)
    algorithm = _HASHES.get(text(message, "SignatureVersion"))
    try:
        key = _key(certificate, now)
        signature = base64.b64decode(text(message, "Signature"), validate=True)
        if algorithm is None:
            raise Unproven
        key.verify(signature, _signed(message), PKCS1v15(), algorithm())
    except (InvalidSignature, UnsupportedAlgorithm, binascii.Error, ValueError) as error:
        raise Unproven from error


def confirmation_url(body: bytes, *, topic: str) -> str | None:
    """The address that confirms our subscription, for a proven message that asks for it; raises Unproven when it leads elsewhere."""
    message = _message(body)
    if text(message, "Type") != "SubscriptionConfirmation":
        return None
    url = text(message, "SubscribeURL")
    if not is_of_region(url, topic=topic):
        raise Unproven
    return url


def is_of_region(url: str, *, topic: str) -> bool:
    """Whether an address is at the SNS of the topic's region, by https and its usual port."""
    found = _ARN.fullmatch(topic)
    host = found and f"sns.{found[1]}.amazonaws.com{'.cn' if topic.startswith('arn:aws-cn') else ''}"
    try:
        parts = urlsplit(url)
        return bool(host) and parts.scheme == "https" and parts.netloc == host and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        return False


def _message(body: bytes) -> Any:
    try:
        return decoded(body)
    except Unreadable as error:
        raise Unproven from error


def _is_fresh(stamp: str, now: float) -> bool:
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return False
    return at.tzinfo is not None and abs(now - at.timestamp()) <= OLDEST


def _signed(message: Any) -> bytes:
    names = _FIELDS[text(message, "Type")]
    return "".join(f"{name}\n{message[name]}\n" for name in names if isinstance(message.get(name), str)).encode("utf-8", "replace")


def _key(certificate: bytes, now: float) -> RSAPublicKey:
    found = x509.load_pem_x509_certificate(certificate)
    moment = datetime.fromtimestamp(now, UTC)
    key = found.public_key()
    if not found.not_valid_before_utc <= moment <= found.not_valid_after_utc or not _names(found) or not isinstance(key, RSAPublicKey):
        raise Unproven
    return key


def _names(certificate: x509.Certificate) -> bool:
    """Whether it was made out to SNS."""
    names = [str(one.value) for one in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    return any(re.fullmatch(r"sns\.(?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?", name) for name in names)
