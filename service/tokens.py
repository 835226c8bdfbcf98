"""Signed tokens ★: values in, text out; no I/O and no clock of its own.

A token is bound to a purpose and carries a row's id. It is signed with the newest key; retired keys still verify.
Confirm, sign-in and one-time links carry the second they expire at; unsubscribe, preferences, return, reply and feed
tokens never expire. Signature: HMAC-SHA-256 by itsdangerous, the purpose as its salt, so that a token of one purpose
is worthless for another.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from service.errors import Gone, NotFound


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets, newest first. `KUTSE_SECRET` is the first; retired ones follow it."""

    secrets: tuple[str, ...]

    def sign(self, *, purpose: str, value: str | int, expires_at: datetime | None = None) -> str:
        """URL-safe text for `value` (a row's id or an address); valid for `purpose` until `expires_at` (None: for ever)."""
        payload: list[Any] = [value] if expires_at is None else [value, int(expires_at.timestamp())]
        return _serializer(self, purpose).dumps(payload)

    def read(self, token: str, *, purpose: str, now: datetime) -> Any:
        """The value signed for `purpose`; raises NotFound when forged or foreign, Gone when expired."""
        try:
            payload = _serializer(self, purpose).loads(token)
        except BadData as error:
            raise NotFound("This link is not complete or was not made by this site. Copy the whole link from the letter.") from error
        if len(payload) > 1 and now.timestamp() > payload[1]:
            raise Gone("This link has expired. Ask for a new one on the page where you started.")
        return payload[0]


def _serializer(keys: Keys, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        list(reversed(keys.secrets)),  # itsdangerous signs with the last and verifies with all
        salt=f"kutse.{purpose}",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
