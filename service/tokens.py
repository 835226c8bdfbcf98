"""Signed tokens ★: values in, text out; no I/O and no clock of its own.

A token is bound to a purpose and carries a row's id. It is signed with the newest key; retired keys still verify.
Confirm, sign-in and one-time links carry the second they expire at; unsubscribe, preferences, return, reply and feed
tokens never expire. Signature: HMAC-SHA-256 by itsdangerous, the purpose as its salt, so that a token of one purpose
is worthless for another. Signing is written out here, because a newsletter signs several links a copy: in the form that
itsdangerous reads, at a tenth of its time.
"""

from __future__ import annotations

import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from itsdangerous import BadData, URLSafeSerializer

from service.errors import Gone, NotFound


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets, newest first. `KUTSE_SECRET` is the first; retired ones follow it."""

    secrets: tuple[str, ...]

    def sign(self, *, purpose: str, value: str | int, expires_at: datetime | None = None) -> str:
        """URL-safe text for `value` (a row's id or an address); valid for `purpose` until `expires_at` (None: for ever)."""
        payload: list[Any] = [value] if expires_at is None else [value, int(expires_at.timestamp())]
        text = _base64(msgspec.json.encode(payload))
        return (text + b"." + _base64(mac(_derived(self.secrets[0], purpose), text))).decode("ascii")

    def read(self, token: str, *, purpose: str, now: datetime) -> Any:
        """The value signed for `purpose`; raises NotFound when forged or foreign, Gone when expired."""
        try:
            payload = _serializer(self, purpose).loads(token)
        except BadData as error:
            raise NotFound("This link is not complete or was not made by this site. Copy the whole link from the letter.") from error
        if len(payload) > 1 and now.timestamp() > payload[1]:
            raise Gone("This link has expired. Ask for a new one on the page where you started.")
        return payload[0]


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256 with the key's two blocks hashed once (RFC 2104 §4): a third of the time of `hmac.digest`."""
    inner, outer = _blocks(key)
    inner, outer = inner.copy(), outer.copy()
    inner.update(message)
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(maxsize=256)
def _blocks(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    return hashlib.sha256(block.translate(_INNER)), hashlib.sha256(block.translate(_OUTER))


_INNER, _OUTER = (bytes(octet ^ pad for octet in range(256)) for pad in (0x36, 0x5C))


def _base64(raw: bytes) -> bytes:
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE).rstrip(b"=")


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


@lru_cache(maxsize=256)
def _derived(secret: str, purpose: str) -> bytes:
    """The purpose's own key, as itsdangerous derives it."""
    return mac(secret.encode(), f"kutse.{purpose}".encode())


@lru_cache(maxsize=256)
def _serializer(keys: Keys, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        list(reversed(keys.secrets)),  # itsdangerous signs with the last and verifies with all
        salt=f"kutse.{purpose}",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
