"""Private keys at rest ★: sealed with AES-256-GCM under a key derived from `KUTSE_SECRET` (HKDF, RFC 5869), bound to whose they are.

Who has a copy of the database alone cannot sign; every host that has the secret can. What a retired secret sealed still opens.
"""

from __future__ import annotations

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.tokens import Keys

_NONCE = 12


def seal(content: bytes, *, keys: Keys, whose: str) -> bytes:
    """`content` for a row; opens with the same `whose` only."""
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(keys.secrets[0]).encrypt(nonce, content, whose.encode())


def opened(sealed: bytes, *, keys: Keys, whose: str) -> bytes | None:
    """What was sealed; None when none of the secrets opens it."""
    for secret in keys.secrets:
        try:
            return _cipher(secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], whose.encode())
        except (InvalidTag, ValueError):
            continue
    return None


@lru_cache(maxsize=16)
def _cipher(secret: str) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kutse.sealed").derive(secret.encode()))
