"""Keys of the tests, made once a run, and dkimpy as the receiver that looks them up."""

from __future__ import annotations

import base64
from functools import cache

import dkim as receiver
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.delivery.dkim import Key, Signer

DOMAIN = "loomeklaster.example.org"


@cache
def signer() -> Signer:
    """An RSA-2048 and an Ed25519 key of a domain."""
    return Signer(DOMAIN, (Key("r1", generate_private_key(65537, 2048)), Key("e1", Ed25519PrivateKey.generate())))


@cache
def published() -> dict[str, str]:
    """What DNS says of them."""
    rsa, ed25519 = (key.private.public_key() for key in signer().keys)
    der = rsa.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    raw = ed25519.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {
        f"r1._domainkey.{DOMAIN}": f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}",
        f"e1._domainkey.{DOMAIN}": f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}",
    }


def verified(message: bytes, records: dict[str, str]) -> list[bool]:
    """What an independent implementation says of each of a message's signatures, the topmost first."""
    fields = message.partition(b"\r\n\r\n")[0].split(b"\r\n")
    count = sum(field.lower().startswith(b"dkim-signature:") for field in fields)
    return [_verified(message, place, records) for place in range(count)]


def _verified(message: bytes, place: int, records: dict[str, str]) -> bool:
    def ask(name: bytes | str, timeout: int = 5) -> bytes:
        text = name.decode() if isinstance(name, bytes) else name
        return records[text.rstrip(".")].encode()

    try:
        return bool(receiver.DKIM(message).verify(idx=place, dnsfunc=ask))
    except receiver.DKIMException:
        return False
