"""The envelope sender of each copy ★ (VERP): `bounce+<token>@domain`, the token naming the delivery and signed.

Base32 in small letters, because some servers return an address in capitals; verified in any case. The same token stands in `leave+<token>@`, the
mailto twin of one-click.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

from service import tokens
from service.tokens import Keys

_ALPHABET = b"abcdefghijklmnopqrstuvwxyz234567".ljust(256)  # RFC 4648 §6
_MAC_OCTETS = 12  # with 8 octets of id: 32 characters, 39 with `bounce+`, of the 64 a local part may have


@dataclass(frozen=True, slots=True)
class ReturnPath:
    """Addresses under `domain`, signed with the newest of `keys` and verified with all."""

    keys: Keys
    domain: str

    def token(self, delivery_id: int) -> str:
        """The signed name of a delivery, 32 characters."""
        raw = delivery_id.to_bytes(8, "big")
        return _spread(int.from_bytes(raw + _mac(self.keys.secrets[0], raw), "big")).to_bytes(32, "big").translate(_ALPHABET).decode()

    def read(self, token: str) -> int | None:
        """The delivery that a token names; None when it isn't one of ours."""
        try:
            octets = base64.b32decode(token.strip().upper())
        except (binascii.Error, ValueError):
            return None
        raw, mac = octets[:8], octets[8:]
        genuine = any(hmac.compare_digest(mac, _mac(secret, raw)) for secret in self.keys.secrets)
        return int.from_bytes(raw, "big") if genuine else None


def _spread(octets: int) -> int:
    """160 bits, each five of them in an octet of its own: the upper half moves away from the lower, then their halves, five times."""
    for shift, lower, upper in _STEPS:
        octets = octets & lower | (octets & upper) << shift
    return octets


def _lower_halves(bits: int) -> int:
    """A mask of the lower half of each lane, when `bits` are left together in each."""
    lane = bits * 8 // 5
    return sum(((1 << bits // 2) - 1) << start for start in range(0, 256, lane))


_STEPS = [(bits * 3 // 10, _lower_halves(bits), _lower_halves(bits) << bits // 2) for bits in (160, 80, 40, 20, 10)]


def _mac(secret: str, raw: bytes) -> bytes:
    return tokens.mac(secret.encode(), b"kutse.return" + raw)[:_MAC_OCTETS]
