"""The envelope sender of each copy ★ (VERP): `bounce+<token>@domain`, the token naming the delivery and signed.

Base32 in small letters, because some servers return an address in capitals; verified in any case. The same token stands in `leave+<token>@`, the
mailto twin of one-click.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

from service.tokens import Keys

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648 §6
_PAIRS = tuple(one + other for one in _LETTERS for other in _LETTERS)  # ten bits at a time: half the steps of base64.b32encode
_MAC_OCTETS = 12  # with 8 octets of id: 32 characters, 39 with `bounce+`, of the 64 a local part may have


@dataclass(frozen=True, slots=True)
class ReturnPath:
    """Addresses under `domain`, signed with the newest of `keys` and verified with all."""

    keys: Keys
    domain: str

    def token(self, delivery_id: int) -> str:
        """The signed name of a delivery, 32 characters."""
        raw = delivery_id.to_bytes(8, "big")
        octets = int.from_bytes(raw + _mac(self.keys.secrets[0], raw), "big")
        return "".join([_PAIRS[(octets >> shift) & 0x3FF] for shift in range(150, -1, -10)])

    def read(self, token: str) -> int | None:
        """The delivery that a token names; None when it isn't one of ours."""
        try:
            octets = base64.b32decode(token.strip().upper())
        except (binascii.Error, ValueError):
            return None
        raw, mac = octets[:8], octets[8:]
        genuine = any(hmac.compare_digest(mac, _mac(secret, raw)) for secret in self.keys.secrets)
        return int.from_bytes(raw, "big") if genuine else None


def _mac(secret: str, raw: bytes) -> bytes:
    return hmac.digest(secret.encode(), b"kutse.return" + raw, "sha256")[:_MAC_OCTETS]
